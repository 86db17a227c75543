// A few weeks around Wednesday 18 November 2026, 10:23 in Berlin, as a person would have them: every state once.

import { dates, weekday } from '../../time/date';
import type { CalendarView, ChannelView, Color, Kind, PersonView, Yearly } from '../../wire/types';
import { moment } from './moments';
import { nothingMoved } from './moved';
import { DESKTOP, HOOK, type Fate, type Occ, type World } from './world';

const NOW = { date: '2026-11-18', wallMin: 10 * 60 + 23 };

type Options = Partial<Omit<Occ, 'fates'>> & { kind?: Kind; before?: number[]; hook?: boolean; fates?: Record<string, Fate> };

const reason = (code: string, text: string) => ({ code, text });
const asleep = reason('late.asleep', 'the computer was asleep 17:52 to 18:06');
const FROM = '2026-10-19';
const TO = '2026-12-14';

let serial = 0;

function at(time: string): number {
  const [h = 0, m = 0] = time.split(':').map(Number);
  return h * 60 + m;
}

function occ(id: string, calendar: string, title: string, date: string, time: string | null, durationMin: number, options: Options): Occ {
  const { before, hook, fates, ...rest } = options;
  const channel = hook ? HOOK : DESKTOP;
  const offsets = before ?? [10];
  const wallMin = time ? at(time) : 0;
  return {
    event: id, original: time ? `${date}T${time}` : date, version: 1, title, kind: 'appointment', calendar,
    mode: time ? 'zoned' : 'allDay', date, wallMin, fold: false, durationMin: time ? durationMin : 0, days: time ? 1 : durationMin,
    zone: time ? { id: 'Europe/Berlin', city: 'Berlin' } : null, rule: null, sentence: null,
    reminders: offsets.map((minutes) => ({ trigger: { type: 'offset', minutes: -minutes }, channel, alarm: false })),
    fates: offsets.map((_, i) => (i === 0 ? (fates?.[date] ?? null) : null)),
    place: null, url: null, notes: null, person: null, exception: false, ...rest,
  };
}

/** A thing that happens once. */
export const one = (calendar: string, title: string, date: string, time: string | null, minutes: number, options: Options = {}): Occ[] => [
  occ(`evt_${String(++serial).padStart(3, '0')}`, calendar, title, date, time, minutes, options),
];

/** On these weekdays (Monday is 0), every so many weeks, all through the demo's weeks. */
function weekly(
  calendar: string, title: string, days: number[], time: string, minutes: number, sentence: string, options: Options & { every?: number } = {},
): Occ[] {
  const { every = 1, ...rest } = options;
  const id = `evt_${String(++serial).padStart(3, '0')}`;
  const names = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
  const rule = `FREQ=WEEKLY${every > 1 ? `;INTERVAL=${every}` : ''};BYDAY=${days.map((d) => names[d]).join(',')}`;
  return dates(FROM, 56)
    .filter((date, i) => date < TO && days.includes(weekday(date)) && Math.floor(i / 7) % every === 0)
    .map((date) => occ(id, calendar, title, date, time, minutes, { ...rest, rule, sentence }));
}

