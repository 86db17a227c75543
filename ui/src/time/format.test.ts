// Dates and times as labels, in 12 and 24 hours.
import { describe, expect, it } from 'vitest';

import { dayFull, nearDay, parseWall, spanTitle, wall, wallExact, wallRange } from './format';

describe('times', () => {
  it.each([
    [0, '00:00', '12\u00a0am'],
    [605, '10:05', '10:05\u00a0am'],
    [720, '12:00', '12\u00a0pm'],
    [1439, '23:59', '11:59\u00a0pm'],
    [1500, '01:00', '1\u00a0am'],
    [-60, '23:00', '11\u00a0pm'],
  ])('%i is %s or %s', (minutes, h24, h12) => expect([wall(minutes, 'h24'), wall(minutes, 'h12')]).toEqual([h24, h12]));

  it('write a range without saying the half of the day twice', () => {
    expect(wallRange(600, 690, 'h24')).toBe('10:00–11:30');
    expect(wallRange(600, 690, 'h12')).toBe('10–11:30\u00a0am');
    expect(wallRange(690, 780, 'h12')).toBe('11:30\u00a0am–1\u00a0pm');
  });

  it('show seconds in the ledger', () => {
    expect(wallExact(600, 412, 'h24')).toBe('10:00:00');
    expect(wallExact(780, 59_990, 'h12')).toBe('1:00:59\u00a0pm');
  });

  it.each([
    ['9', 540], ['930', 570], ['9:30', 570], ['9.30', 570], ['2pm', 840], ['12\u00a0am', 0], ['12pm', 720], ['23:59', 1439],
    ['24:00', null], ['9:75', null], ['13pm', null], ['soon', null], ['', null],
  ])('read %j as %s', (text, minutes) => expect(parseWall(text)).toBe(minutes));
});

describe('dates', () => {
  it('are written day first', () => expect(dayFull('2026-11-18')).toBe('Wed 18 Nov 2026'));

  it('have words when near', () => {
    expect(nearDay('2026-11-19', '2026-11-18')).toBe('tomorrow');
    expect(nearDay('2026-11-20', '2026-11-18')).toBeNull();
  });

  it('title a week that lies in two months or years', () => {
    expect(spanTitle('2026-11-16', 7)).toEqual({ month: 'November', year: '2026' });
    expect(spanTitle('2026-11-30', 7)).toEqual({ month: 'Nov – Dec', year: '2026' });
    expect(spanTitle('2026-12-28', 7)).toEqual({ month: 'Dec 2026 – Jan', year: '2027' });
  });
});
