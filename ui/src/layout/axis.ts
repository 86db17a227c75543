// Between places on the hours' axis, wall times and pixels. The axis is Rust's; this only reads it.

import type { Axis, AxisRow, Blank, Day } from '../wire/types';

/** What a place on the axis means. */
export interface Place {
  wallMin: number;
  fold: boolean;
}

function rowAt(rows: readonly AxisRow[], at: number): AxisRow | undefined {
  let found = rows[0];
  for (const row of rows) {
    if (row.at > at) break;
    found = row;
  }
  return found;
}

/** The wall time at a place. */
export function placeAt(axis: Axis, at: number): Place {
  const row = rowAt(axis.rows, at);
  if (!row) return { wallMin: at, fold: false };
  return { wallMin: Math.min(1440, row.wallMin + at - row.at), fold: row.fold };
}

/** Where a wall time lies; for a doubled one the fold says which. */
export function axisOf(axis: Axis, wallMin: number, fold = false): number {
  let best: AxisRow | undefined;
  for (const row of axis.rows) {
    if (row.wallMin > wallMin) continue;
    if (row.fold && !fold && wallMin < row.wallMin + 60) continue;
    if (!best || row.wallMin >= best.wallMin) best = row;
  }
  return best ? best.at + wallMin - best.wallMin : wallMin;
}

/** The stretch that the clocks of a day skip at a place; what only other days have twice is none. */
export function skippedAt(day: Pick<Day, 'lengthMin' | 'blanks'> | undefined, at: number): Blank | null {
  if (!day || day.lengthMin >= 1440) return null;
  return day.blanks.find((blank) => at >= blank.at && at < blank.at + blank.len) ?? null;
}

/** The name of the clocks where an hour comes twice. */
export function passingAt(axis: Axis, at: number): string | null {
  return rowAt(axis.rows, at)?.offset ?? null;
}

/** Moves a place out of a stretch the day has not, to the stretch's end. */
export function outOfBlanks(blanks: readonly Blank[], at: number): number {
  for (const blank of blanks) if (at >= blank.at && at < blank.at + blank.len) return blank.at + blank.len;
  return at;
}

/** Minutes that pass between two places of a day: what the day has not is not counted. */
export function minutesBetween(blanks: readonly Blank[], from: number, to: number): number {
  const missing = blanks.reduce((sum, { at, len }) => sum + Math.max(0, Math.min(to, at + len) - Math.max(from, at)), 0);
  return to - from - missing;
}

/** The nearest multiple of a step. */
export const snap = (at: number, step: number): number => Math.round(at / step) * step;

/** Keeps a value between two bounds. */
export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