function thisWeek(): Occ[] {
  return [
    ...one('cal_home', 'Dentist', '2026-11-16', '11:00', 45, { place: 'Dr. Brandt, Kastanienallee 12', before: [60, 1440] }),
    ...one('cal_finance', 'Pay the rent', '2026-11-16', '18:00', 0, {
      kind: 'deadline', before: [60], fates: { '2026-11-16': { mark: 'late', lateMs: 6 * 60_000, reason: asleep } },
    }),
    ...one('cal_work', 'Release 2.4', '2026-11-17', '14:00', 120, { place: 'Room Aare', notes: 'Changelog is in the wiki.' }),
    ...one('cal_ops', 'Price sync', '2026-11-17', '08:15', 0, {
      kind: 'workflow', before: [0], hook: true,
      fates: {
        '2026-11-17': {
          mark: 'failed', made: 5, max: 5, statuses: [500, 500, 503, 404, 404],
          reason: reason('dead.exhausted', 'five tries failed; the last answer was 404 Not Found'),
        },
      },
    }),
    ...one('cal_family', 'Call Grandma', '2026-11-17', '18:30', 0, {
      kind: 'note', before: [0], fates: { '2026-11-17': { mark: 'missed', reason: reason('expired.event_over', 'the service was off until the day was over') } },
    }),
    ...one('cal_work', 'Design review', '2026-11-18', '10:00', 60, { place: 'Room Aare', url: 'https://meet.example.org/design' }),
    ...one('cal_ops', 'Post the release notes', '2026-11-18', '10:15', 0, {
      kind: 'workflow', before: [0], hook: true,
      fates: { '2026-11-18': { mark: 'retrying', made: 2, max: 10, statuses: [503, 503], reason: reason('retrying.transient', 'the endpoint answered 503 Service Unavailable') } },
    }),
    ...one('cal_home', 'Lunch with Ana', '2026-11-18', '12:30', 75, { zone: { id: '@Europe/Lisbon', city: 'Ana, Lisbon' }, person: 'per_3', place: 'Café Einstein', before: [30] }),
    ...one('cal_finance', 'Invoice run', '2026-11-18', '14:30', 30, { before: [10] }),
    ...one('cal_work', 'Interview: Samira', '2026-11-19', '10:00', 60, { place: 'Room Limmat', before: [15] }),
    ...one('cal_work', 'Team Tokyo', '2026-11-19', '09:45', 45, { zone: { id: 'Asia/Tokyo', city: 'Tokyo' } }),
    ...one('cal_finance', 'Tax return', '2026-11-19', '17:00', 0, { kind: 'deadline', before: [1440, 60] }),
    ...one('cal_family', 'Parents’ evening', '2026-11-19', '19:00', 90, { place: 'Schule am Park' }),
    ...one('cal_work', 'Demo day', '2026-11-20', '15:00', 90, { before: [10] }),
    ...one('cal_family', 'Weekend in Leipzig', '2026-11-20', null, 3, { before: [1440], place: 'Leipzig' }),
    ...one('cal_family', 'Flat viewing', '2026-11-21', '11:30', 30, { before: [30] }),
    ...one('cal_home', 'Farmers’ market', '2026-11-21', '09:30', 90, { before: [] }),
    ...one('cal_home', 'Concert', '2026-11-21', '20:00', 150, { place: 'Gewandhaus', before: [60] }),
    ...one('cal_family', 'Brunch', '2026-11-22', '11:00', 120, {}),
    ...one('cal_family', 'Train home', '2026-11-22', '17:48', 84, { place: 'Leipzig Hbf', before: [45] }),
  ];
}

function people(): Occ[] {
  const birthday = (name: string, person: string, date: string) =>
    one('cal_people', `${name}’s birthday`, date, null, 1, { kind: 'birthday', person, before: [0], rule: 'FREQ=YEARLY', sentence: 'every year' });
  return [...birthday('Mia', 'per_1', '2026-11-17'), ...birthday('Kenji', 'per_2', '2026-11-27'), ...birthday('Ana', 'per_3', '2026-12-05')];
}

