// The window's own state: which page, which dates, what lies on top. What Rust owns is in `session`.

import { getContext, setContext } from 'svelte';

import { Refused, type Answer, type Args, type Platform } from '../platform';
import { changeWords, sentence } from '../shared/words';
import { t } from '../shared/t';
import { addDays, addMonths } from '../time/date';
import type { Calls } from '../wire/calls';
import type { Change, Did, Draft, EditorForm, Kind, Mark, MoveOccurrence, NewForm, OccurrenceRef, Open, Scope, Status } from '../wire/types';
import { Intake, type Source } from './intake.svelte';
import { requestId } from './request';
import { Session } from './session.svelte';
import { Toasts } from './toasts.svelte';

export type Page = 'calendar' | 'inbox' | 'attention' | 'deliveries' | 'people' | 'settings';
export type View = 'week' | 'month';

/** Where something that floats is anchored. */
export interface Anchor {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** An answer to a question: its words, what should be known before it is taken, and whether it cannot be. */
export interface Option {
  label: string;
  note?: string | null;
  refused?: boolean;
}

export interface Choice extends Option {
  run: () => void;
}

/** A form, and what was typed in it before it was left. */
export interface Editing {
  form: EditorForm;
  typed?: Draft;
}

/** One thing at a time lies on top of the page. */
export type Overlay =
  | { kind: 'none' }
  | { kind: 'occurrence'; ref: OccurrenceRef; anchor: Anchor }
  | { kind: 'day'; date: string; anchor: Anchor }
  | { kind: 'choose'; title: string; choices: Choice[]; anchor: Anchor; cancel: () => void }
  | ({ kind: 'editor' } & Editing)
  | { kind: 'calendar'; id: string | null; anchor: Anchor }
  | { kind: 'goto'; anchor: Anchor }
  | { kind: 'import'; batch: Intake }
  | { kind: 'moved' }
  | { kind: 'quick' }
  | { kind: 'keys' };

/** What is said to something that rang or failed. */
type Answers = 'acknowledge' | 'snooze' | 'retry' | 'decideLetters';
type Mutations = Exclude<{ [K in keyof Calls]: Calls[K]['answer'] extends Change ? K : never }[keyof Calls], Answers>;

/** These leave what undo takes back as it is. */
const ANSWERS: readonly Did[] = ['acknowledged', 'snoozed', 'retried', 'sentAsNew', 'setAside', 'switchedOn', 'nothing'];

/** These cannot be taken back. */
const LASTING: readonly Did[] = ['acknowledged', 'snoozed', 'sentAsNew', 'setAside'];

/** What can be chosen of a series, the default first. */
const SCOPES: readonly Scope[] = ['this', 'following', 'all'];

/** What is of a person is of every year. */
const OF_PERSON: readonly Scope[] = ['this', 'all'];

const KEY = Symbol('app');

export class App {
  readonly platform: Platform;
  readonly session: Session;
  readonly toasts = new Toasts();
  page = $state<Page>('calendar');
  view = $state<View>('week');
  /** The date the calendar is about. */
  date = $state('1970-01-01');
  overlay = $state.raw<Overlay>({ kind: 'none' });
  /** The occurrence with the keyboard's attention, as `event|original`. */
  focused = $state<string | null>(null);
  sidebar = $state(true);
  /** How much larger than usual the system's text is. */
  readonly textScale = textScale();
  hourPx = $state(Math.round(52 * this.textScale));
  deliveryFilter = $state.raw<readonly Mark[]>([]);
  openDelivery = $state<string | null>(null);
  /** What was typed in an editor that was left without saving. */
  kept = $state.raw<Editing | null>(null);
  /** Said politely to a screen reader. */
  announcement = $state('');
  /** Where the last pointer or focus was, for menus that have no better place. */
  pointer: Anchor = { x: 400, y: 200, width: 0, height: 0 };

  /** What this window did and undo can take back, in the ledger's words, newest last. */
  #mine: string[] = [];
  /** Resolves when the last change made here stands in that list. */
  #noted: Promise<void> = Promise.resolve();
  /** The last thing done here was an answer, which stands. */
  #answered: string | null = null;
  /** The message that names what stands and the change before it: as long as it is shown Ctrl+Z takes that change back. The same of Ctrl+Shift+Z. */
  #warned: { toast: number; about: string } | null = null;
  /** What says that something was undone. */
  #undone: number | null = null;
  /** What says that something typed is not saved. */
  #saysKept: number | null = null;
  /** Takes the import back that was the last change made here. */
  #unimport: (() => Promise<void>) | null = null;

