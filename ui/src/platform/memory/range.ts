// What the demo world draws: days, the axis, segments. The clocks change on the dates that `moments.ts` knows.

import { addDays, addMinutes, dates, daysBetween } from '../../time/date';
import type { Axis, AxisRow, BusyDay, Day, RangeQuery, RangeView, Segment, UpNext } from '../../wire/types';
import { FALL, SPRING } from './clocks';
import { detailOf, elsewhereOf, markOf, retryOf, rowOf } from './deliver';
import { before, elsewhereAhead, isSummer, moment } from './moments';
import { deliveryId, isOver, type Occ, type World } from './world';

const DOUBLED = 120;

function axisFor(days: string[]): Axis {
  const long = days.length <= 7 && days.some((d) => FALL.includes(d));
  const rows: AxisRow[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const shift = long && hour > 2 ? 60 : 0;
    rows.push({ at: hour * 60 + shift, wallMin: hour * 60, fold: false, offset: long && hour === 2 ? 'CEST' : null });
    if (long && hour === 2) rows.push({ at: 180, wallMin: 120, fold: true, offset: 'CET' });
  }
  return { lengthMin: long ? 1500 : 1440, rows };
}

/** Where a wall time lies on a range's axis. */
function place(axis: Axis, wallMin: number, fold: boolean): number {
  if (axis.lengthMin === 1440) return wallMin;
  if (wallMin >= DOUBLED + 60) return wallMin + 60;
  return wallMin >= DOUBLED && fold ? wallMin + 60 : wallMin;
}

function dayOf(world: World, date: string, axis: Axis, second: string | null): Day {
  const long = FALL.includes(date);
  const short = SPRING.includes(date);
  const blanks = short ? [{ at: 120, len: 60 }] : axis.lengthMin > 1440 && !long ? [{ at: 180, len: 60 }] : [];
  const there = second ? elsewhereAhead(second, date) : null;
  const failed = world.occs.filter((o) => o.date === date && ['failed', 'review'].includes(markOf(world, o).mark ?? '')).length;
  return {
    date, lengthMin: long ? 1500 : short ? 1380 : 1440, blanks, zone: isSummer(date, 720) ? 'CEST' : 'CET', failed,
    second: there ? { zone: there.zone, wallMins: axis.rows.map((row) => row.wallMin + there.ahead - (long && row.at < 180 ? 60 : 0)) } : null,
  };
}

function segmentsOf(world: World, occ: Occ, axis: Axis): Segment[] {
  const { mark, fate } = markOf(world, occ);
  const allDay = occ.mode === 'allDay';
  const days = allDay ? occ.days : Math.max(1, Math.ceil((occ.wallMin + occ.durationMin) / 1440));
  return dates(occ.date, days).map((date, i): Segment => {
    const wallStart = allDay ? 0 : i === 0 ? occ.wallMin : 0;
    const wallEnd = allDay ? 1440 : Math.min(1440, occ.wallMin + occ.durationMin - i * 1440);
    return {
      event: occ.event, original: occ.original, version: occ.version, date,
      part: days === 1 ? 'single' : i === 0 ? 'start' : i === days - 1 ? 'end' : 'mid', allDay, wallStart, wallEnd,
      start: place(axis, wallStart, occ.fold), end: place(axis, wallEnd, occ.fold), fold: occ.fold,
      offset: i === 0 ? detailOf(world, occ).offset : null, elsewhere: elsewhereOf(occ), title: occ.title, place: occ.place, calendar: occ.calendar,
      kind: occ.kind, mark, attempts: fate && (mark === 'retrying' || mark === 'failed') ? { made: fate.made ?? 1, max: fate.max ?? 10, retry: retryOf(fate) } : null,
      lateMs: mark === 'late' ? (fate?.lateMs ?? null) : null, past: isOver(occ, world.now), cancelled: occ.cancelled ?? false, done: false, recurring: occ.rule !== null, exception: occ.exception,
      fixed: occ.kind === 'birthday',
    };
  });
}

export function rangeOf(world: World, query: RangeQuery): RangeView {
  const days = dates(query.from, daysBetween(query.from, query.to));
  const axis = axisFor(days);
  const shown = new Set(world.calendars.filter((c) => c.shown).map((c) => c.id));
  const segments = world.occs
    .filter((o) => shown.has(o.calendar) && o.date < query.to && addDays(o.date, Math.max(o.days, 2)) >= query.from)
    .flatMap((o) => segmentsOf(world, o, axis))
    .filter((s) => s.date >= query.from && s.date < query.to)
    .sort((a, b) => a.date.localeCompare(b.date) || Number(b.allDay) - Number(a.allDay) || a.start - b.start || b.end - a.end);
  const { now } = world;
  const inside = now.date >= query.from && now.date < query.to;
  return {
    days: days.map((date) => dayOf(world, date, axis, query.secondZone ?? null)), axis, segments, cut: [],
    now: inside ? { date: now.date, at: place(axis, now.wallMin, false), moment: now } : null,
  };
}

export function busyOf(world: World, from: string, to: string): BusyDay[] {
  const found = new Map<string, BusyDay>();
  for (const occ of world.occs) {
    for (const date of dates(occ.date, occ.mode === 'allDay' ? occ.days : 1)) {
      if (date < from || date >= to) continue;
      const day = found.get(date) ?? { date, count: 0, failed: 0 };
      day.count += 1;
      if (markOf(world, occ).mark === 'failed') day.failed += 1;
      found.set(date, day);
    }
  }
  return [...found.values()].sort((a, b) => a.date.localeCompare(b.date));
}

export function upNextOf(world: World, limit: number): UpNext[] {
  return world.occs
    .filter((occ) => occ.reminders.length > 0)
    .map((occ) => {
      const dues = occ.reminders.map((_, i) => world.snoozed.get(deliveryId(occ, i)) ?? rowOf(world, occ, i).due);
      const [rings = null] = dues.filter((due) => before(world.now, due)).sort((a, b) => a.utc.localeCompare(b.utc));
      const snoozed = occ.reminders.some((_, i) => rings !== null && world.snoozed.get(deliveryId(occ, i)) === rings);
      return { occ, rings, snoozed };
    })
    .filter(({ rings }) => rings !== null)
    .sort((a, b) => (a.rings?.utc ?? '').localeCompare(b.rings?.utc ?? ''))
    .slice(0, limit)
    .map(({ occ, rings, snoozed }) => ({
      event: occ.event, original: occ.original, title: occ.title, kind: occ.kind, calendar: occ.calendar,
      start: { date: occ.date, wallMin: occ.mode === 'allDay' ? null : occ.wallMin }, starts: moment(occ.date, occ.wallMin), rings, due: rings ?? moment(occ.date, occ.wallMin), waits: null, lost: false, retry: null, snoozed, mark: 'scheduled',
    }));
}

/** Moves an occurrence by days and minutes. */
export function shifted(occ: Occ, days: number, minutes: number): Occ {
  const to = addMinutes(addDays(occ.date, days), occ.wallMin, minutes);
  return { ...occ, date: to.date, wallMin: to.wallMin, version: occ.version + 1 };
}
