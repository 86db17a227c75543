// From Rust's segments to what a view places: timed ones by column, all-day ones as stretches over columns.

import type { Segment } from '../wire/types';
import type { Stretch } from './lanes';

/** Names an occurrence among the segments. */
export const keyOf = (segment: { event: string; original: string }): string => `${segment.event}|${segment.original}`;

/** Failures first, as nothing may hide them. */
export const isTrouble = (segment: Segment): boolean => segment.mark === 'failed' || segment.mark === 'review';

/** Whether a piece is the one with which its occurrence begins. */
export const begins = ({ part }: Segment): boolean => part === 'single' || part === 'start';

/** Timed segments of each date. */
export function byColumn(segments: readonly Segment[], dates: readonly string[]): Segment[][] {
  const columns: Segment[][] = dates.map(() => []);
  const index = new Map(dates.map((date, i) => [date, i]));
  for (const segment of segments) {
    const column = index.get(segment.date);
    if (!segment.allDay && column !== undefined) columns[column]?.push(segment);
  }
  return columns;
}

/** All-day segments put together again, each over the columns it covers; one that is cut reaches outside. */
export function stretches(segments: readonly Segment[], dates: readonly string[], wanted: (segment: Segment) => boolean): Stretch<Segment>[] {
  const index = new Map(dates.map((date, i) => [date, i]));
  const found = new Map<string, Stretch<Segment>>();
  for (const segment of segments) {
    const column = index.get(segment.date);
    if (column === undefined || !wanted(segment)) continue;
    const from = begins(segment) ? column : column - 1;
    const to = segment.part === 'mid' || segment.part === 'start' ? column + 1 : column;
    const known = found.get(keyOf(segment));
    if (!known) found.set(keyOf(segment), { item: segment, from, to });
    else known.to = Math.max(known.to, to);
  }
  return [...found.values()];
}

/** The occurrences of a view in reading order, each once. */
export function inOrder(segments: readonly Segment[]): Segment[] {
  const seen = new Set<string>();
  return segments.filter((segment) => {
    const key = keyOf(segment);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** Where an arrow key leads from a segment: up and down within the day, left and right to the nearest in time. */
export function neighbour(segments: readonly Segment[], from: Segment, arrow: Arrow): Segment | null {
  const order = inOrder(segments);
  if (arrow === 'ArrowUp' || arrow === 'ArrowDown') {
    const day = order.filter((segment) => segment.date === from.date);
    const at = day.findIndex((segment) => keyOf(segment) === keyOf(from));
    return day[at + (arrow === 'ArrowUp' ? -1 : 1)] ?? null;
  }
  const forward = arrow === 'ArrowRight';
  const dates = [...new Set(order.map((segment) => segment.date))].sort();
  const beyond = dates.filter((date) => (forward ? date > from.date : date < from.date));
  const date = forward ? beyond[0] : beyond.at(-1);
  const day = order.filter((segment) => segment.date === date);
  const distance = (segment: Segment): number => Math.abs(segment.start - from.start) + (segment.allDay === from.allDay ? 0 : 10_000);
  return day.reduce<Segment | null>((best, segment) => (best && distance(best) <= distance(segment) ? best : segment), null);
}
