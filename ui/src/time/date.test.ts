// Civil dates, without a zone.
import { describe, expect, it } from 'vitest';

import { addDays, addMinutes, addMonths, dates, daysInMonth, fromDays, isDate, isoWeek, monthGrid, startOfWeek, toDays, weekday } from './date';

describe('civil dates', () => {
  it('count days from 1970 both ways', () => {
    expect(toDays('1970-01-01')).toBe(0);
    expect(toDays('2000-02-29')).toBe(11016);
    for (let day = -200_000; day < 200_000; day += 977) expect(toDays(fromDays(day))).toBe(day);
  });

  it.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2023-02-28', 1, '2023-03-01'],
    ['1900-02-28', 1, '1900-03-01'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2026-03-01', -1, '2026-02-28'],
  ])('%s and %i days is %s', (from, days, to) => expect(addDays(from, days)).toBe(to));

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-11-18', -11, '2025-12-18'],
    ['2026-12-15', 1, '2027-01-15'],
  ])('%s and %i months is %s', (from, months, to) => expect(addMonths(from, months)).toBe(to));

  it('know their weekday', () => {
    expect(weekday('2026-11-18')).toBe(2);
    expect(weekday('1969-12-31')).toBe(2);
  });

  it.each([
    ['monday', '2026-11-16'],
    ['sunday', '2026-11-15'],
    ['saturday', '2026-11-14'],
  ] as const)('a week that starts on %s starts on %s', (start, first) => expect(startOfWeek('2026-11-18', start)).toBe(first));

  it('number weeks as ISO 8601 does', () => {
    expect(isoWeek('2026-01-01')).toBe(1);
    expect(isoWeek('2027-01-01')).toBe(53);
    expect(isoWeek('2026-11-18')).toBe(47);
  });

  it('show a month in six weeks', () => {
    const grid = monthGrid('2026-11-18', 'monday');
    expect([grid.length, grid[0], grid[41]]).toEqual([42, '2026-10-26', '2026-12-06']);
  });

  it('carry wall minutes over midnight', () => {
    expect(addMinutes('2026-11-18', 1430, 20)).toEqual({ date: '2026-11-19', wallMin: 10 });
    expect(addMinutes('2026-11-18', 5, -10)).toEqual({ date: '2026-11-17', wallMin: 1435 });
  });

  it('are told from other text', () => {
    expect(['2026-02-30', '2026-2-3', '', '2026-11-18'].map(isDate)).toEqual([false, false, false, true]);
    expect(daysInMonth(2100, 2)).toBe(28);
    expect(dates('2026-11-30', 3)).toEqual(['2026-11-30', '2026-12-01', '2026-12-02']);
  });
});
