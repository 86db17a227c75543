// What a chip keeps as its space shrinks.
import { describe, expect, it } from 'vitest';

import { chipParts } from './chip';

const parts = (width: number, height: number, title = 'Design review') => chipParts({ width, height, title, twelveHour: false, marked: true });

describe('what a chip shows', () => {
  it('is everything when there is room', () => expect(parts(136, 76)).toMatchObject({ oneLine: false, time: 'range', note: true, lines: 3 }));
  it('loses the end before the start', () => expect(parts(70, 76).time).toBe('start'));
  it('loses the start before the title', () => expect(parts(68, 50)).toMatchObject({ time: 'none', lines: 2 }));
  it('stands on one line when low, with the time if the title leaves it', () => {
    expect(parts(136, 22, 'Standup')).toMatchObject({ oneLine: true, time: 'start' });
    expect(parts(136, 22, 'Send the newsletter')).toMatchObject({ oneLine: true, time: 'none' });
  });
  it('keeps the glyph alone when there is room for nothing else', () => expect(parts(36, 22).title).toBe(false));
});
