// The days on which the demo world's clocks change, and what becomes of a drop there.

import { dayOf, yearOf } from '../../time/date';
import { monthLong } from '../../time/format';

/** Days with an hour twice, and days without one. */
export const FALL = ['2026-10-25', '2027-10-31'];
export const SPRING = ['2026-03-29', '2027-03-28'];

/** A stand-in for the real clocks of Berlin: what is skipped lands an hour later, and what comes twice wants to know which. */
export function clocksAt(date: string, wallMin: number | null, fold: boolean | null): 'which' | { later: number; note: string | null } {
  const plain = { later: 0, note: null };
  if (wallMin === null || wallMin < 120 || wallMin >= 180) return plain;
  const mm = String(wallMin - 120).padStart(2, '0');
  const day = `${dayOf(date)} ${monthLong(date)}${yearOf(date) === 2026 ? '' : ` ${yearOf(date)}`}`;
  if (SPRING.includes(date)) return { later: 60, note: `02:${mm} does not exist on ${day} in Berlin → 03:${mm}` };
  if (!FALL.includes(date)) return plain;
  return fold === null ? 'which' : { later: 0, note: `02:${mm} comes twice on ${day} in Berlin: this is the ${fold ? 'second, CET' : 'first, CEST'}` };
}
