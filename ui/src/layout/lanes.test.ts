// Bars of several days keep their lane.
import { describe, expect, it } from 'vitest';

import { capRow, lanes, type Stretch } from './lanes';

const bar = (item: string, from: number, to: number): Stretch<string> => ({ item, from, to });
const chips = (...counts: number[]): string[][] => counts.map((n) => Array.from({ length: n }, (_, i) => `c${i}`));

describe('bars over several days', () => {
  it('keep to the lowest free lane, longer ones first', () => {
    const found = lanes([bar('short', 0, 0), bar('long', 0, 3), bar('later', 1, 2)], 7);
    expect(found.map((b) => `${b.item}:${b.lane}`)).toEqual(['long:0', 'short:1', 'later:1']);
  });

  it('know where they are cut', () => {
    expect(lanes([bar('a', -2, 9)], 7)[0]).toMatchObject({ from: 0, to: 6, cutLeft: true, cutRight: true });
    expect(lanes([bar('gone', -3, -1)], 7)).toEqual([]);
  });
});

describe('a row of days with so many lines', () => {
  it('shows everything that fits', () => {
    const cells = capRow([], chips(3, 0), 3);
    expect(cells.map((c) => [c.chips.length, c.more])).toEqual([[3, 0], [0, 0]]);
  });

  it('keeps a line for "n more"', () => {
    const [cell] = capRow([], chips(5), 3);
    expect([cell?.chips.length, cell?.more]).toEqual([2, 3]);
  });

  it('hides a bar on all of its days or on none', () => {
    const bars = lanes([bar('a', 0, 1), bar('b', 0, 1), bar('c', 0, 2)], 3);
    const cells = capRow(bars, chips(0, 0, 4), 2);
    const shown = cells.map((c) => c.bars.map((b) => b.item).join());
    expect(shown).toEqual(['c', 'c', 'c']);
    expect(cells.map((c) => c.more)).toEqual([2, 2, 4]);
  });

  it('counts everything once', () => {
    const bars = lanes([bar('a', 0, 2), bar('b', 1, 1)], 3);
    const cells = capRow(bars, chips(2, 3, 0), 3);
    expect(cells.map((c) => c.bars.length + c.chips.length + c.more)).toEqual([3, 5, 1]);
  });
});
