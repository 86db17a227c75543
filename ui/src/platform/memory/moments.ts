// The demo world's clock: Europe/Berlin from 2026 to 2028, as facts, so that demo rows carry real instants.

import { addMinutes, toDays } from '../../time/date';
import type { Moment, ZoneView } from '../../wire/types';

/** Local minutes since 1970 at which summer time begins and ends. */
const SUMMERS: [number, number][] = [
  [at('2026-03-29', 120), at('2026-10-25', 180)],
  [at('2027-03-28', 120), at('2027-10-31', 180)],
  [at('2028-03-26', 120), at('2028-10-29', 180)],
];

function at(date: string, wallMin: number): number {
  return toDays(date) * 1440 + wallMin;
}

export function isSummer(date: string, wallMin: number, fold = false): boolean {
  const local = at(date, wallMin);
  return SUMMERS.some(([from, to]) => local >= from && local < (fold ? to - 60 : to));
}

/** The moment of a wall time in Berlin. */
export function moment(date: string, wallMin: number, ms = 0, fold = false): Moment {
  const day = addMinutes(date, wallMin, 0);
  const summer = isSummer(day.date, day.wallMin, fold);
  const utcMin = at(day.date, day.wallMin) - (summer ? 120 : 60);
  const utc = new Date(utcMin * 60_000 + ms).toISOString();
  return { utc, date: day.date, wallMin: day.wallMin, ms, zone: summer ? 'CEST' : 'CET' };
}

/** A moment some time after another; good enough where no clocks change between. */
export function later(from: Moment, ms: number): Moment {
  const total = from.ms + ms;
  const minutes = Math.floor(total / 60_000);
  const day = addMinutes(from.date, from.wallMin, minutes);
  return moment(day.date, day.wallMin, total - minutes * 60_000);
}

export const before = (a: Moment, b: Moment): boolean => a.utc < b.utc;

/** What other zones are ahead of Berlin by, in minutes, and their names; New York ends summer a week later. */
export function elsewhereAhead(zone: string, date: string): { ahead: number; zone: string } {
  const summer = isSummer(date, 720);
  switch (zone.replace('@', '')) {
    case 'America/New_York': {
      const americanSummer = (date >= '2026-03-08' && date < '2026-11-01') || (date >= '2027-03-14' && date < '2027-11-07');
      return { ahead: (americanSummer ? -240 : -300) - (summer ? 120 : 60), zone: americanSummer ? 'EDT' : 'EST' };
    }
    case 'Asia/Tokyo':
      return { ahead: summer ? 420 : 480, zone: 'JST' };
    case 'Europe/Lisbon':
      return { ahead: -60, zone: summer ? 'WEST' : 'WET' };
    case 'Europe/London':
      return { ahead: -60, zone: summer ? 'BST' : 'GMT' };
    case 'Asia/Kolkata':
      return { ahead: summer ? 210 : 270, zone: 'IST' };
    default:
      return { ahead: summer ? -120 : -60, zone: 'UTC' };
  }
}

export const ZONES: ZoneView[] = [
  { id: 'Europe/Berlin', city: 'Berlin', offset: 'UTC+1', person: null },
  { id: 'America/New_York', city: 'New York', offset: 'UTC−5', person: null },
  { id: 'Asia/Tokyo', city: 'Tokyo', offset: 'UTC+9', person: null },
  { id: 'Europe/Lisbon', city: 'Lisbon', offset: 'UTC+0', person: null },
  { id: 'Europe/London', city: 'London', offset: 'UTC+0', person: null },
  { id: 'Asia/Kolkata', city: 'Kolkata', offset: 'UTC+5:30', person: null },
  { id: 'Etc/UTC', city: 'UTC', offset: '', person: null },
];
