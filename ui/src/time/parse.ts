// Dates as a person types them. What is not understood is null, never a guess.

import { addDays, daysInMonth, dateOf, isDate, monthOf, weekday, yearOf, type CivilDate } from './date';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** "2026-11-18", "18 nov", "Nov 18, 2026", "18.11.", "18/11/26", "Wed 18 Nov 2026", "today", "tomorrow", "fri". Day before month. */
export function parseDay(text: string, today: CivilDate): CivilDate | null {
  const typed = text.trim().toLowerCase();
  if (isDate(typed)) return typed;
  if (typed === 'today') return today;
  if (typed === 'tomorrow') return addDays(today, 1);
  const name = WEEKDAYS.findIndex((day) => typed.length >= 3 && `${day}${LONG[WEEKDAYS.indexOf(day)] ?? ''}`.startsWith(typed));
  if (name >= 0) return addDays(today, ((name - weekday(today) + 6) % 7) + 1);
  return fromParts(typed.replace(/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+/, ''), today);
}

const LONG = ['day', 'sday', 'nesday', 'rsday', 'day', 'urday', 'day'];

function fromParts(typed: string, today: CivilDate): CivilDate | null {
  const numbers = /^(\d{1,2})[./](\d{1,2})(?:[./](\d{2}|\d{4})?)?$/.exec(typed);
  if (numbers) return settle(Number(numbers[1]), Number(numbers[2]), numbers[3], today);
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|\.)?\s+([a-z]{3,9})\.?,?(?:\s+(\d{2}|\d{4}))?$/.exec(typed);
  if (dayFirst) return settle(Number(dayFirst[1]), monthNamed(dayFirst[2]), dayFirst[3], today);
  const monthFirst = /^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{2}|\d{4}))?$/.exec(typed);
  return monthFirst ? settle(Number(monthFirst[2]), monthNamed(monthFirst[1]), monthFirst[3], today) : null;
}

function monthNamed(name = ''): number {
  return MONTHS.indexOf(name.slice(0, 3)) + 1;
}

/** Without a year the nearest date that is not more than half a year back. */
function settle(day: number, month: number, year: string | undefined, today: CivilDate): CivilDate | null {
  if (month < 1 || month > 12 || day < 1) return null;
  let full = year === undefined ? yearOf(today) : year.length === 2 ? 2000 + Number(year) : Number(year);
  if (year === undefined && monthOf(today) - month > 6) full += 1;
  return day <= daysInMonth(full, month) ? dateOf(full, month, day) : null;
}

/** "45", "45m", "2h", "1h30m", "1d" in minutes; at least one, at most a week. */
export function parseLength(text: string): number | null {
  const parts = /^(?:(\d{1,2})d)?\s*(?:(\d{1,3})h)?\s*(?:(\d{1,5})(?:m|min)?)?$/.exec(text.trim().toLowerCase());
  const [, days = '0', hours = '0', minutes = '0'] = parts ?? [];
  const total = Number(days) * 1440 + Number(hours) * 60 + Number(minutes);
  return total >= 1 && total <= 10080 ? total : null;
}
