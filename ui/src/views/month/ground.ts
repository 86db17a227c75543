// The month under a drag: six rows of seven cells, where everything is carried by days.

import type { Ground } from '../../state/drag.svelte';
import type { RangeView } from '../../wire/types';

export interface MonthSurface {
  grid: readonly string[];
  view: RangeView | null;
  body: HTMLElement | undefined;
}

const MORNING = 540;

export function monthGround({ grid, view, body }: MonthSurface): Ground {
  return {
    dates: grid,
    segments: view?.segments ?? [],
    grid: () => ({ columns: grid.length, length: 1440, step: 1440 }),
    spot(event) {
      const box = body?.getBoundingClientRect();
      if (!box) return null;
      const x = Math.min(6, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * 7)));
      const y = Math.min(5, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * 6)));
      return { column: y * 7 + x, at: 0, rail: true };
    },
    holds: () => true,
    extent: () => ({ start: 0, end: 0, allDay: true }),
    clicked: ({ column }) => ({ column, start: 0, end: 0, rail: true, columns: 1 }),
    // A click makes an hour on that day, a drag an all-day event over the days.
    form: ({ columns }, date, clicked) => (clicked ? { date, wallMin: MORNING } : { date, allDay: true, days: columns }),
    landing: ({ kind, ghost }, { allDay }) => (kind === 'resizing' && allDay ? { days: ghost.columns } : {}),
    carried: () => undefined,
  };
}
