// A day of every year as a person types it: a day, a month, and a year if it is known.

import { daysInMonth } from './date';

export interface YearlyText {
  day: string;
  month: number | null;
  year: string;
}

export interface YearlyDay {
  day: number | null;
  month: number | null;
  year: number | null;
}

/** What is wrong with it: half of it is missing, the day or the year is no number, or no month has that day. */
export type YearlyFault = { type: 'half' } | { type: 'number' } | { type: 'fourDigits' } | { type: 'noSuchDay'; day: number; month: number; year: number | null; days: number };

/** The day, none at all if nothing is typed, or what is wrong. A day that no year has is refused; 29 February without a year is one. */
export function readYearly(typed: YearlyText): { read: YearlyDay } | { fault: YearlyFault } {
  const [dayText, yearText] = [typed.day.trim(), typed.year.trim()];
  if (dayText === '' && typed.month === null && yearText === '') return { read: { day: null, month: null, year: null } };
  if (dayText !== '' && !/^(0?[1-9]|[12]\d|3[01])$/.test(dayText)) return { fault: { type: 'number' } };
  if (yearText !== '' && !/^\d{4}$/.test(yearText)) return { fault: { type: 'fourDigits' } };
  if (dayText === '' || typed.month === null) return { fault: { type: 'half' } };
  const day = Number(dayText);
  const year = yearText === '' ? null : Number(yearText);
  const days = daysInMonth(year ?? 2000, typed.month);
  return day <= days ? { read: { day, month: typed.month, year } } : { fault: { type: 'noSuchDay', day, month: typed.month, year, days } };
}
