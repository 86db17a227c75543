// Dragging in a grid: pointer events in, a ghost out, one mutation at the drop. What week and month differ in is their ground.

import { wasDismissal } from '../shared/dismissals';
import { t } from '../shared/t';
import { idle, step, type Gesture, type Ghost, type Grid, type Held, type Spot } from '../layout/gesture';
import { begins, keyOf } from '../layout/segments';
import { addDays, daysBetween } from '../time/date';
import type { MoveOccurrence, NewForm, Segment } from '../wire/types';
import type { Anchor, App } from './app.svelte';
import { wholeOf } from './whole';

/** A drag that ended on something. */
export type Dropped = Extract<Gesture, { kind: 'moving' | 'resizing' }>;

/** What lies under the pointer. */
export interface Ground {
  /** The date of each column. */
  readonly dates: readonly string[];
  readonly segments: readonly Segment[];
  grid(event: PointerEvent): Grid;
  spot(event: PointerEvent): Spot | null;
  /** Whether a piece of an occurrence can be taken hold of. */
  holds(segment: Segment): boolean;
  /** Its length here. */
  extent(segment: Segment): Pick<Held, 'start' | 'end' | 'allDay'>;
  /** What a click makes there. */
  clicked(origin: Spot): Ghost;
  /** The form of what a click or a drag made. */
  form(ghost: Ghost, date: string, clicked: boolean): NewForm;
  /** What a drop changes besides the date. */
  landing(done: Dropped, segment: Segment): Partial<MoveOccurrence>;
  /** The pointer moves with something held. */
  carried(event: PointerEvent, ghost: Ghost | null): void;
}

export class Drag {
  #gesture = $state.raw<Gesture>(idle);
  /** Drawn on after the drop, until the answer is there. */
  #kept = $state.raw<Ghost | null>(null);
  #keptKey = $state<string | null>(null);
  #segment = $state.raw<Segment | null>(null);
  /** Counts presses and their ends, so that an answer that comes late takes hold of nothing. */
  #presses = 0;
  #swallow = false;
  #dismissal = false;
  readonly #app: App;
  readonly #ground: () => Ground;

  constructor(app: App, ground: () => Ground) {
    this.#app = app;
    this.#ground = ground;
  }

  get active(): boolean {
    return this.#gesture.kind !== 'idle' && this.#gesture.kind !== 'pressed';
  }

  get ghost(): Ghost | null {
    return 'ghost' in this.#gesture ? this.#gesture.ghost : this.#kept;
  }

  /** The occurrence whose own chip is dimmed. */
  get heldKey(): string | null {
    return this.active && 'held' in this.#gesture ? (this.#gesture.held?.key ?? null) : this.#keptKey;
  }

  get color(): string {
    const { session } = this.#app;
    return this.#segment ? session.color(this.#segment.calendar) : (session.calendars[0]?.color ?? 'indigo');
  }

  get title(): string {
    return this.#segment?.title ?? t('editor.new');
  }

  /** Whether the ghost lies on a date. */
  covers(date: string): boolean {
    const { ghost } = this;
    if (!ghost) return false;
    const at = this.#ground().dates.indexOf(date);
    return at >= ghost.column && at < ghost.column + ghost.columns;
  }

  starts(date: string): boolean {
    return this.ghost !== null && this.#ground().dates[Math.max(0, this.ghost.column)] === date;
  }

  /** A click that ends a drag opens nothing. */
  swallowClick(): boolean {
    const swallow = this.#swallow;
    this.#swallow = false;
    return swallow;
  }

  async press(event: PointerEvent): Promise<void> {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    this.#swallow = false;
    this.#dismissal = wasDismissal(event);
    const chip = event.target.closest<HTMLElement>('[data-key]');
    if (!chip && event.target.closest('button')) return;
    const ground = this.#ground();
    const spot = ground.spot(event);
    const segment = chip ? (ground.segments.find((other) => keyOf(other) === chip.dataset.key) ?? null) : null;
    if (!spot || (chip && (!segment || segment.fixed || !ground.holds(segment)))) return;
    const edge = event.target.closest('[data-edge]') ? 'end' : 'none';
    const press = ++this.#presses;
    const held = segment ? this.#held(segment, ground) : null;
    // What began before the first day is carried by where it really begins.
    if (segment && held && !begins(segment)) {
      const whole = await wholeOf(this.#app, segment);
      if (!whole || press !== this.#presses) return;
      held.column = daysBetween(ground.dates[0] ?? segment.date, whole.date);
      held.columns = whole.days;
    }
    this.#segment = segment;
    this.#kept = null;
    this.#gesture = step(this.#gesture, { kind: 'down', spot, x: event.clientX, y: event.clientY, held, edge }, ground.grid(event));
  }

  move(event: PointerEvent): void {
    if (this.#gesture.kind === 'idle') return;
    const ground = this.#ground();
    const spot = ground.spot(event);
    if (!spot) return;
    this.#gesture = step(this.#gesture, { kind: 'move', spot, x: event.clientX, y: event.clientY }, ground.grid(event));
    if (this.active) ground.carried(event, this.ghost);
  }

  /** Ends it without a trace; a change by keys draws no ghost. */
  cancel(): void {
    this.#presses += 1;
    this.#gesture = idle;
    this.#kept = null;
    this.#keptKey = null;
  }

  escape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.active) return;
    event.preventDefault();
    this.#swallow = true;
    this.cancel();
  }

  /** Nothing lies on top any more: the ghost of a new event goes. */
  released(): void {
    if (this.#keptKey === null) this.#kept = null;
  }

  async drop(event: PointerEvent): Promise<void> {
    const done = this.#gesture;
    this.#presses += 1;
    if (done.kind === 'idle') return;
    this.#gesture = idle;
    if (done.kind === 'pressed') {
      if (!done.held && !this.#dismissal) await this.#create(this.#ground().clicked(done.origin), true);
      return;
    }
    this.#swallow = done.kind !== 'creating';
    if (done.kind === 'creating') await this.#create(done.ghost, false);
    else await this.#settle(done, { x: event.clientX, y: event.clientY, width: 0, height: 0 });
  }

  async #create(ghost: Ghost, clicked: boolean): Promise<void> {
    const ground = this.#ground();
    const date = ground.dates[ghost.column];
    if (!date) return;
    this.#segment = null;
    this.#kept = ghost;
    await this.#app.create(ground.form(ghost, date, clicked));
  }

  async #settle(done: Dropped, anchor: Anchor): Promise<void> {
    const ground = this.#ground();
    const segment = this.#segment;
    const [first] = ground.dates;
    if (!segment || !first || !changes(done)) return;
    const date = addDays(first, done.ghost.column);
    this.#kept = done.ghost;
    this.#keptKey = done.held.key;
    const { event, original, version } = segment;
    await this.#app.move({ event, original, version, date, ...ground.landing(done, segment) }, anchor);
    this.#kept = null;
    this.#keptKey = null;
  }

  #held(segment: Segment, ground: Ground): Held {
    const own = ground.segments.filter((other) => keyOf(other) === keyOf(segment));
    const column = Math.max(0, ground.dates.indexOf(own[0]?.date ?? segment.date));
    return { key: keyOf(segment), column, columns: segment.allDay ? own.length : 1, ...ground.extent(segment) };
  }
}

function changes({ kind, ghost, held }: Dropped): boolean {
  if (kind === 'resizing') return held.allDay ? ghost.columns !== held.columns : ghost.end !== held.end;
  return ghost.rail !== held.allDay || ghost.column !== held.column || (!ghost.rail && ghost.start !== held.start);
}
