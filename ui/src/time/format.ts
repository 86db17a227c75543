// Dates and times as words. Intl is used for names only; it is always given UTC noon of a civil date.

import { addDays, dateOf, dayOf, daysBetween, monthOf, yearOf, type CivilDate } from './date';

export type HourClock = 'h24' | 'h12';

const formats = new Map<string, Intl.DateTimeFormat>();

function named(locale: string, options: Intl.DateTimeFormatOptions, date: CivilDate): string {
  const key = locale + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })));
  return format.format(Date.UTC(yearOf(date), monthOf(date) - 1, dayOf(date), 12));
}

export const weekdayShort = (date: CivilDate, locale = 'en-GB'): string => named(locale, { weekday: 'short' }, date);
export const weekdayLong = (date: CivilDate, locale = 'en-GB'): string => named(locale, { weekday: 'long' }, date);
export const weekdayLetter = (date: CivilDate, locale = 'en-GB'): string => named(locale, { weekday: 'narrow' }, date);
export const monthLong = (date: CivilDate, locale = 'en-GB'): string => named(locale, { month: 'long' }, date);
export const monthShort = (date: CivilDate, locale = 'en-GB'): string => named(locale, { month: 'short' }, date);

/** "18 Nov" */
export const dayMonth = (date: CivilDate, locale = 'en-GB'): string => `${dayOf(date)} ${monthShort(date, locale).slice(0, 3)}`;
/** "Wed 18 Nov" */
export const dayShort = (date: CivilDate, locale = 'en-GB'): string => `${weekdayShort(date, locale)} ${dayMonth(date, locale)}`;
/** "Wed 18 Nov 2026" */
export const dayFull = (date: CivilDate, locale = 'en-GB'): string => `${dayShort(date, locale)} ${yearOf(date)}`;
/** "Wednesday, 18 November 2026" */
export const daySpoken = (date: CivilDate, locale = 'en-GB'): string =>
  `${weekdayLong(date, locale)}, ${dayOf(date)} ${monthLong(date, locale)} ${yearOf(date)}`;

/** "29 February", or "29 February 1996" where the year is known; in other languages as they write it. */
export const dayOfYear = (month: number, day: number, year: number | null, locale = 'en-GB'): string =>
  named(locale, { day: 'numeric', month: 'long', ...(year === null ? {} : { year: 'numeric' }) }, dateOf(year ?? 2000, month, day));

/** Keeps a time on one line. */
const NBSP = '\u00a0';

/** "14:00", "2 pm", "2:30 pm" */
export function wall(minutes: number, clock: HourClock): string {
  const inDay = ((minutes % 1440) + 1440) % 1440;
  const hour = Math.floor(inDay / 60);
  const minute = String(inDay % 60).padStart(2, '0');
  if (clock === 'h24') return `${String(hour).padStart(2, '0')}:${minute}`;
  const half = hour < 12 ? 'am' : 'pm';
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  return minute === '00' ? `${twelve}${NBSP}${half}` : `${twelve}:${minute}${NBSP}${half}`;
}

/** "10:00–11:00", "10–11:30 am" */
export function wallRange(start: number, end: number, clock: HourClock): string {
  const from = wall(start, clock);
  const to = wall(end, clock);
  if (clock === 'h12' && from.slice(-2) === to.slice(-2)) return `${from.slice(0, -3)}–${to}`;
  return `${from}–${to}`;
}

/** "10:00:00" for a ledger, where the second is the proof. */
export function wallExact(minutes: number, ms: number, clock: HourClock): string {
  const seconds = String(Math.floor(ms / 1000)).padStart(2, '0');
  const [time = '', half] = exactParts(minutes, clock);
  return `${time}:${seconds}${half ? `${NBSP}${half}` : ''}`;
}

function exactParts(minutes: number, clock: HourClock): string[] {
  const hour = Math.floor(minutes / 60);
  const minute = String(minutes % 60).padStart(2, '0');
  if (clock === 'h24') return [`${String(hour).padStart(2, '0')}:${minute}`];
  return [`${hour % 12 === 0 ? 12 : hour % 12}:${minute}`, hour < 12 ? 'am' : 'pm'];
}

/** A wall time typed by a person: "9", "930", "9:30", "9.30", "2pm", "14:05". */
export function parseWall(text: string): number | null {
  const found = /^\s*(\d{1,2})(?:[:. ]?(\d{2}))?\s*(am|pm|a|p)?\s*$/i.exec(text);
  if (!found) return null;
  let hour = Number(found[1]);
  const minute = Number(found[2] ?? 0);
  const half = found[3]?.toLowerCase()[0];
  if (half && (hour < 1 || hour > 12)) return null;
  if (half === 'p' && hour < 12) hour += 12;
  if (half === 'a' && hour === 12) hour = 0;
  return hour < 24 && minute < 60 ? hour * 60 + minute : null;
}

/** "today", "tomorrow", "yesterday", or null when further away. */
export function nearDay(date: CivilDate, today: CivilDate): 'today' | 'tomorrow' | 'yesterday' | null {
  const distance = daysBetween(today, date);
  return distance === 0 ? 'today' : distance === 1 ? 'tomorrow' : distance === -1 ? 'yesterday' : null;
}

/** The title of a view: month and year apart, "Nov – Dec" where a week lies in two. */
export function spanTitle(from: CivilDate, count: number, locale = 'en-GB'): { month: string; year: string } {
  const last = addDays(from, count - 1);
  const year = String(yearOf(last));
  if (monthOf(from) === monthOf(last)) return { month: monthLong(from, locale), year };
  if (yearOf(from) === yearOf(last)) return { month: `${monthShort(from, locale)} – ${monthShort(last, locale)}`, year };
  return { month: `${monthShort(from, locale)} ${yearOf(from)} – ${monthShort(last, locale)}`, year };
}
