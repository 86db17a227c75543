// Edits of the demo world, kept in memory with an undo stack.

import { addDays, addMinutes, dates, daysBetween, weekday } from '../../time/date';
import type {
  CalendarView, Change, DeleteEvent, Did, Draft, DraftPreview, EditorForm, Kind, MoveAnswer, MoveOccurrence, NewForm, PreviewDate, PreviewQuery, ReinstateEvent, SaveEvent, Scope,
} from '../../wire/types';
import { Refused } from '../types';
import { clocksAt } from './clocks';
import { before, moment } from './moments';
import { shifted } from './range';
import { DESKTOP, HOOK, type Occ, type World } from './world';

/** How it was before a change. The calendars are named by their deletion alone. */
interface Was {
  occs: Occ[];
  calendars?: CalendarView[];
  words: string;
}

export interface Past {
  undo: Was[];
  redo: Was[];
  /** What was done since and cannot be taken back. */
  lasting: string | null;
}

export function change(did: Did, more: Partial<Change> = {}): Change {
  return {
    did, title: null, event: null, original: null, version: null, count: 1, cancelledReminders: 0, cancelledSnoozes: 0, inFlight: 0, passed: [],
    until: null, note: null, undo: false, ...more,
  };
}

const DEFAULTS: Record<Kind, { duration: number; allDay: boolean; before: number[]; channel: string }> = {
  appointment: { duration: 60, allDay: false, before: [10], channel: DESKTOP },
  note: { duration: 0, allDay: false, before: [0], channel: DESKTOP },
  deadline: { duration: 0, allDay: false, before: [1440, 60], channel: DESKTOP },
  birthday: { duration: 0, allDay: true, before: [0], channel: DESKTOP },
  anniversary: { duration: 0, allDay: true, before: [0], channel: DESKTOP },
  renewal: { duration: 0, allDay: true, before: [20160, 4320], channel: DESKTOP },
  workflow: { duration: 0, allDay: false, before: [0], channel: HOOK },
};

export function newForm(world: World, asked: NewForm): EditorForm {
  const kind = asked.kind ?? 'appointment';
  const defaults = DEFAULTS[kind];
  const allDay = asked.allDay ?? defaults.allDay;
  const channel = world.channels.some((c) => c.id === defaults.channel) ? defaults.channel : DESKTOP;
  const draft: Draft = {
    title: '', kind, calendar: asked.calendar ?? world.calendars[0]?.id ?? '', rule: null, place: null, url: null, notes: null, person: null, notice: 0, overlap: 'allow',
    timing: {
      mode: allDay ? 'allDay' : 'zoned', date: asked.date ?? world.now.date, wallMin: asked.wallMin ?? (Math.floor(world.now.wallMin / 60) + 1) * 60,
      fold: asked.fold ?? false, durationMin: asked.durationMin ?? defaults.duration, days: asked.days ?? 1, zone: { id: 'Europe/Berlin', city: 'Berlin' },
    },
    reminders: defaults.before.map((minutes) => ({ trigger: { type: 'offset', minutes: -minutes }, channel, alarm: false })),
  };
  return { event: null, original: null, version: null, draft, recurring: false, scopes: [] };
}

export function formOf(occ: Occ): EditorForm {
  const { title, kind, calendar, rule, place, url, notes, person } = occ;
  const timing = {
    mode: occ.mode, date: occ.date, wallMin: occ.wallMin, fold: occ.fold, durationMin: occ.durationMin, days: occ.days,
    zone: occ.zone ?? { id: 'Europe/Berlin', city: 'Berlin' },
  };
  const draft: Draft = { title, kind, calendar, timing, rule, reminders: occ.reminders, place, url, notes, person, notice: occ.notice ?? 0, overlap: occ.overlap ?? 'allow' };
  return { event: occ.event, original: occ.original, version: occ.version, draft, recurring: rule !== null, scopes: rule ? SCOPES : [] };
}

const SCOPES: Scope[] = ['this', 'following', 'all'];

