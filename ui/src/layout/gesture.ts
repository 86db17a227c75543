// Dragging in the grid as a union of what is going on and a pure step from one to the next.

import { clamp, snap } from './axis';

/** A place in the grid: which column, and where on the axis. `rail` is the all-day row. */
export interface Spot {
  column: number;
  at: number;
  rail: boolean;
}

/** What is being dragged. */
export interface Held {
  key: string;
  /** Where it begins; negative where that is before the first column. */
  column: number;
  start: number;
  end: number;
  allDay: boolean;
  /** Columns covered, for a bar on the rail. */
  columns: number;
}

export type Gesture =
  | { kind: 'idle' }
  | { kind: 'pressed'; origin: Spot; x: number; y: number; held: Held | null; edge: Edge }
  | { kind: 'creating'; origin: Spot; ghost: Ghost }
  | { kind: 'moving'; origin: Spot; held: Held; ghost: Ghost }
  | { kind: 'resizing'; held: Held; ghost: Ghost };

export type Edge = 'none' | 'end';

/** The preview that is drawn while dragging. */
export interface Ghost {
  column: number;
  start: number;
  end: number;
  rail: boolean;
  columns: number;
}

export interface Grid {
  columns: number;
  length: number;
  step: number;
}

export type Input =
  | { kind: 'down'; spot: Spot; x: number; y: number; held: Held | null; edge: Edge }
  | { kind: 'move'; spot: Spot; x: number; y: number }
  | { kind: 'cancel' };

export const idle: Gesture = { kind: 'idle' };

/** A press becomes a drag after this many pixels. */
const SLOP = 4;

/** The next state. Letting go is not a step: the caller looks at the state and acts. */
export function step(now: Gesture, input: Input, grid: Grid): Gesture {
  if (input.kind === 'cancel') return idle;
  if (input.kind === 'down') return { kind: 'pressed', origin: input.spot, x: input.x, y: input.y, held: input.held, edge: input.edge };
  switch (now.kind) {
    case 'idle':
      return now;
    case 'pressed':
      return Math.hypot(input.x - now.x, input.y - now.y) < SLOP ? now : begin(now, input.spot, grid);
    case 'creating':
      return { ...now, ghost: stretch(now.origin, input.spot, grid) };
    case 'moving':
      return { ...now, ghost: carry(now.held, now.origin, input.spot, grid) };
    case 'resizing':
      return { ...now, ghost: pull(now.held, input.spot, grid) };
  }
}

function begin(now: Extract<Gesture, { kind: 'pressed' }>, spot: Spot, grid: Grid): Gesture {
  if (!now.held) return { kind: 'creating', origin: now.origin, ghost: stretch(now.origin, spot, grid) };
  if (now.edge === 'end') return { kind: 'resizing', held: now.held, ghost: pull(now.held, spot, grid) };
  return { kind: 'moving', origin: now.origin, held: now.held, ghost: carry(now.held, now.origin, spot, grid) };
}

function stretch(origin: Spot, spot: Spot, grid: Grid): Ghost {
  if (origin.rail) {
    const column = Math.min(origin.column, spot.column);
    return { column, start: 0, end: 0, rail: true, columns: Math.abs(spot.column - origin.column) + 1 };
  }
  const from = Math.floor(origin.at / grid.step) * grid.step;
  const to = clamp(snap(spot.at, grid.step), 0, grid.length);
  const start = Math.min(from, to);
  const end = Math.max(from + (to < from ? grid.step : 0), to, start + grid.step);
  return { column: origin.column, start, end, rail: false, columns: 1 };
}

function carry(held: Held, origin: Spot, spot: Spot, grid: Grid): Ghost {
  const column = clamp(held.column + spot.column - origin.column, held.column < 0 ? 1 - held.columns : 0, grid.columns - 1);
  if (spot.rail) return { column: held.allDay ? column : spot.column, start: 0, end: 0, rail: true, columns: held.columns };
  const length = held.allDay ? 60 : held.end - held.start;
  const wanted = held.allDay ? snap(spot.at, grid.step) : snap(held.start + spot.at - origin.at, grid.step);
  const start = clamp(wanted, 0, grid.length - Math.min(length, grid.step));
  return { column: held.allDay ? spot.column : column, start, end: Math.min(start + length, grid.length), rail: false, columns: 1 };
}

function pull(held: Held, spot: Spot, grid: Grid): Ghost {
  if (held.allDay) {
    const last = Math.max(held.column, spot.column);
    return { column: held.column, start: 0, end: 0, rail: true, columns: last - held.column + 1 };
  }
  const end = clamp(snap(spot.at, grid.step), held.start + grid.step, grid.length);
  return { column: held.column, start: held.start, end, rail: false, columns: 1 };
}