  constructor(platform: Platform) {
    this.platform = platform;
    this.session = new Session(platform, ({ undo }) => this.toasts.undoIsNow(undo));
  }

  static provide(app: App): App {
    return setContext(KEY, app);
  }

  static use(): App {
    return getContext<App>(KEY);
  }

  async start(): Promise<void> {
    const boot = await this.platform.call('boot', {});
    this.session.start(boot);
    this.date = boot.now.date;
    if (boot.open) this.open(boot.open);
  }

  open(what: Open): void {
    switch (what.type) {
      case 'delivery':
        this.openDelivery = what.delivery;
        this.go('deliveries');
        break;
      case 'new':
        this.go('calendar');
        void this.newEvent();
        break;
      case 'inbox':
      case 'attention':
      case 'settings':
        this.go(what.type);
        break;
    }
  }

  go(page: Page): void {
    this.page = page;
    this.close();
  }

  close(): void {
    this.overlay = { kind: 'none' };
  }

  show(view: View): void {
    this.view = view;
    this.page = 'calendar';
    this.close();
  }

  turn(direction: 1 | -1): void {
    this.date = this.view === 'week' ? addDays(this.date, 7 * direction) : addMonths(this.date, direction);
    this.close();
  }

  today(): void {
    this.date = this.session.now.date;
    this.page = 'calendar';
    this.close();
  }

  goTo(date: string): void {
    this.date = date;
    this.page = 'calendar';
    this.close();
  }

  /** Asks; a refusal becomes a message and the answer is null. */
  async ask<K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K> | null> {
    try {
      return await this.platform.call(name, args);
    } catch (error) {
      this.refused(error);
      return null;
    }
  }

  refused(error: unknown): void {
    const refused = Refused.from(error);
    this.toasts.show(sentence(refused.message), { tone: 'bad' });
    if (refused.code === 'conflict' || refused.code === 'notFound') void this.session.refresh();
  }

  /** Sends a mutation once, with its request id, and says what it did. */
  async mutate<K extends Mutations>(name: K, args: Omit<Args<K>, 'requestId'>): Promise<Change | null> {
    const answer = await this.ask(name, { ...args, requestId: requestId() } as Args<K>);
    if (answer) this.did(answer as Change);
    return answer as Change | null;
  }

