// How a line is cut, what of it still stands while it is typed on, and how words become title.

import { describe, expect, it } from 'vitest';

import { quoted, standing, stretches } from './spans';

const span = (start: number, end: number, meaning = 'date') => ({ start, end, meaning });
const drawn = (text: string, spans: ReturnType<typeof span>[], refused: { start: number; end: number } | null = null): string =>
  stretches(text, spans, refused).map((s) => (s.refused ? `!${s.text}!` : s.meaning ? `[${s.text}]` : s.text)).join('|');

describe('a line of text', () => {
  it('is cut where something was understood or refused', () => {
    expect(drawn('lunch tomorrow at noon', [span(6, 14), span(15, 22)])).toBe('lunch |[tomorrow]| |[at noon]');
    expect(drawn('lunch 1/2 at noon', [], { start: 6, end: 9 })).toBe('lunch |!1/2!| at noon');
    expect(drawn('lunch', [])).toBe('lunch');
    expect(drawn('', [])).toBe('');
  });

  it('is whole whatever the spans say', () => {
    for (const spans of [[span(0, 99)], [span(3, 2)], [span(0, 4), span(2, 5)], [span(50, 60)]]) {
      expect(stretches('lunch', spans, { start: 5, end: 5 }).map((s) => s.text).join('')).toBe('lunch');
    }
  });

  it('keeps what stands while it is typed on', () => {
    const spans = [span(6, 14), span(15, 22)];
    expect(standing(spans, 'lunch tomorrow at noon', 'lunch tomorrow at noo')).toEqual([span(6, 14)]);
    expect(standing(spans, 'lunch tomorrow at noon', 'lunch tomorrow at noon, remind')).toEqual(spans);
    expect(standing(spans, 'lunch tomorrow at noon', 'Lunch tomorrow at noon')).toEqual([]);
  });

  it('has words made title by quotes', () => {
    expect(quoted('lunch tomorrow at noon', span(6, 14))).toBe('lunch "tomorrow" at noon');
  });
});
