// Dragging in the week: pointer events in, ghosts out, one mutation at the drop.

import { t } from '../../shared/t';
import { wasDismissal } from '../../shared/dismissals';
import type { App, Anchor } from '../../state/app.svelte';
import { outOfBlanks, placeAt } from '../../layout/axis';
import { idle, step, type Edge, type Gesture, type Ghost, type Grid, type Held, type Spot } from '../../layout/gesture';
import { keyOf } from '../../layout/segments';
import { daysBetween } from '../../time/date';
import type { RangeView, Segment } from '../../wire/types';

export interface Surface {
  view: RangeView | null;
  dates: readonly string[];
  pxPerMin: number;
  scroller: HTMLElement | undefined;
  top: HTMLElement | undefined;
  grid: HTMLElement | undefined;
}

const EDGE_PX = 28;

export class WeekDrag {
  #gesture = $state.raw<Gesture>(idle);
  /** Drawn on after the drop, until the answer is there. */
  #kept = $state.raw<Ghost | null>(null);
  #keptKey = $state<string | null>(null);
  #segment = $state.raw<Segment | null>(null);
  #swallow = false;
  #dismissal = false;
  readonly #app: App;
  readonly #surface: () => Surface;

  constructor(app: App, surface: () => Surface) {
    this.#app = app;
    this.#surface = surface;
  }

  get active(): boolean {
    return this.#gesture.kind !== 'idle' && this.#gesture.kind !== 'pressed';
  }

  get ghost(): Ghost | null {
    return 'ghost' in this.#gesture ? this.#gesture.ghost : this.#kept;
  }

  /** The occurrence whose own chip is dimmed. */
  get heldKey(): string | null {
    return 'held' in this.#gesture && this.#gesture.kind !== 'pressed' ? (this.#gesture.held?.key ?? null) : this.#keptKey;
  }

  get color(): string {
    const { session } = this.#app;
    return this.#segment ? session.color(this.#segment.calendar) : (session.calendars[0]?.color ?? 'indigo');
  }

  get title(): string {
    return this.#segment?.title ?? t('editor.new');
  }

  /** A click that ends a drag opens nothing. */
  swallowClick(): boolean {
    const swallow = this.#swallow;
    this.#swallow = false;
    return swallow;
  }

  press(event: PointerEvent): void {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    this.#swallow = false;
    this.#dismissal = wasDismissal(event);
    const chip = event.target.closest<HTMLElement>('[data-key]');
    if (!chip && event.target.closest('button')) return;
    const spot = this.#spot(event);
    const segment = chip ? this.#find(chip.dataset.key ?? '') : null;
    if (!spot || (chip && (!segment || segment.fixed || (!segment.allDay && segment.part !== 'single' && segment.part !== 'start')))) return;
    const edge: Edge = event.target.closest('[data-edge]') ? 'end' : 'none';
    this.#segment = segment;
    this.#kept = null;
    const held = segment ? this.#held(segment) : null;
    this.#gesture = step(this.#gesture, { kind: 'down', spot, x: event.clientX, y: event.clientY, held, edge }, this.#grid(event));
  }