  did(change: Change): void {
    const { now, settings } = this.session;
    if (!ANSWERS.includes(change.did)) {
      this.toasts.withdraw();
      this.#unimport = null;
      // Done again, or followed by something else, it is no news any more.
      if (this.#undone !== null) this.toasts.close(this.#undone);
      this.#undone = null;
    }
    const words = changeWords(change, now, settings.clock);
    this.#answered = LASTING.includes(change.did) ? words : null;
    this.#warned = null;
    if (change.undo) this.#noted = this.#offerUndo(words, (undo) => this.#mine.push(undo));
    else {
      const shown = this.toasts.show(words);
      if (change.did === 'undone') this.#undone = shown;
    }
  }

  /** Something was changed here that needs no words: it stands in what Ctrl+Z takes back. */
  changed(): void {
    this.#answered = null;
    this.#warned = null;
    this.#unimport = null;
    this.#noted = this.#note();
  }

  async #note(): Promise<void> {
    const status = await this.ask('status', {});
    if (status?.undo && status.undo !== this.#mine.at(-1)) this.#mine.push(status.undo);
  }

  /** Files came in; until the next change it can be taken back. */
  imported(words: string, takeBack: () => Promise<void>): void {
    this.toasts.withdraw();
    this.#answered = null;
    this.#warned = null;
    this.#unimport = takeBack;
    this.toasts.show(words, { action: { label: t('toast.undo'), run: () => void this.#takeImportBack() } });
  }

  async #takeImportBack(): Promise<void> {
    const takeBack = this.#unimport;
    this.#unimport = null;
    await takeBack?.();
  }

  /** Says something, with an undo of what the ledger would take back now. */
  async #offerUndo(words: string, note: (undo: string) => void = () => undefined): Promise<void> {
    const toast = this.toasts.show(words, { action: { label: t('toast.undo'), run: () => void this.undo() } });
    try {
      const { undo } = await this.platform.call('status', {});
      this.toasts.offers(toast, undo);
      if (undo !== null) note(undo);
    } catch {
      // Without its words the offer stands until the next change.
    }
  }

  /** Answers, or sends again, what rang for one thing (its title) or for several (none). True when it was done; else a message says why not. */
  async answer<K extends Answers>(name: K, args: Omit<Args<K>, 'requestId'>, title: string | null, note: string | null = null): Promise<boolean> {
    try {
      await this.tryAnswer(name, args, title, note);
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    }
  }

  /** The same, for who says a refusal where it was asked; throws it. */
  async tryAnswer<K extends Answers>(name: K, args: Omit<Args<K>, 'requestId'>, title: string | null, note: string | null = null): Promise<void> {
    const change: Change = await this.platform.call(name, { ...args, requestId: requestId() } as Args<K>);
    const notes = [change.note, note].filter(Boolean).join(' · ');
    this.did({ ...change, title: change.title ?? title, count: title === null ? change.count : 1, note: notes || null });
  }

  /** Snoozes for the length last used. */
  async snooze(deliveries: string[], title: string): Promise<void> {
    if (deliveries.length === 0) return;
    const inbox = await this.ask('inbox', {});
    if (inbox) await this.answer('snooze', { deliveries, until: { type: 'for', minutes: inbox.snoozeMin } }, title);
  }

  async undo(): Promise<void> {
    if (await this.mutate('undo', {})) this.#mine.pop();
  }

  /** Ctrl+Shift+Z: does again what was undone. What came after that and cannot be taken back is named first, and a second press goes past it. */
  async redo(): Promise<void> {
    await this.#noted;
    const found = await this.ask('status', {});
    if (!found) return;
    const stands = this.#stands(found);
    if (stands !== null && found.redo !== null && !this.#isWarned('redo', stands, found.redo)) return this.#warnOfRedo(stands, found.redo);
    this.#forgetWarning();
    if (!(await this.mutate('redo', {}))) return;
    const status = await this.ask('status', {});
    if (status?.undo) this.#mine.push(status.undo);
  }

  /**
   * Ctrl+Z: takes back what was done here. What cannot be taken back, wherever it was done, is named with the change before it, which a
   * second press takes back; what was done elsewhere is offered, not taken.
   */
  async takeBack(): Promise<void> {
    await this.#noted;
    const status = await this.ask('status', {});
    if (!status) return;
    const stands = this.#stands(status);
    const isAskedAgain = stands !== null && this.#isWarned('undo', stands, status.undo);
    if (stands !== null && !isAskedAgain) return this.#warn(stands, status.undo);
    if (isAskedAgain || this.#unimport || status.undo === null || status.undo === this.#mine.at(-1)) await this.#takeLastBack();
    else await this.#offerUndo(t('undo.elsewhere', { what: status.undo }));
  }

  async #takeLastBack(): Promise<void> {
    this.#forgetWarning();
    this.#answered = null;
    await (this.#unimport ? this.#takeImportBack() : this.undo());
  }

  /** What was done last and cannot be taken back. */
  #stands({ lasting }: Status): string | null {
    return this.#answered === null ? lasting : `“${this.#answered}”`;
  }

  #isWarned(way: 'undo' | 'redo', stands: string, change: string | null): boolean {
    const warned = this.#warned;
    return warned?.about === JSON.stringify([way, stands, change]) && this.toasts.list.some(({ id }) => id === warned.toast);
  }

  #warn(stands: string, before: string | null): void {
    this.#forgetWarning();
    const [key, what] = [before === null ? 'undo.stands' : 'undo.standsBefore', sentence(stands)] as const;
    const action = before === null ? null : { label: t('toast.undo'), run: () => void this.#takeLastBack() };
    const toast = this.toasts.show(t(key, { what, before: before ?? '' }), { action });
    if (action) this.toasts.offers(toast, before);
    this.#warned = { toast, about: JSON.stringify(['undo', stands, before]) };
  }

  #warnOfRedo(stands: string, again: string): void {
    this.#forgetWarning();
    const toast = this.toasts.show(t('redo.stands', { what: sentence(stands), again }));
    this.#warned = { toast, about: JSON.stringify(['redo', stands, again]) };
  }

  #forgetWarning(): void {
    if (this.#warned) this.toasts.close(this.#warned.toast);
    this.#warned = null;
  }

  /** Looks at files before they are taken in; more may come while they are looked at. */
  takeFiles(files: readonly Source[]): void {
    if (files.length === 0) return;
    if (this.overlay.kind === 'import') this.overlay.batch.add(files);
    else this.overlay = { kind: 'import', batch: new Intake(this, files) };
  }

  /** A new event; what was typed for one and neither saved nor discarded comes back. */
  async newEvent(): Promise<void> {
    if (this.kept?.form.event === null) this.overlay = { kind: 'editor', ...this.kept };
    else await this.create({ date: this.date });
  }

  /** Closes the editor and keeps what was typed in it, until that is saved or discarded. */
  keep(kept: Required<Editing>): void {
    const { form, typed } = kept;
    this.kept = kept;
    this.close();
    const title = typed.title.trim();
    const words = form.event === null ? t('kept.new', { title: title ? `“${title}”` : t('kept.untitled') }) : t('kept.edit', { title: `“${title}”` });
    if (this.#saysKept !== null) this.toasts.close(this.#saysKept);
    this.#saysKept = this.toasts.show(words, { action: { label: t('kept.goOn'), run: () => (this.overlay = { kind: 'editor', ...kept }) } });
  }

  async create(asked: NewForm): Promise<void> {
    const form = await this.ask('editorNew', asked);
    if (form) this.overlay = { kind: 'editor', form };
  }

  async edit(ref: OccurrenceRef): Promise<void> {
    const form = await this.ask('editorGet', { event: ref.event, original: ref.original });
    if (form) this.overlay = { kind: 'editor', form };
  }

  async duplicate(ref: OccurrenceRef): Promise<void> {
    const form = await this.ask('editorGet', { event: ref.event, original: ref.original });
    if (form) this.overlay = { kind: 'editor', form: { ...form, event: null, original: null, version: null, recurring: false, scopes: [] } };
  }

  /** Deletes; of a series it asks which. True when something was. */
  async remove(what: OccurrenceRef & { version: number; title: string; kind: Kind; recurring: boolean }, anchor: Anchor): Promise<boolean> {
    const { event, original, version } = what;
    const scopes = what.kind === 'birthday' || what.kind === 'anniversary' ? OF_PERSON : SCOPES;
    const scope = what.recurring ? await this.chooseScope(t('scope.deleteTitle', { title: what.title }), scopes, anchor) : 'all';
    this.close();
    return scope !== null && (await this.mutate('delete', { event, original, version, scope })) !== null;
  }

  /** Drops an occurrence; asks what Rust wants to know. True when it was saved. */
  async move(asked: Omit<MoveOccurrence, 'requestId'>, anchor: Anchor): Promise<boolean> {
    const answer = await this.ask('moveOccurrence', { ...asked, requestId: requestId() });
    if (!answer) return false;
    switch (answer.type) {
      case 'done':
        this.did(answer.change);
        this.#follow(asked, answer.change);
        await this.session.refresh();
        return true;
      case 'chooseScope': {
        const scope = await this.chooseScope(t('scope.title', { title: answer.title }), answer.scopes, anchor);
        return scope ? this.move({ ...asked, scope }, anchor) : false;
      }
      case 'chooseFold': {
        const [first, second] = answer.offsets;
        const labels = [t('fold.first', { offset: first }), t('fold.second', { offset: second })];
        const chosen = await this.choose(t('fold.title'), labels, anchor);
        return chosen === null ? false : this.move({ ...asked, fold: chosen === 1 }, anchor);
      }
    }
  }

  /** The focus stays with what was moved, also where it goes by another name from now on. */
  #follow(asked: OccurrenceRef, { event, original }: Change): void {
    if (event && original && this.focused === `${asked.event}|${asked.original}`) this.focused = `${event}|${original}`;
  }

  async chooseScope(title: string, scopes: readonly Scope[], anchor: Anchor): Promise<Scope | null> {
    const chosen = await this.choose(title, scopes.map((scope) => t(`scope.${scope}`)), anchor);
    return chosen === null ? null : (scopes[chosen] ?? null);
  }

  /** A small menu at a place; the index chosen, or null. */
  choose(title: string, options: readonly (string | Option)[], anchor: Anchor): Promise<number | null> {
    return new Promise((resolve) => {
      const settle = (value: number | null) => (): void => {
        this.close();
        resolve(value);
      };
      this.overlay = { kind: 'choose', title, anchor, choices: options.map((option, i) => ({ ...(typeof option === 'string' ? { label: option } : option), run: settle(i) })), cancel: settle(null) };
    });
  }
}

function textScale(): number {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return size > 0 ? size / 16 : 1;
}

/** The place of an element in the window. */
export function anchorOf(element: Element): Anchor {
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x, y, width, height };
}

export { requestId };
