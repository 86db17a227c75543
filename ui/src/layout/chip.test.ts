// What a chip keeps as its space shrinks.
import { describe, expect, it } from 'vitest';

import { chipParts } from './chip';

const parts = (width: number, height: number, title = 'Design review') => chipParts({ width, height, title, start: 5, range: 11, marked: true });

describe('what a chip shows', () => {
  it('is everything when there is room', () => expect(parts(136, 76)).toMatchObject({ oneLine: false, time: 'range', note: true, lines: 3, glyphBelow: false }));
  it('loses the end before the start', () => expect(parts(70, 76).time).toBe('start'));
  it('loses the start before the title', () => expect(parts(68, 50, 'Design reviews')).toMatchObject({ time: 'none', lines: 2 }));
  it('gives the title the line of the time where it needs it', () => {
    expect(parts(70, 50, 'Call with Marguerite')).toMatchObject({ time: 'none', lines: 2 });
    expect(parts(100, 50, 'Call with Bartholomew')).toMatchObject({ time: 'none', lines: 2 });
    expect(parts(110, 76, 'Everything that was decided about the move, room by room, to the end')).toMatchObject({ time: 'range', lines: 3 });
  });
  it('has the glyph beside the time where a title needs its whole line', () => expect(parts(70, 38, 'Dentist')).toMatchObject({ time: 'start', lines: 1, glyphBelow: true }));
  it('has the glyph at the foot rather than above the title', () => expect(parts(66, 38, 'Standup')).toMatchObject({ lines: 2, glyphBelow: true }));
  it('has the time above a glyph at the foot where there are lines between', () => expect(parts(64, 100, 'Brunch')).toMatchObject({ time: 'start', glyphBelow: true }));
  it('breaks no word in a narrow lane', () => {
    expect(parts(66, 76).breakWords).toBe(false);
    expect(parts(136, 76).breakWords).toBe(true);
  });
  it('stands on one line when low, with the time if the title leaves it', () => {
    expect(parts(136, 22, 'Standup')).toMatchObject({ oneLine: true, time: 'start' });
    expect(parts(136, 22, 'Send the newsletter')).toMatchObject({ oneLine: true, time: 'none' });
  });
  it('keeps the glyph alone when there is room for nothing else', () => expect(parts(36, 22).title).toBe(false));
  it('shows a short end where a long one would not fit', () => {
    expect(chipParts({ width: 110, height: 76, title: 'Gym', start: 4, range: 9, marked: true }).time).toBe('range');
    expect(chipParts({ width: 110, height: 76, title: 'Gym', start: 8, range: 17, marked: true }).time).toBe('start');
  });
  it('has an answer for no room at all', () => expect(parts(0, 60)).toMatchObject({ title: true, time: 'none' }));
  it('needs twice the room for text of twice the size', () => expect(chipParts({ width: 136, height: 44, title: 'Standup', start: 5, range: 11, marked: true, scale: 2 }).oneLine).toBe(true));
});