/** Whether a change of one occurrence is about another one, too. */
const isMeant = (scope: Scope | null | undefined, one: Occ, other: Occ): boolean =>
  other === one || (other.event === one.event && (scope === 'all' || (scope === 'following' && other.original >= one.original)));

const STEP: Record<string, number> = { DAILY: 1, WEEKLY: 7 };
const NAMES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const LONG = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** A stand-in for the real evaluator: daily and weekly rules, enough to show the form. */
function expand(rule: string, from: string, count: number): string[] {
  const parts = Object.fromEntries(rule.split(';').map((p) => p.split('=') as [string, string]));
  const step = STEP[parts.FREQ ?? ''];
  if (!step) return [from, addDays(from, 28), addDays(from, 63), addDays(from, 91), addDays(from, 119)].slice(0, count);
  const every = Number(parts.INTERVAL ?? 1);
  const days = parts.BYDAY?.split(',').map((d) => NAMES.indexOf(d)) ?? [];
  const monday = addDays(from, -weekday(from));
  return dates(from, 400)
    .filter((d) => (days.length > 0 ? days.includes(weekday(d)) && Math.floor(daysBetween(monday, d) / 7) % every === 0 : daysBetween(from, d) % (step * every) === 0))
    .slice(0, count);
}

function sentenceOf(rule: string): string {
  const parts = Object.fromEntries(rule.split(';').map((p) => p.split('=') as [string, string]));
  const unit = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }[parts.FREQ ?? ''] ?? 'time';
  const every = Number(parts.INTERVAL ?? 1);
  const days = parts.BYDAY?.split(',').map((d) => LONG[NAMES.indexOf(d.slice(-2))]).filter(Boolean) ?? [];
  if (parts.BYDAY === 'MO,TU,WE,TH,FR') return 'every weekday';
  return `every ${every > 1 ? `${every} ${unit}s` : unit}${days.length > 0 ? ` on ${days.join(', ')}` : ''}`;
}

export function previewOf(world: World, { draft }: PreviewQuery): DraftPreview {
  const { timing } = draft;
  const timed = timing.mode !== 'allDay';
  const days = draft.rule ? expand(draft.rule, timing.date, 5) : [timing.date];
  const next = days.map((date): PreviewDate => ({
    wall: { date, wallMin: timed ? timing.wallMin : null }, here: null, zone: timed ? moment(date, timing.wallMin).zone : null,
    shift: date === '2027-03-28' && timing.wallMin >= 120 && timing.wallMin < 180 ? 'gap' : 'none',
  }));
  const refused = draft.title.trim() === '' ? [{ field: 'title', text: 'an event needs a title' }] : [];
  if (draft.rule !== null && !/^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]+=[^;]+)*$/.test(draft.rule)) {
    refused.push({ field: 'rule', text: `"${draft.rule}" is not a rule: it begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY` });
  }
  draft.reminders.forEach((r, i) => {
    if (draft.kind === 'deadline' && r.trigger.type === 'offset' && r.trigger.minutes >= 0) {
      refused.push({ field: `reminders.${i}`, text: 'a reminder at or after the deadline would come too late: choose a time before it' });
    }
  });
  const notes = next.filter((d) => d.shift === 'gap').map(() => ({ field: 'timing', text: '02:30 does not exist on 28 March 2027 in Berlin → 03:30' }));
  const reminders = draft.reminders.map((r) => {
    const offset = r.trigger.type === 'offset' ? r.trigger.minutes : 0;
    const start = r.trigger.type === 'at' ? { date: r.trigger.date, wallMin: r.trigger.wallMin } : addMinutes(timing.date, timed ? timing.wallMin : 540, offset);
    const due = moment(start.date, start.wallMin);
    return { due, passed: before(due, world.now), missed: r.alarm ? null : swallowed(world, draft, due.wallMin) };
  });
  const twice = timing.date === '2026-10-25' && timing.wallMin >= 120 && timing.wallMin < 180;
  return {
    sentence: draft.rule && refused.length === 0 ? sentenceOf(draft.rule) : null, next: draft.rule && refused.some((r) => r.field === 'rule') ? [] : next,
    more: draft.rule !== null, notes, refused, reminders, fold: timed && twice ? ['CEST', 'CET'] : null,
    past: before(moment(timing.date, timed ? timing.wallMin : 1439), world.now),
  };
}

