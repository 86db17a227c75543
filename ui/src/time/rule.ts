// RRULE text for the presets of the editor. Only puts text together and takes it apart; what a rule means, Rust says.

import { dayOf, daysInMonth, monthOf, weekday, yearOf, type CivilDate } from './date';

export type Preset = 'none' | 'daily' | 'weekdays' | 'weekly' | 'biweekly' | 'monthlyDay' | 'monthlyNth' | 'monthlyLast' | 'yearly' | 'custom';
export type Ends = { kind: 'never' } | { kind: 'until'; date: CivilDate } | { kind: 'count'; times: number };

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** Which weekday of its month a date is, 1 to 4; 5 counts as the last, −1. */
export function nthOf(date: CivilDate): 1 | 2 | 3 | 4 | -1 {
  const nth = Math.ceil(dayOf(date) / 7);
  return nth === 1 || nth === 2 || nth === 3 || nth === 4 ? nth : -1;
}

export const isLastOfMonth = (date: CivilDate): boolean => dayOf(date) === daysInMonth(yearOf(date), monthOf(date));

/** The rule of a preset for an event that begins on a date, without its end. */
export function presetRule(preset: Exclude<Preset, 'none' | 'custom'>, date: CivilDate): string {
  const code = CODES[weekday(date)] ?? 'MO';
  switch (preset) {
    case 'daily':
      return 'FREQ=DAILY';
    case 'weekdays':
      return 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR';
    case 'weekly':
      return `FREQ=WEEKLY;BYDAY=${code}`;
    case 'biweekly':
      return `FREQ=WEEKLY;INTERVAL=2;BYDAY=${code}`;
    case 'monthlyDay':
      return `FREQ=MONTHLY;BYMONTHDAY=${dayOf(date)}`;
    case 'monthlyNth':
      return `FREQ=MONTHLY;BYDAY=${nthOf(date)}${code}`;
    case 'monthlyLast':
      return 'FREQ=MONTHLY;BYMONTHDAY=-1';
    case 'yearly':
      return 'FREQ=YEARLY';
  }
}

/** The presets that make sense for a date. */
export function presets(date: CivilDate): Exclude<Preset, 'none' | 'custom'>[] {
  const all: Exclude<Preset, 'none' | 'custom'>[] = ['daily', 'weekdays', 'weekly', 'biweekly', 'monthlyDay', 'monthlyNth', 'monthlyLast', 'yearly'];
  return all.filter((preset) => (preset !== 'monthlyLast' || isLastOfMonth(date)) && (preset !== 'weekdays' || weekday(date) < 5));
}

/** A rule without its UNTIL and COUNT, and those. */
export function splitEnds(rule: string): { base: string; ends: Ends } {
  let ends: Ends = { kind: 'never' };
  const kept = rule.split(';').filter((part) => {
    const [name = '', value = ''] = part.split('=');
    if (name === 'COUNT' && /^\d+$/.test(value)) ends = { kind: 'count', times: Number(value) };
    else if (name === 'UNTIL' && /^\d{8}/.test(value)) ends = { kind: 'until', date: `${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6, 8)}` };
    else return true;
    return false;
  });
  return { base: kept.join(';'), ends };
}

export function withEnds(base: string, ends: Ends): string {
  if (ends.kind === 'count') return `${base};COUNT=${ends.times}`;
  return ends.kind === 'until' ? `${base};UNTIL=${ends.date.replaceAll('-', '')}` : base;
}

/** Which preset a rule is for an event that begins on a date. */
export function presetOf(rule: string | null, date: CivilDate): Preset {
  if (rule === null) return 'none';
  const { base } = splitEnds(rule);
  return presets(date).find((preset) => presetRule(preset, date) === base) ?? 'custom';
}
