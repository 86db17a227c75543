// Keys on an occurrence in a grid: walk, move, resize, edit, delete, answer.

import { t } from '../shared/t';
import { begins, inOrder, keyOf, neighbour, type Arrow } from '../layout/segments';
import { addMinutes } from '../time/date';
import { daySpoken, wall } from '../time/format';
import type { Segment } from '../wire/types';
import { anchorOf, type Anchor, type App } from './app.svelte';
import { wholeOf } from './whole';

const DAYS: Record<Arrow, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 0, ArrowDown: 0 };
const NEAREST: Arrow[] = ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft'];
const STEP = 15;

const isArrow = (key: string): key is Arrow => key in DAYS;

export class GridKeys {
  /** The next drawing puts the focus back on the moved occurrence. */
  following = false;
  readonly #app: App;
  readonly #segments: () => readonly Segment[];
  readonly #before: () => void;
  readonly #weeks: boolean;

  constructor(app: App, segments: () => readonly Segment[], before: () => void = () => undefined, weeks = false) {
    this.#app = app;
    this.#segments = segments;
    this.#before = before;
    this.#weeks = weeks;
  }

  press(event: KeyboardEvent): void {
    const chip = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-key]') : null;
    const segment = chip ? this.#segments().find((other) => keyOf(other) === chip.dataset.key) : undefined;
    if (!chip || !segment || event.ctrlKey || event.metaKey) return;
    const run = this.#action(event, segment, anchorOf(chip), chip);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  }

  follow(root: ParentNode | undefined): void {
    this.following = false;
    const key = this.#app.focused;
    if (key) root?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  /** Something that is drawn can always be reached by Tab. */
  settle(root: ParentNode | undefined): void {
    if (!root || root.querySelector('[data-key][tabindex="0"]')) return;
    const order = inOrder(this.#drawn(root));
    const first = order.find((segment) => segment.date >= this.#app.date) ?? order[0];
    if (first) this.#app.focused = keyOf(first);
  }

  /** What is too much for its day is not drawn. */
  #drawn(root: ParentNode | null): Segment[] {
    const keys = new Set(Array.from(root?.querySelectorAll<HTMLElement>('[data-key]') ?? [], (chip) => chip.dataset.key));
    return this.#segments().filter((segment) => keys.has(keyOf(segment)));
  }

  #action(event: KeyboardEvent, segment: Segment, anchor: Anchor, chip: HTMLElement): (() => void) | null {
    if (isArrow(event.key)) {
      const arrow = event.key;
      if (event.altKey) return () => void this.#shift(segment, arrow, event.shiftKey, anchor);
      return () => this.#walk(segment, arrow, chip);
    }
    if (event.altKey) return null;
    const { event: id, original } = segment;
    switch (event.key) {
      case 'e':
        return () => void this.#app.edit({ event: id, original });
      case 'Delete':
        return () => void this.#remove(segment, anchor, chip);
      case 'x':
        return () => void this.#answer(segment, 'acknowledge');
      case 's':
        return () => void this.#answer(segment, 'snooze');
      default:
        return null;
    }
  }

  #walk(segment: Segment, arrow: Arrow, chip: HTMLElement): void {
    const region = chip.closest('[role=region]');
    const next = neighbour(this.#drawn(region), segment, arrow);
    if (!next) return;
    this.#app.focused = keyOf(next);
    region?.querySelector<HTMLElement>(`[data-key="${CSS.escape(keyOf(next))}"]`)?.focus();
  }

  /** The focus goes to what stands nearest. */
  async #remove(segment: Segment, anchor: Anchor, chip: HTMLElement): Promise<void> {
    if (segment.fixed) return;
    const drawn = this.#drawn(chip.closest('[role=region]'));
    const next = NEAREST.map((arrow) => neighbour(drawn, segment, arrow)).find((found) => found !== null);
    if (!(await this.#app.remove(segment, anchor)) || !next) return;
    this.#app.focused = keyOf(next);
    this.following = true;
  }

  async #shift(segment: Segment, arrow: Arrow, longer: boolean, anchor: Anchor): Promise<void> {
    if (segment.fixed) return;
    const sign = arrow === 'ArrowUp' || arrow === 'ArrowLeft' ? -1 : 1;
    const vertical = arrow === 'ArrowUp' || arrow === 'ArrowDown';
    if (longer && (!vertical || segment.allDay)) return;
    this.#before();
    const { event, original, version } = segment;
    const first = begins(segment) ? { date: segment.date, wallMin: segment.wallStart, fold: segment.fold } : null;
    const whole = first && !longer ? null : await wholeOf(this.#app, segment);
    // Of a later piece it is not known which passing of a doubled hour it began in: Rust asks.
    const start = first ?? (whole && { date: whole.date, wallMin: whole.wallMin, fold: null });
    if (!start) return;
    if (longer) {
      if (!whole) return;
      this.following = await this.#app.move({ event, original, version, ...start, durationMin: Math.max(0, whole.minutes + sign * STEP) }, anchor);
      return;
    }
    const weeks = this.#weeks && vertical;
    const minutes = vertical && !weeks && !segment.allDay ? sign * STEP : 0;
    const to = addMinutes(start.date, start.wallMin, minutes + (DAYS[arrow] + (weeks ? sign * 7 : 0)) * 1440);
    const moved = await this.#app.move({ event, original, version, date: to.date, ...(segment.allDay ? {} : { wallMin: to.wallMin, fold: start.fold }) }, anchor);
    this.following = moved;
    if (moved) this.#app.announcement = t('sr.moved', { title: segment.title, day: daySpoken(to.date), time: segment.allDay ? t('week.allDay') : wall(to.wallMin, this.#app.session.settings.clock) });
  }

  async #answer(segment: Segment, how: 'acknowledge' | 'snooze'): Promise<void> {
    const detail = await this.#app.ask('occurrence', { event: segment.event, original: segment.original });
    const deliveries = detail?.reminders.flatMap((r) => (r.open && r.delivery ? [r.delivery] : [])) ?? [];
    if (deliveries.length === 0) return;
    if (how === 'acknowledge') await this.#app.answer('acknowledge', { deliveries }, segment.title);
    else await this.#app.snooze(deliveries, segment.title);
  }
}
