// The time axis: hours that exist, hours that do not, hours that come twice.
import { describe, expect, it } from 'vitest';

import type { Axis } from '../wire/types';
import { axisOf, minutesBetween, outOfBlanks, passingAt, placeAt, skippedAt } from './axis';

const plain: Axis = { lengthMin: 1440, rows: Array.from({ length: 24 }, (_, h) => ({ at: h * 60, wallMin: h * 60, fold: false, offset: null })) };
const doubled: Axis = {
  lengthMin: 1500,
  rows: [0, 60, 120].map((at) => ({ at, wallMin: at, fold: false, offset: null })).concat(
    [{ at: 180, wallMin: 120, fold: true, offset: null }],
    Array.from({ length: 21 }, (_, i) => ({ at: 240 + i * 60, wallMin: 180 + i * 60, fold: false, offset: null })),
  ),
};

describe('the axis of hours', () => {
  it.each([[0, 0], [615, 615], [1440, 1440]])('place %i is %i on a plain day', (at, wallMin) => expect(placeAt(plain, at)).toEqual({ wallMin, fold: false }));

  it.each([
    [119, 119, false],
    [150, 150, false],
    [210, 150, true],
    [240, 180, false],
    [1500, 1440, false],
  ])('place %i is %i, second passing %s, where an hour is doubled', (at, wallMin, fold) => {
    expect(placeAt(doubled, at)).toEqual({ wallMin, fold });
    if (wallMin < 1440) expect(axisOf(doubled, wallMin, fold)).toBe(at);
  });

  it.each([[60, 240, 120], [60, 150, 60], [60, 120, 60], [180, 240, 60]])('counts from %i to %i the %i minutes that are there', (from, to, minutes) => {
    expect(minutesBetween([{ at: 120, len: 60 }], from, to)).toBe(minutes);
  });

  it('leaves a blank by its end', () => {
    expect([119, 120, 179, 180].map((at) => outOfBlanks([{ at: 120, len: 60 }], at))).toEqual([119, 180, 180, 180]);
  });
});

describe('a place where the clocks change', () => {
  const gap = { at: 120, len: 60 };

  it('is skipped on the short day only', () => {
    expect(skippedAt({ lengthMin: 1380, blanks: [gap] }, 150)).toEqual(gap);
    expect(skippedAt({ lengthMin: 1380, blanks: [gap] }, 180)).toBeNull();
    expect(skippedAt({ lengthMin: 1440, blanks: [{ at: 180, len: 60 }] }, 200)).toBeNull();
  });

  it('has a name where the hour comes twice', () => {
    const named: Axis = { ...doubled, rows: doubled.rows.map((row) => (row.wallMin === 120 ? { ...row, offset: row.fold ? 'CET' : 'CEST' } : row)) };
    expect([90, 150, 200, 250].map((at) => passingAt(named, at))).toEqual([null, 'CEST', 'CET', null]);
  });
});
