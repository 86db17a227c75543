// The whole of an occurrence of which a view may show but a piece: where it begins and how long it is.

import { daysBetween } from '../time/date';
import type { OccurrenceRef } from '../wire/types';
import type { App } from './app.svelte';

export interface Whole {
  date: string;
  /** 0 where it is all-day. */
  wallMin: number;
  /** Minutes that pass, whatever the clocks do. */
  minutes: number;
  /** Dates it covers, all-day. */
  days: number;
}

/** Asks for it; null where that is refused, which was said then. */
export async function wholeOf(app: App, { event, original }: OccurrenceRef): Promise<Whole | null> {
  const detail = await app.ask('occurrence', { event, original });
  if (!detail) return null;
  const { start, end, starts, ends } = detail;
  return {
    date: start.date, wallMin: start.wallMin ?? 0, minutes: ends ? Math.round((Date.parse(ends.utc) - Date.parse(starts.utc)) / 60_000) : 0,
    days: end ? daysBetween(start.date, end.date) + 1 : 1,
  };
}