  move(event: PointerEvent): void {
    if (this.#gesture.kind === 'idle') return;
    const spot = this.#spot(event);
    if (!spot) return;
    this.#gesture = step(this.#gesture, { kind: 'move', spot, x: event.clientX, y: event.clientY }, this.#grid(event));
    if (this.active) this.#scrollAt(event);
  }

  cancel(): void {
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

  /** A change by keys draws no ghost. */
  keepStill(): void {
    this.cancel();
  }

  async drop(event: PointerEvent): Promise<void> {
    const done = this.#gesture;
    if (done.kind === 'idle') return;
    this.#gesture = idle;
    if (done.kind === 'pressed') {
      if (!done.held && !this.#dismissal) await this.#create(clicked(done.origin));
      return;
    }
    this.#swallow = done.kind !== 'creating';
    if (done.kind === 'creating') {
      await this.#create(done.ghost);
      return;
    }
    await this.#settle(done, { x: event.clientX, y: event.clientY, width: 0, height: 0 });
  }

  async #create(ghost: Ghost): Promise<void> {
    const { view, dates } = this.#surface();
    const date = dates[ghost.column];
    if (!view || !date) return;
    this.#segment = null;
    this.#kept = ghost;
    if (ghost.rail) {
      await this.#app.create({ date, allDay: true, days: ghost.columns });
    } else {
      const place = placeAt(view.axis, outOfBlanks(view.days[ghost.column]?.blanks ?? [], ghost.start));
      await this.#app.create({ date, wallMin: place.wallMin, fold: place.fold, durationMin: ghost.end - ghost.start });
    }
  }

  async #settle(done: Extract<Gesture, { kind: 'moving' | 'resizing' }>, anchor: Anchor): Promise<void> {
    const { view, dates } = this.#surface();
    const segment = this.#segment;
    const { ghost, held } = done;
    if (!view || !segment || !changes(done)) return;
    this.#kept = ghost;
    this.#keptKey = held.key;
    const { event, original, version } = segment;
    const place = placeAt(view.axis, outOfBlanks(view.days[ghost.column]?.blanks ?? [], ghost.start));
    const timed = { wallMin: place.wallMin, fold: place.fold };
    const date = dates[ghost.column] ?? segment.date;
    if (done.kind === 'resizing') {
      const more = held.allDay ? { days: ghost.columns } : { durationMin: ghost.end - ghost.start };
      await this.#app.move({ event, original, version, date, ...(held.allDay ? {} : timed), ...more }, anchor);
    } else if (ghost.rail !== held.allDay) {
      const more = ghost.rail ? { allDay: true } : { allDay: false, ...timed };
      await this.#app.move({ event, original, version, date, ...more }, anchor);
    } else {
      await this.#app.move({ event, original, version, date, ...(ghost.rail ? {} : timed) }, anchor);
    }
    this.#kept = null;
    this.#keptKey = null;
  }

  #held(segment: Segment): Held {
    const { dates } = this.#surface();
    const own = this.#surface().view?.segments.filter((other) => keyOf(other) === keyOf(segment)) ?? [];
    const first = dates[0] ?? segment.date;
    const column = daysBetween(first, own[0]?.date ?? segment.date);
    return { key: keyOf(segment), column, start: segment.start, end: segment.end, allDay: segment.allDay, columns: segment.allDay ? own.length : 1 };
  }

  #find(key: string): Segment | null {
    return this.#surface().view?.segments.find((segment) => keyOf(segment) === key) ?? null;
  }

  #grid(event: PointerEvent): Grid {
    const step = event.shiftKey ? 1 : event.altKey ? 5 : 15;
    return { columns: 7, length: this.#surface().view?.axis.lengthMin ?? 1440, step };
  }

  #spot(event: PointerEvent): Spot | null {
    const { grid, top, pxPerMin } = this.#surface();
    if (!grid || !top) return null;
    const box = grid.getBoundingClientRect();
    const column = Math.min(6, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * 7)));
    return { column, at: (event.clientY - box.top) / pxPerMin, rail: event.clientY < top.getBoundingClientRect().bottom };
  }

  #scrollAt(event: PointerEvent): void {
    const { scroller, top } = this.#surface();
    if (!scroller || !top || this.ghost?.rail) return;
    const box = scroller.getBoundingClientRect();
    const head = top.getBoundingClientRect().bottom;
    if (event.clientY > box.bottom - EDGE_PX) scroller.scrollTop += 10;
    else if (event.clientY < head + EDGE_PX && event.clientY > head) scroller.scrollTop -= 10;
  }
}

/** A click makes an hour from the half hour it lies in. */
function clicked(origin: Spot): Ghost {
  if (origin.rail) return { column: origin.column, start: 0, end: 0, rail: true, columns: 1 };
  const start = Math.floor(origin.at / 30) * 30;
  return { column: origin.column, start, end: start + 60, rail: false, columns: 1 };
}

function changes(done: Extract<Gesture, { kind: 'moving' | 'resizing' }>): boolean {
  const { ghost, held } = done;
  if (done.kind === 'resizing') return held.allDay ? ghost.columns !== held.columns : ghost.end !== held.end;
  return ghost.rail !== held.allDay || ghost.column !== held.column || (!ghost.rail && ghost.start !== held.start);
}
