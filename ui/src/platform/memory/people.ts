// People of the demo world, and their days of the year.

import { dateOf, daysBetween, yearOf } from '../../time/date';
import type { PersonSaved, PersonView, SavePerson, Yearly, YearlyFields } from '../../wire/types';
import { change } from './edits';
import { ZONES } from './moments';
import type { World } from './world';

type Refuse = (code: 'invalid' | 'conflict', message: string, field?: string) => never;

export function savePerson(world: World, asked: SavePerson, refuse: Refuse): PersonSaved {
  if (asked.name.trim() === '') refuse('invalid', 'a person needs a name', 'name');
  const { id, name, zone = null, leapDay } = asked;
  const known = world.people.find((p) => p.id === id);
  if (known && asked.version && asked.version !== known.version) refuse('conflict', `${known.name} was changed meanwhile: look again and repeat`);
  const city = ZONES.find((z) => z.id === zone)?.city ?? null;
  const [birthday, anniversary] = [dayOf(world, asked.birthday), dayOf(world, asked.anniversary)];
  const saved: PersonView = { id: id ?? `per_new${world.people.length}`, name: name.trim(), birthday, anniversary, zone, city, leapDay, version: String(Number(known?.version ?? 0) + 1) };
  const others = world.people.filter((p) => p.id !== saved.id);
  world.people = [...others, saved].sort((a, b) => a.name.localeCompare(b.name));
  return { person: saved, change: change(id ? 'saved' : 'created', { title: saved.name }) };
}

function dayOf(world: World, { month = null, day = null, year = null }: YearlyFields): Yearly | null {
  if (month === null || day === null) return null;
  const today = world.now.date;
  const thisYear = dateOf(yearOf(today), month, day);
  const next = thisYear >= today ? thisYear : dateOf(yearOf(today) + 1, month, day);
  return { month, day, year, next, years: year === null ? null : yearOf(next) - year, inDays: daysBetween(today, next) };
}