/** The demo's quiet hours span midnight, and an appointment lasts until its end. */
function swallowed(world: World, draft: Draft, due: number): string | null {
  const { on, fromMin, toMin } = world.quiet;
  const over = draft.timing.wallMin + draft.timing.durationMin;
  const quiet = on && (due >= fromMin || due < toMin) && draft.kind === 'appointment' && draft.timing.mode !== 'allDay' && over <= toMin;
  return quiet ? `would be missed: quiet hours last until ${clock(toMin)}, the event is over at ${clock(over)}` : null;
}

const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

export function remember(world: World, past: Past, words: string, calendars?: CalendarView[]): void {
  past.undo.push({ occs: world.occs, words, ...(calendars && { calendars }) });
  past.redo = [];
  past.lasting = null;
}

function fromDraft(draft: Draft, event: string, date: string, version: number): Occ {
  const { timing, ...rest } = draft;
  const timed = timing.mode !== 'allDay';
  const hh = String(Math.floor(timing.wallMin / 60)).padStart(2, '0');
  const mm = String(timing.wallMin % 60).padStart(2, '0');
  return {
    ...rest, event, original: timed ? `${date}T${hh}:${mm}` : date, version, mode: timing.mode, date, wallMin: timed ? timing.wallMin : 0, fold: timing.fold,
    durationMin: timed ? timing.durationMin : 0, days: timed ? 1 : timing.days, zone: timing.mode === 'zoned' ? timing.zone : null,
    sentence: draft.rule ? sentenceOf(draft.rule) : null, fates: draft.reminders.map(() => null), exception: false,
  };
}

function unchanged(world: World, event: string, original: string | null, version: number | null): void {
  const occ = world.occs.find((o) => o.event === event && (original === null || o.original === original));
  if (!occ) throw new Refused({ code: 'notFound', message: `there is no event ${event} in this ledger`, field: null });
  if (occ.version !== version) throw new Refused({ code: 'conflict', message: `the event was changed meanwhile (version ${occ.version})`, field: null });
}

export function save(world: World, past: Past, asked: SaveEvent): Change {
  const { draft } = asked;
  const preview = previewOf(world, { draft });
  const [refused] = preview.refused;
  if (refused) throw new Refused({ code: 'invalid', message: refused.text, field: refused.field });
  if (asked.event) unchanged(world, asked.event, asked.original ?? null, asked.version ?? null);
  remember(world, past, asked.event ? `change ${draft.title}` : `add ${draft.title}`);
  const event = asked.event ?? `evt_new${past.undo.length}`;
  const version = (asked.version ?? 0) + 1;
  const only = asked.scope === 'this' && asked.original;
  if (only) {
    world.occs = world.occs.map((o) => (o.event === event && o.original === asked.original
      ? { ...fromDraft(draft, event, draft.timing.date, version), original: o.original, rule: o.rule, sentence: o.sentence, exception: true } : o));
  } else {
    const days = draft.rule ? expand(draft.rule, draft.timing.date, 12) : [draft.timing.date];
    // What follows goes on as an event of its own.
    const stays = (o: Occ): boolean => asked.scope === 'following' && o.original < (asked.original ?? '');
    const rest = asked.scope === 'following' ? `${event}_${past.undo.length}` : event;
    world.occs = [...world.occs.filter((o) => o.event !== event || stays(o)), ...days.map((date) => fromDraft(draft, rest, date, version))];
  }
  const passed = draft.rule ? [] : preview.reminders.flatMap((r, i) => (r.passed && r.due ? [{ trigger: draft.reminders[i]?.trigger ?? { type: 'snooze' as const }, due: r.due }] : []));
  const original = world.occs.find((o) => o.event === event)?.original ?? null;
  return change(asked.event ? 'saved' : 'created', { title: draft.title, event, original, version, passed, undo: true });
}

