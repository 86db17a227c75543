// What is hard to draw, in the demo's own week: a crowd, slivers, long words, titles that run from right to left.

import { demoWorld, one } from './demo';
import type { Occ, World } from './world';

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsbesprechung';
const SENTENCE = 'Go through everything that was decided about the move to the new office, room by room, with whoever has time that morning';

/** Five reminders within twelve minutes. */
function slivers(): Occ[] {
  const titles = ['Take the bread out', 'Feed the cat', 'Call the plumber back', 'Move the car', 'Water'];
  return titles.flatMap((title, i) => one('cal_home', title, '2026-11-16', `15:${String(i * 3).padStart(2, '0')}`, 0, { kind: 'note', before: [0] }));
}

function calls(): Occ[] {
  return ['Call with Marguerite', 'Call with Bartholomew', 'Call with the landlord'].flatMap((title, i) => one(i === 2 ? 'cal_home' : 'cal_work', title, '2026-11-17', `16:${String(i * 15).padStart(2, '0')}`, 60, {}));
}

/** Forty on one day. */
function crowd(): Occ[] {
  return Array.from({ length: 40 }, (_, i) => i).flatMap((i) => {
    const minutes = 8 * 60 + i * 14;
    const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    return one(['cal_ops', 'cal_work', 'cal_home'][i % 3] ?? 'cal_ops', `Delivery ${i + 1} to the warehouse`, '2026-11-21', time, 20 + (i % 4) * 15, { before: [i % 5] });
  });
}

/** A series that was called off. */
function choir(): Occ[] {
  const off = { rule: 'FREQ=WEEKLY', sentence: 'every Sunday', cancelled: true, place: 'Parish hall', before: [1440, 10] };
  return ['2026-11-22', '2026-11-29'].flatMap((date) => one('cal_home', 'Choir', date, '20:30', 90, off)).map((occ) => ({ ...occ, event: 'evt_choir' }));
}

export function hardWorld(): World {
  const world = demoWorld();
  const more = [
    ...slivers(), ...calls(), ...crowd(), ...choir(),
    ...one('cal_family', 'יום הולדת של סבתא (80)', '2026-11-18', '13:30', 60, { place: 'בית קפה, תל אביב', before: [240, 10] }),
    ...one('cal_work', 'اجتماع الفريق: 2.4', '2026-11-18', '10:10', 120, { before: [10] }),
    ...one('cal_work', LONG, '2026-11-18', '10:20', 90, { before: [10], place: LONG }),
    ...one('cal_work', SENTENCE, '2026-11-19', '13:00', 90, { before: [10, 1440], notes: SENTENCE }),
    ...one('cal_family', SENTENCE, '2026-11-17', null, 3, { before: [600] }),
    ...one('cal_family', LONG, '2026-11-18', null, 1, { before: [0] }),
  ];
  const calendars = world.calendars.map((c, i) => (i === 2 ? { ...c, name: 'Familienangelegenheitenverwaltung' } : c));
  const people = world.people.map((p, i) => (i === 1 ? { ...p, name: 'Wolfeschlegelsteinhausenbergerdorff-Zeppelin von und zu Hohenlohe', city: 'Sankt Petersburg am Arlberg' } : i === 2 ? { ...p, name: 'נועה לוי' } : p));
  return { ...world, calendars, people, occs: [...world.occs, ...more] };
}
