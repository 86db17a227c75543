// What newer zone data moved in the demo world: Lisbon gave up summer time.

import type { MovedLine, MovedView } from '../../wire/types';
import { moment } from './moments';
import type { World } from './world';

/** A line of an event of that world, so many minutes later than before. */
function line(world: World, title: string, date: string, wallMin: number): MovedLine {
  const occ = world.occs.find((o) => o.title.startsWith(title));
  const [was, is] = [moment(date, wallMin), moment(date, wallMin + 60)];
  const there = { ...moment(date, wallMin - 60), utc: is.utc, zone: 'WET' };
  return { event: occ?.event ?? 'evt_gone', original: occ?.original ?? '', title: occ?.title ?? title, there, city: 'Lisbon', was, is, byMin: 60 };
}

export function movedIn(world: World): MovedView {
  const rows = [line(world, 'Lunch with Ana', '2027-03-30', 780), line(world, 'Standup', '2027-03-30', 600), line(world, 'Standup', '2027-03-31', 600)];
  return { from: '2026e', to: '2027a', rows: rows.map((row, n) => ({ ...row, original: `${row.original}${n}` })), more: 148 };
}

export const nothingMoved: MovedView = { from: '', to: '', rows: [], more: 0 };
