// Something read from Rust: what is known, whether it is being read, and why it could not be.

import { Refused } from '../platform';

export class Reading<T> {
  value = $state.raw<T | null>(null);
  fault = $state.raw<Refused | null>(null);
  loading = $state(false);
  #ticket = 0;

  /** Reads; an older answer that comes later is dropped. */
  async read(ask: () => Promise<T>): Promise<void> {
    const ticket = ++this.#ticket;
    this.loading = true;
    try {
      const value = await ask();
      if (ticket !== this.#ticket) return;
      this.value = value;
      this.fault = null;
    } catch (error) {
      if (ticket === this.#ticket) this.fault = Refused.from(error);
    } finally {
      if (ticket === this.#ticket) this.loading = false;
    }
  }

  /** It was written, and this is how it stands; a reading that began before is dropped. */
  is(value: T): void {
    this.#ticket += 1;
    this.loading = false;
    this.value = value;
    this.fault = null;
  }
}
