// The week under a drag: seven columns of hours, and the all-day rail above them.

import { minutesBetween, outOfBlanks, placeAt, skippedAt, type Place } from '../../layout/axis';
import type { Ghost, Spot } from '../../layout/gesture';
import { begins } from '../../layout/segments';
import type { Ground } from '../../state/drag.svelte';
import type { RangeView } from '../../wire/types';

export interface WeekSurface {
  view: RangeView | null;
  dates: readonly string[];
  pxPerMin: number;
  scroller: HTMLElement | undefined;
  top: HTMLElement | undefined;
  grid: HTMLElement | undefined;
}

const EDGE_PX = 28;
const SCROLL_PX = 10;
const STEP = { usual: 15, fine: 5, free: 1 };

export function weekGround({ view, dates, pxPerMin, scroller, top, grid }: WeekSurface): Ground {
  const skipped = ({ column, start }: Ghost): boolean => skippedAt(view?.days[column], start) !== null;
  // A time that the clocks skip is sent as it is: Rust knows where it lands, and says so.
  const place = (ghost: Ghost): Place => {
    const at = skipped(ghost) ? ghost.start : outOfBlanks(view?.days[ghost.column]?.blanks ?? [], ghost.start);
    return view ? placeAt(view.axis, at) : { wallMin: at, fold: false };
  };
  // What lies in a blank as a whole keeps its length when it moves out of it.
  const minutes = (ghost: Ghost): number => {
    const { column, start, end } = ghost;
    return skipped(ghost) ? end - start : minutesBetween(view?.days[column]?.blanks ?? [], start, end) || end - start;
  };
  return {
    dates,
    segments: view?.segments ?? [],
    grid: (event) => ({ columns: 7, length: view?.axis.lengthMin ?? 1440, step: event.shiftKey ? STEP.free : event.altKey ? STEP.fine : STEP.usual }),
    spot(event) {
      if (!view || !grid || !top) return null;
      const box = grid.getBoundingClientRect();
      const column = Math.min(6, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * 7)));
      return { column, at: (event.clientY - box.top) / pxPerMin, rail: event.clientY < top.getBoundingClientRect().bottom };
    },
    holds: (segment) => segment.allDay || begins(segment),
    extent: ({ start, end, allDay }) => ({ start, end, allDay }),
    clicked,
    form: (ghost, date) => (ghost.rail ? { date, allDay: true, days: ghost.columns } : { date, ...place(ghost), durationMin: minutes(ghost) }),
    landing({ kind, ghost, held }) {
      if (kind === 'resizing') return held.allDay ? { days: ghost.columns } : { ...place(ghost), durationMin: minutes(ghost) };
      if (ghost.rail) return held.allDay ? {} : { allDay: true };
      return held.allDay ? { allDay: false, ...place(ghost) } : place(ghost);
    },
    carried(event, ghost) {
      if (!scroller || !top || ghost?.rail) return;
      const head = top.getBoundingClientRect().bottom;
      if (event.clientY > scroller.getBoundingClientRect().bottom - EDGE_PX) scroller.scrollTop += SCROLL_PX;
      else if (event.clientY < head + EDGE_PX && event.clientY > head) scroller.scrollTop -= SCROLL_PX;
    },
  };
}

/** A click makes an hour from the half hour it lies in. */
function clicked({ column, at, rail }: Spot): Ghost {
  if (rail) return { column, start: 0, end: 0, rail: true, columns: 1 };
  const start = Math.floor(at / 30) * 30;
  return { column, start, end: start + 60, rail: false, columns: 1 };
}
