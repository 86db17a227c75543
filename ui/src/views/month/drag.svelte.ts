// Dragging in the month: the same gestures as in the week, on cells instead of hours.

import { t } from '../../shared/t';
import { wasDismissal } from '../../shared/dismissals';
import type { App } from '../../state/app.svelte';
import { idle, step, type Gesture, type Ghost, type Grid, type Held, type Spot } from '../../layout/gesture';
import { keyOf } from '../../layout/segments';
import { daysBetween } from '../../time/date';
import type { RangeView, Segment } from '../../wire/types';

export interface MonthSurface {
  grid: readonly string[];
  view: RangeView | null;
  body: HTMLElement | undefined;
}

const GRID: Grid = { columns: 42, length: 1440, step: 1440 };

export class MonthDrag {
  #gesture = $state.raw<Gesture>(idle);
  #kept = $state.raw<Ghost | null>(null);
  #keptKey = $state<string | null>(null);
  #segment = $state.raw<Segment | null>(null);
  #swallow = false;
  #dismissal = false;
  readonly #app: App;
  readonly #surface: () => MonthSurface;

  constructor(app: App, surface: () => MonthSurface) {
    this.#app = app;
    this.#surface = surface;
  }

  get active(): boolean {
    return this.#gesture.kind !== 'idle' && this.#gesture.kind !== 'pressed';
  }

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

  get #ghost(): Ghost | null {
    return 'ghost' in this.#gesture ? this.#gesture.ghost : this.#kept;
  }

  #index(date: string): number {
    return daysBetween(this.#surface().grid[0] ?? date, date);
  }

  /** Whether the ghost lies on a date. */
  covers(date: string): boolean {
    const ghost = this.#ghost;
    if (!ghost) return false;
    const at = this.#index(date);
    return at >= ghost.column && at < ghost.column + ghost.columns;
  }

  starts(date: string): boolean {
    return this.#ghost !== null && this.#index(date) === this.#ghost.column;
  }

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
    const segment = chip ? (this.#surface().view?.segments.find((other) => keyOf(other) === chip.dataset.key) ?? null) : null;
    if (!spot || (chip && (!segment || segment.fixed))) return;
    this.#segment = segment;
    const edge = event.target.closest('[data-edge]') ? 'end' : 'none';
    this.#gesture = step(this.#gesture, { kind: 'down', spot, x: event.clientX, y: event.clientY, held: segment ? this.#held(segment) : null, edge }, GRID);
  }

  move(event: PointerEvent): void {
    if (this.#gesture.kind === 'idle') return;
    const spot = this.#spot(event);
    if (spot) this.#gesture = step(this.#gesture, { kind: 'move', spot, x: event.clientX, y: event.clientY }, GRID);
  }

  cancel(): void {
    this.#gesture = idle;
    this.#kept = null;
    this.#keptKey = null;
  }

  released(): void {
    if (this.#keptKey === null) this.#kept = null;
  }

  escape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.active) return;
    event.preventDefault();
    this.#swallow = true;
    this.cancel();
  }

  async drop(event: PointerEvent): Promise<void> {
    const done = this.#gesture;
    this.#gesture = idle;
    if (done.kind === 'idle') return;
    if (done.kind === 'pressed') {
      if (!done.held && !this.#dismissal) await this.#create(done.origin.column, null);
      return;
    }
    this.#swallow = done.kind !== 'creating';
    if (done.kind === 'creating') await this.#create(done.ghost.column, done.ghost.columns);
    else await this.#settle(done, event);
  }

  /** A click makes an hour on that day, a drag an all-day event over the days. */
  async #create(column: number, days: number | null): Promise<void> {
    const date = this.#surface().grid[column];
    if (!date) return;
    this.#segment = null;
    this.#kept = { column, start: 0, end: 0, rail: true, columns: days ?? 1 };
    await this.#app.create(days === null ? { date, wallMin: 540 } : { date, allDay: true, days });
  }

  async #settle(done: Extract<Gesture, { kind: 'moving' | 'resizing' }>, at: PointerEvent): Promise<void> {
    const segment = this.#segment;
    const { ghost, held } = done;
    const date = this.#surface().grid[ghost.column];
    if (!segment || !date || (ghost.column === held.column && ghost.columns === held.columns)) return;
    this.#kept = ghost;
    this.#keptKey = held.key;
    const { event, original, version } = segment;
    const more = done.kind === 'resizing' && segment.allDay ? { days: ghost.columns } : {};
    await this.#app.move({ event, original, version, date, ...more }, { x: at.clientX, y: at.clientY, width: 0, height: 0 });
    this.#kept = null;
    this.#keptKey = null;
  }

  #held(segment: Segment): Held {
    const own = this.#surface().view?.segments.filter((other) => keyOf(other) === keyOf(segment)) ?? [];
    const column = this.#index(own[0]?.date ?? segment.date);
    return { key: keyOf(segment), column, start: 0, end: 0, allDay: true, columns: segment.allDay ? own.length : 1 };
  }

  #spot(event: PointerEvent): Spot | null {
    const box = this.#surface().body?.getBoundingClientRect();
    if (!box) return null;
    const x = Math.min(6, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * 7)));
    const y = Math.min(5, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * 6)));
    return { column: y * 7 + x, at: 0, rail: true };
  }
}