function series(): Occ[] {
  const gym = { '2026-11-11': { mark: 'skipped' as const, reason: reason('coalesced.latest', 'told within a later one') } };
  const plants: Record<string, Fate> = {
    '2026-11-14': { mark: 'late', lateMs: 41 * 60_000, reason: reason('late.service_off', 'the service was off 08:11 to 08:56') },
    '2026-11-07': { mark: 'missed', reason: reason('expired.age', 'the computer was off all day') },
  };
  const backup: Record<string, Fate> = {
    '2026-11-10': { mark: 'late', lateMs: 134_000, made: 3, max: 10, statuses: [500, 500, 200], reason: reason('late.retried', 'the first two tries failed') },
    '2026-11-03': { mark: 'failed', made: 1, max: 10, statuses: [410], reason: reason('dead.gone', 'the endpoint answered 410 Gone and was switched off') },
    '2026-11-17': { mark: 'review', made: 1, max: 10, statuses: [null], reason: reason('review.cut_off', 'cut off while sending, so it may or may not have arrived, and it was not to be repeated') },
  };
  const vitamins: Record<string, Fate> = {
    '2026-11-18': { mark: 'skipped', reason: reason('coalesced.latest', 'told within a later one') },
    '2026-11-12': { mark: 'skipped', reason: reason('coalesced.latest', 'told within a later one') },
  };
  const news: Record<string, Fate> = {
    '2026-11-18': { mark: 'held', reason: reason('held.offline', 'this computer is offline') },
  };
  return [
    ...weekly('cal_work', 'Standup', [0, 1, 2, 3, 4], '09:30', 15, 'every weekday', { before: [5] }),
    ...weekly('cal_work', 'Sprint planning', [0], '13:00', 90, 'every 2 weeks on Monday', { every: 2 }),
    ...weekly('cal_work', '1:1 with Ada', [1], '10:30', 30, 'every week on Tuesday'),
    ...weekly('cal_home', 'Gym', [2], '18:00', 75, 'every week on Wednesday', { before: [30], fates: gym }),
    ...weekly('cal_home', 'Water the plants', [5], '08:15', 0, 'every week on Saturday', { kind: 'note', before: [0], fates: plants }),
    ...weekly('cal_ops', 'Backup check', [1], '12:15', 30, 'every week on Tuesday', { hook: true, before: [0], fates: backup }),
    ...weekly('cal_home', 'Vitamins', [2, 3], '08:00', 0, 'every week on Wednesday and Thursday', { kind: 'note', before: [0], mode: 'floating', zone: null, fates: vitamins }),
    ...weekly('cal_ops', 'Send the newsletter', [2], '09:00', 0, 'every week on Wednesday', { kind: 'workflow', before: [0], hook: true, fates: news }),
    ...weekly('cal_family', 'Piano lesson', [3], '16:00', 45, 'every week on Thursday', { before: [45] }),
    ...weekly('cal_work', 'Retro', [4], '11:00', 60, 'every 2 weeks on Friday', { every: 2 }),
  ];
}

function otherWeeks(): Occ[] {
  const renew: Fate = { mark: 'told' };
  return [
    ...one('cal_work', 'Offsite in Zürich', '2026-10-27', null, 3, { before: [1440], place: 'Zürich' }),
    ...one('cal_family', 'Autumn holidays', '2026-10-19', null, 6, { before: [] }),
    ...one('cal_ops', 'Nightly backup', '2026-10-25', '02:30', 45, { hook: true, before: [0] }),
    ...one('cal_ops', 'Verify the backup', '2026-10-25', '02:30', 40, { fold: true, hook: true, before: [0], original: '2026-10-25T02:30+fold' }),
    ...one('cal_home', 'Night train to Wien', '2026-10-24', '22:05', 625, { place: 'Berlin Hbf', before: [60] }),
    ...one('cal_home', 'Cinema', '2026-10-23', '20:15', 130, {}),
    ...one('cal_work', 'Roadmap', '2026-10-22', '13:00', 120, {}),
    ...one('cal_finance', 'Quarterly numbers', '2026-11-05', '15:00', 60, {}),
    ...one('cal_ops', 'Renew the TLS certificate', '2026-11-12', null, 1, { kind: 'renewal', before: [4320], fates: { '2026-11-12': renew } }),
    ...one('cal_home', 'Car inspection', '2026-11-09', '08:30', 45, { before: [60] }),
    ...one('cal_family', 'Visit from Lyon', '2026-11-06', null, 4, { before: [] }),
    ...one('cal_work', 'Conference', '2026-11-24', null, 3, { before: [1440], place: 'Amsterdam' }),
    ...one('cal_work', 'Talk: proof of delivery', '2026-11-25', '11:00', 45, { place: 'Amsterdam', before: [30] }),
    ...one('cal_finance', 'Pay the rent', '2026-12-01', '18:00', 0, { kind: 'deadline', before: [60] }),
    ...one('cal_family', 'St Nicholas', '2026-12-06', null, 1, { before: [840] }),
    ...one('cal_home', 'Book club', '2026-11-26', '19:30', 120, {}),
  ];
}

