// Gestures, step by step: create, move, resize, cancel.
import { describe, expect, it } from 'vitest';

import { idle, step, type Gesture, type Grid, type Held, type Input, type Spot } from './gesture';

const grid: Grid = { columns: 7, length: 1440, step: 15 };
const spot = (column: number, at: number, rail = false): Spot => ({ column, at, rail });
const held: Held = { key: 'e|o', column: 2, start: 600, end: 660, allDay: false, columns: 1 };
const bar: Held = { key: 'e|o', column: 1, start: 0, end: 0, allDay: true, columns: 3 };

/** Presses at a spot and moves over others, far enough to count as a drag. */
function drag(what: Held | null, from: Spot, to: Spot, edge: 'none' | 'end' = 'none'): Gesture {
  const inputs: Input[] = [{ kind: 'down', spot: from, x: 0, y: 0, held: what, edge }, { kind: 'move', spot: to, x: 90, y: 90 }];
  return inputs.reduce((now, input) => step(now, input, grid), idle);
}

const ghost = (now: Gesture): unknown => ('ghost' in now ? now.ghost : null);

describe('dragging', () => {
  it('is not begun by a shaky press', () => {
    const pressed = step(idle, { kind: 'down', spot: spot(1, 100), x: 5, y: 5, held, edge: 'none' }, grid);
    expect(step(pressed, { kind: 'move', spot: spot(1, 102), x: 7, y: 7 }, grid).kind).toBe('pressed');
  });

  it('on empty ground makes something from quarter to quarter', () => {
    expect(ghost(drag(null, spot(3, 607), spot(3, 724)))).toMatchObject({ column: 3, start: 600, end: 720 });
    expect(ghost(drag(null, spot(3, 607), spot(3, 541)))).toMatchObject({ start: 540, end: 615 });
  });

  it('moves by what was grabbed', () => {
    expect(ghost(drag(held, spot(2, 650), spot(4, 742)))).toMatchObject({ column: 4, start: 690, end: 750 });
  });

  it('stays in the grid', () => {
    expect(ghost(drag(held, spot(2, 610), spot(9, 5000)))).toMatchObject({ column: 6, start: 1425, end: 1440 });
    expect(ghost(drag(held, spot(2, 610), spot(0, -400)))).toMatchObject({ start: 0, end: 60 });
  });

  it('pulls the lower edge, never above the start', () => {
    expect(ghost(drag(held, spot(2, 659), spot(2, 752), 'end'))).toMatchObject({ start: 600, end: 750 });
    expect(ghost(drag(held, spot(2, 659), spot(2, 300), 'end'))).toMatchObject({ start: 600, end: 615 });
  });

  it('goes to the rail and comes down from it as an hour', () => {
    expect(ghost(drag(held, spot(2, 620), spot(5, 0, true)))).toMatchObject({ column: 5, rail: true });
    expect(ghost(drag(bar, spot(1, 0, true), spot(4, 484)))).toMatchObject({ column: 4, start: 480, end: 540, rail: false });
  });

  it('carries and pulls a bar by days', () => {
    expect(ghost(drag(bar, spot(2, 0, true), spot(4, 0, true)))).toMatchObject({ column: 3, columns: 3 });
    expect(ghost(drag(bar, spot(3, 0, true), spot(6, 0, true), 'end'))).toMatchObject({ column: 1, columns: 6 });
  });

  it('carries and pulls a bar that began before the first column from where it began', () => {
    const cut: Held = { ...bar, column: -3, columns: 5 };
    expect(ghost(drag(cut, spot(1, 0, true), spot(2, 0, true)))).toMatchObject({ column: -2, columns: 5 });
    expect(ghost(drag(cut, spot(1, 0, true), spot(0, 0, true)))).toMatchObject({ column: -4, columns: 5 });
    expect(ghost(drag(cut, spot(1, 0, true), spot(3, 0, true), 'end'))).toMatchObject({ column: -3, columns: 7 });
  });

  it('is ended by Escape', () => expect(step(drag(held, spot(2, 610), spot(4, 700)), { kind: 'cancel' }, grid)).toBe(idle));
});
