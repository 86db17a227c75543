// Short messages at the foot of the window, eight seconds each.

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  action: { label: string; run: () => void } | null;
  /** What its action undoes, as the ledger names it; undefined until that is known, null where it undoes nothing. */
  undoes?: string | null;
}

const LIFE_MS = 8000;
const MOST = 3;

export class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 1;
  // Nothing draws the timers.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, options: { tone?: Toast['tone']; action?: Toast['action'] } = {}): number {
    const toast: Toast = { id: this.#next++, text, tone: options.tone ?? 'plain', action: options.action ?? null };
    this.list = [...this.list, toast].slice(-MOST);
    this.resume(toast.id);
    return toast.id;
  }

  /** Another change was made: what was offered to be undone is no longer the last one. */
  withdraw(): void {
    for (const toast of this.list) if (toast.action) this.close(toast.id);
  }

  /** The ledger says what an offered undo would take back. */
  offers(id: number, undoes: string | null): void {
    this.list = this.list.map((toast) => (toast.id === id ? { ...toast, undoes } : toast));
  }

  /** The ledger says what undo would take back now: an offer of something else goes. */
  undoIsNow(words: string | null): void {
    for (const toast of this.list) if (toast.action && toast.undoes !== undefined && toast.undoes !== words) this.close(toast.id);
  }

  /** Reading takes time: a toast under the pointer or with the focus stays. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  resume(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, setTimeout(() => this.close(id), LIFE_MS));
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