function crowd(): Occ[] {
  const titles = ['Load test', 'Failover drill', 'Key rotation', 'Log review', 'Canary', 'Index rebuild', 'Cache flush', 'Rollback drill'];
  return titles.flatMap((title, i) => one('cal_ops', title, '2026-12-03', `14:${String((i * 5) % 30).padStart(2, '0')}`, 60, { before: [5] }));
}

export const CALENDARS: CalendarView[] = (
  [['work', 'Work', 'indigo'], ['home', 'Home', 'teal'], ['family', 'Family', 'rose'], ['finance', 'Finance', 'amber'], ['ops', 'Ops', 'violet'], ['people', 'Birthdays', 'slate']] as [string, string, Color][]
).map(([id, name, color]) => ({ id: `cal_${id}`, name, color, shown: true, events: 12 }));

const CHANNELS: ChannelView[] = [
  { id: DESKTOP, kind: 'desktop', name: 'This desktop', url: null, network: null, guarantee: null, retries: null, rate: null, off: null, resting: null, lastTold: moment('2026-11-18', 590, 4), lastFailed: null },
  { id: HOOK, kind: 'webhook', name: 'home-server', url: 'http://127.0.0.1:8123/api/webhook/carillon', network: 'loopback', guarantee: 'neverMiss', retries: 'long', rate: { perSecond: 5, burst: 10 }, off: null, resting: null, lastTold: moment('2026-11-17', 735, 38), lastFailed: null },
  { id: 'chn_gone', kind: 'webhook', name: 'old-relay', url: 'https://relay.example.org/ring', network: 'public', guarantee: 'neverMiss', retries: 'quick', rate: { perSecond: 1, burst: 3 }, off: 'its endpoint said it is gone', resting: null, lastTold: moment('2026-10-30', 540, 3), lastFailed: null },
];

const yearly = (text: string, next: string, inDays: number): Yearly => {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return { month, day, year: year || null, next, inDays, years: year ? Number(next.slice(0, 4)) - year : null };
};
const person = (id: string, name: string, birthday: Yearly | null, rest: Partial<PersonView> = {}): PersonView => ({
  id, name, birthday, anniversary: null, zone: null, city: null, leapDay: 'backward', version: '1', ...rest,
});
const PEOPLE: PersonView[] = [
  person('per_3', 'Ana Ferreira', yearly('1990-12-05', '2026-12-05', 17), { zone: 'Europe/Lisbon', city: 'Lisbon', anniversary: yearly('2015-06-20', '2027-06-20', 214) }),
  person('per_2', 'Kenji Sato', yearly('1984-11-27', '2026-11-27', 9), { zone: 'Asia/Tokyo', city: 'Tokyo' }),
  person('per_4', 'Lena Vogt', yearly('0-02-29', '2027-02-28', 102)),
  person('per_1', 'Mia Brandt', yearly('0-11-17', '2027-11-17', 364)),
];

export function demoWorld(): World {
  serial = 0;
  return {
    now: moment(NOW.date, NOW.wallMin, 12_000),
    settings: { weekStart: 'monday', clock: 'h24', theme: 'light', secondZone: { id: 'America/New_York', city: 'New York', offset: 'UTC−5', person: null } },
    calendars: CALENDARS.map((c) => ({ ...c })),
    channels: CHANNELS.map((c) => ({ ...c })),
    people: PEOPLE.map((p) => ({ ...p })),
    occs: [...thisWeek(), ...series(), ...people(), ...otherWeeks(), ...crowd()],
    answered: new Map(), snoozed: new Map(), fates: new Map(), open: new Set(), running: true, paused: false, autostart: true, allDay: { hour: 9 }, quiet: { on: false, fromMin: 1320, toMin: 420, days: [0, 1, 2, 3, 4, 5, 6] }, moved: nothingMoved,
  };
}

/** A ledger without anything in it. */
export function emptyWorld(): World {
  const world = demoWorld();
  const [first] = world.calendars;
  return { ...world, occs: [], people: [], calendars: first ? [{ ...first, name: 'Personal', events: 0 }] : [], channels: world.channels.slice(0, 1) };
}

