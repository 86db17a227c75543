// Overlapping events share a column fairly.
import { describe, expect, it } from 'vitest';

import { MAX_LANES, pack, packLegibly, type Span } from './pack';

/** Rows like "9-10 9-11": the lanes as "lane/lanes+width". */
function check(text: string, expected: string, least = 0): void {
  const items = text.split(' ').map((span) => {
    const [start = 0, end = 0] = span.split('-').map(Number);
    return { start: start * 60, end: end * 60, name: span };
  });
  const { placed } = pack(items, () => least);
  const found = items.map((item) => placed.find((p) => p.item === item)).map((p) => (p ? `${p.lane}/${p.lanes}+${p.width}` : '-'));
  expect(found.join(' ')).toBe(expected);
}

describe('packing', () => {
  it('gives a thing alone all the width', () => check('9-10', '0/1+1'));
  it('does not take touching for overlapping', () => check('9-10 10-11', '0/1+1 0/1+1'));
  it('puts two beside each other', () => check('9-11 10-12', '0/2+1 1/2+1'));
  it('uses a lane again that came free', () => check('9-12 9-10 10-11', '0/2+1 1/2+1 1/2+1'));
  it('lets a thing grow where nothing stands', () => check('9-10 9-10 9-10 10-11', '0/3+1 1/3+1 2/3+1 0/1+1'));
  it('lets it grow only as far as that', () => check('9-11 9-10 9-10 10-11', '0/3+1 1/3+1 2/3+1 1/3+2'));
  it('draws a moment as long as the least', () => check('9-9 9.1-10', '0/2+1 1/2+1', 25));

  it('never draws one thing over another', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 16807) % 2147483647) % below;
    for (let round = 0; round < 200; round++) {
      const items: Span[] = Array.from({ length: 14 }, () => ({ start: random(300), end: 0 })).map((s) => ({ ...s, end: s.start + random(90) }));
      const { placed, strips } = pack(items, () => 10);
      const end = (s: Span): number => Math.max(s.end, s.start + 10);
      for (const a of placed) {
        for (const b of placed) {
          if (a === b || a.item.start >= end(b.item) || b.item.start >= end(a.item)) continue;
          expect(a.lane + a.width <= b.lane || b.lane + b.width <= a.lane).toBe(true);
        }
      }
      expect(placed.length + strips.reduce((n, s) => n + s.items.length, 0)).toBe(items.length);
    }
  });

  it('makes a strip of what is beyond the lanes that can be read', () => {
    const { placed, strips } = pack(Array.from({ length: 9 }, () => ({ start: 60, end: 120 })), () => 0);
    expect(placed.length).toBe(MAX_LANES - 1);
    expect(strips).toHaveLength(1);
    expect(strips[0]).toMatchObject({ start: 60, end: 120 });
    expect(strips[0]?.items).toHaveLength(4);
  });

  it('makes a strip for each crowd, not one over the gap between', () => {
    const crowd = (at: number): Span[] => Array.from({ length: 4 }, () => ({ start: at, end: at + 30 }));
    const { strips } = pack([{ start: 0, end: 300 }, ...crowd(0), ...crowd(120)], () => 0, 3);
    expect(strips.map(({ start, end, items }) => [start, end, items.length])).toEqual([[0, 30, 3], [120, 150, 3]]);
  });
});

describe('packing to be read', () => {
  const at = (...starts: number[]): Span[] => starts.map((start) => ({ start, end: start }));
  const column = (width: number) => ({ width, pxPerMin: 52 / 60, text: 1 });

  it('leaves a short thing alone one line', () => expect(packLegibly(at(600), column(126)).placed[0]?.end).toBeCloseTo(600 + 23 / (52 / 60)));
  it('gives short things beside each other two lines', () => {
    const { placed } = packLegibly(at(600, 605), column(126));
    expect(placed.map((p) => [p.lane, p.lanes, Math.round((p.end - p.item.start) * (52 / 60))])).toEqual([[0, 2, 39], [1, 2, 39]]);
  });
  it('gives one alone in a narrow column two lines where they are free', () => {
    const lines = (...starts: number[]): number[] => packLegibly(at(...starts), column(70)).placed.map((p) => Math.round((p.end - p.item.start) * (52 / 60)));
    expect(lines(600)).toEqual([39]);
    expect(lines(600, 630)).toEqual([23, 39]);
  });
  it('lays no more beside each other than can be read', () => {
    const { placed, strips } = packLegibly(at(600, 603, 606, 609, 612), column(126));
    expect(placed.map((p) => p.lanes)).toEqual([3, 3]);
    expect(strips.map(({ items }) => items.length)).toEqual([3]);
  });
  it('leaves an appointment its room where a dense series is all day', () => {
    const runs = Array.from({ length: 720 }, (_, n) => ({ start: 2 * n, end: 2 * n, event: 'runs' }));
    const items = [...runs, { start: 1020, end: 1050, event: 'call' }];
    const { placed, strips } = packLegibly(items, column(126), ({ event }) => event);
    const call = placed.find(({ item }) => item.event === 'call');
    expect(call && (call.width * 126) / call.lanes).toBeGreaterThanOrEqual(80);
    expect(placed.length + strips.reduce((sum, strip) => sum + strip.items.length, 0)).toBe(items.length);
    for (const { item, end } of placed.filter(({ item: other }) => other.event === 'runs')) expect(item.start >= 1050 || end <= 1020).toBe(true);
    // Alone it is laid as ever.
    expect(packLegibly(runs, column(126), ({ event }) => event).placed).toEqual(packLegibly(runs, column(126)).placed);
  });
  it('counts what is drawn: a thing after a short one goes beside it', () => {
    const { placed } = packLegibly([...at(600), { start: 610, end: 700 }], column(126));
    expect(placed.map((p) => p.lane)).toEqual([0, 1]);
  });
});
