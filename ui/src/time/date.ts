// Civil dates as text (`2026-11-18`) and days since 1970-01-01. No instants, no zones, no local-zone Date.

export type CivilDate = string;
export type WeekStart = 'monday' | 'sunday' | 'saturday';

const MINUTES = 1440;

/** Days since 1970-01-01 of a proleptic Gregorian date. */
export function toDays(date: CivilDate): number {
  const [y = 0, m = 1, d = 1] = date.split('-').map(Number);
  return daysOf(y, m, d);
}

function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** The date of a day number. */
export function fromDays(days: number): CivilDate {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  return dateOf(yoe + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

/** Puts a date's text together. */
export function dateOf(year: number, month: number, day: number): CivilDate {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

export const yearOf = (date: CivilDate): number => Number(date.slice(0, 4));
export const monthOf = (date: CivilDate): number => Number(date.slice(5, 7));
export const dayOf = (date: CivilDate): number => Number(date.slice(8, 10));

export const addDays = (date: CivilDate, days: number): CivilDate => fromDays(toDays(date) + days);
export const daysBetween = (from: CivilDate, to: CivilDate): number => toDays(to) - toDays(from);

/** Monday is 0. */
export const weekday = (date: CivilDate): number => (((toDays(date) + 3) % 7) + 7) % 7;
export const isWeekend = (date: CivilDate): boolean => weekday(date) >= 5;

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The same day of another month, or that month's last day. */
export function addMonths(date: CivilDate, months: number): CivilDate {
  const index = yearOf(date) * 12 + monthOf(date) - 1 + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  return dateOf(year, month, Math.min(dayOf(date), daysInMonth(year, month)));
}

export const startOfMonth = (date: CivilDate): CivilDate => `${date.slice(0, 8)}01`;

const FIRST: Record<WeekStart, number> = { monday: 0, sunday: 6, saturday: 5 };

/** The first day of the week a date lies in. */
export function startOfWeek(date: CivilDate, start: WeekStart): CivilDate {
  return addDays(date, -((weekday(date) - FIRST[start] + 7) % 7));
}

/** The dates from one on. */
export function dates(from: CivilDate, count: number): CivilDate[] {
  const first = toDays(from);
  return Array.from({ length: count }, (_, i) => fromDays(first + i));
}

/** The six weeks that show a month. */
export function monthGrid(date: CivilDate, start: WeekStart): CivilDate[] {
  return dates(startOfWeek(startOfMonth(date), start), 42);
}

/** ISO 8601 week number of the week a date lies in. */
export function isoWeek(date: CivilDate): number {
  const thursday = addDays(date, 3 - weekday(date));
  return Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7) + 1;
}

/** Adds wall minutes to a date and a wall time, carrying over midnight. Nominal: no clocks change here. */
export function addMinutes(date: CivilDate, wallMin: number, minutes: number): { date: CivilDate; wallMin: number } {
  const total = wallMin + minutes;
  const days = Math.floor(total / MINUTES);
  return { date: addDays(date, days), wallMin: total - days * MINUTES };
}

/** Whether text is a date that exists. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && fromDays(toDays(text)) === text;
}