export function remove(world: World, past: Past, asked: DeleteEvent): Change {
  const first = world.occs.find((o) => o.event === asked.event && (!asked.original || o.original === asked.original));
  if (!first) throw new Refused({ code: 'notFound', message: `the event ${asked.event} is no longer there`, field: null });
  const gone = world.occs.filter((o) => isMeant(asked.scope, first, o));
  remember(world, past, `delete ${first.title}`);
  world.occs = world.occs.filter((o) => !gone.includes(o));
  const ahead = gone.filter((o) => before(world.now, moment(o.date, o.wallMin))).reduce((n, o) => n + o.reminders.length, 0);
  const did = first.rule === null ? 'deleted' : ({ this: 'skipped', following: 'ended', all: 'deleted' } as const)[asked.scope];
  return change(did, { title: first.title, event: first.event, cancelledReminders: ahead, undo: true });
}

export function reinstate(world: World, past: Past, asked: ReinstateEvent): Change {
  const first = world.occs.find((o) => o.event === asked.event && o.cancelled);
  if (!first) throw new Refused({ code: 'notFound', message: `the event ${asked.event} is not cancelled`, field: null });
  remember(world, past, `reinstate ${first.title}`);
  world.occs = world.occs.map((o) => (o.event === asked.event ? { ...o, cancelled: false } : o));
  return change('reinstated', { title: first.title, event: first.event, undo: true });
}

export function move(world: World, past: Past, asked: MoveOccurrence): MoveAnswer {
  const occ = world.occs.find((o) => o.event === asked.event && o.original === asked.original);
  if (!occ) throw new Refused({ code: 'notFound', message: 'the event is no longer there', field: null });
  if (occ.version !== asked.version) throw new Refused({ code: 'conflict', message: `"${occ.title}" was changed meanwhile; look again`, field: null });
  if (occ.rule && !asked.scope) return { type: 'chooseScope', title: occ.title, scopes: SCOPES };
  const days = daysBetween(occ.date, asked.date);
  const clocks = clocksAt(asked.date, asked.allDay === true || (occ.mode === 'allDay' && asked.allDay !== false) ? null : (asked.wallMin ?? occ.wallMin), asked.fold ?? null);
  if (clocks === 'which') return { type: 'chooseFold', offsets: ['CEST', 'CET'] };
  const minutes = (asked.wallMin === undefined || asked.wallMin === null ? 0 : asked.wallMin - occ.wallMin) + clocks.later;
  remember(world, past, `move ${occ.title}`);
  const landed = (o: Occ): Occ => {
    const moved = shifted(o, days, o.mode === 'allDay' ? 0 : minutes);
    const mode = asked.allDay === true ? 'allDay' : asked.allDay === false && o.mode === 'allDay' ? 'zoned' : o.mode;
    const wallMin = mode !== 'allDay' && o.mode === 'allDay' ? (asked.wallMin ?? 540) : moved.wallMin;
    const fallback = o.mode === 'allDay' && mode !== 'allDay' ? 60 : o.durationMin;
    return {
      ...moved, mode, wallMin, days: asked.days ?? (mode === 'allDay' ? Math.max(1, o.days) : 1), durationMin: asked.durationMin ?? fallback,
      fold: asked.fold ?? false, exception: asked.scope === 'this' && o.rule !== null, fates: o.fates.map(() => null),
    };
  };
  world.occs = world.occs.map((o) => (isMeant(asked.scope, occ, o) ? landed(o) : o));
  return { type: 'done', change: change('moved', { title: occ.title, event: occ.event, original: occ.original, version: occ.version + 1, note: clocks.note, undo: true }) };
}

export function step(world: World, past: Past, did: 'undone' | 'redone'): Change {
  const [from, to] = did === 'undone' ? [past.undo, past.redo] : [past.redo, past.undo];
  const last = from.pop();
  if (!last) return change('nothing');
  past.lasting = null;
  to.push({ occs: world.occs, words: last.words, ...(last.calendars && { calendars: world.calendars }) });
  world.occs = last.occs;
  if (last.calendars) world.calendars = last.calendars;
  return change(did, { title: last.words });
}
