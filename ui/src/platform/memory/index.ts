// The same door as the real host, over a demo world kept in memory: for design, tests and pictures in a plain browser.

import type { Calls } from '../../wire/calls';
import type { Boot, ChannelView, DeliveriesPage, DeliveriesQuery, Fault, HourClock, Status, ZoneView } from '../../wire/types';
import { Refused, type Args, type Answer, type Platform } from '../types';
import { allRows, counts, detailOf, inboxOf, rowOf, whyOf } from './deliver';
import { demoWorld, emptyWorld } from './demo';
import { change, formOf, move, newForm, previewOf, reinstate, remember, remove, save, step, type Past } from './edits';
import { hardWorld } from './hard';
import { createIntake } from './intake';
import { bodyOf, decide, lettersOf, retry } from './letters';
import { later, moment, ZONES } from './moments';
import { movedIn, nothingMoved } from './moved';
import { savePerson } from './people';
import { readQuick } from './quick';
import { raceOnce } from './raced';
import { busyOf, rangeOf, upNextOf } from './range';
import { quietUntil, snoozeChoices } from './snoozing';
import { deliveryId, DESKTOP, type Occ, type World } from './world';

export interface MemoryOptions {
  /** `empty` has no events, `hard` what is hard to draw, `off` no service, `slow` never answers `range`, `broken` refuses it, in `raced` somebody else changes each event that is opened to be edited, in `moved` new zone data moved some, in `jumped` the clock went ahead by weeks. */
  world?: 'demo' | 'empty' | 'hard' | 'off' | 'slow' | 'broken' | 'moved' | 'raced' | 'jumped' | 'swapped';
  theme?: 'light' | 'dark';
  clock?: HourClock;
  open?: Boot['open'];
}

/** `?world=empty&theme=dark&clock=h12` of the demo build. */
export function optionsFrom(search: string): MemoryOptions {
  const given = new URLSearchParams(search);
  const world = (['empty', 'hard', 'off', 'slow', 'broken', 'moved', 'raced', 'jumped', 'swapped'] as const).find((w) => w === given.get('world'));
  return { world: world ?? 'demo', theme: given.get('theme') === 'dark' ? 'dark' : 'light', clock: given.get('clock') === 'h12' ? 'h12' : 'h24' };
}

type Handlers = { [K in keyof Calls]: (args: Calls[K]['args']) => Calls[K]['answer'] };

const refuse = (code: Fault['code'], message: string, field: string | null = null): never => {
  throw new Refused({ code, message, field });
};

export function createMemory(options: MemoryOptions = {}): Platform {
  const world = options.world === 'empty' ? emptyWorld() : options.world === 'hard' ? hardWorld() : demoWorld();
  world.settings = { ...world.settings, theme: options.theme ?? 'light', clock: options.clock ?? 'h24' };
  if (options.world === 'off') world.running = false;
  if (options.world === 'moved') world.moved = movedIn(world);
  if (options.world === 'swapped') world.swapped = {
      at: later(world.now, -1_900_000), what: 'was damaged',
      took: 'the backup daily-2026-11-16.db took its place, with 41 events and 96 reminders where there were 44 events and 103 reminders',
      lost: 'answers and events made since that backup are only in what there was, which is kept as carillon.db.damaged-20261117T091200Z',
    };
  if (options.world === 'jumped') world.jumped = { from: later(world.now, -1_900_000_000), to: world.now };
  const past: Past = { undo: [], redo: [], lasting: null };
  const listeners = new Set<() => void>();
  const changed = (): void => listeners.forEach((listener) => listener());
  const intake = createIntake(changed);
  const handlers = { ...reads(world, past, options), ...writes(world, past, changed), ...intake.handlers } as Handlers;
  return {
    async call<K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> {
      await Promise.resolve();
      if (name === 'range' && options.world === 'slow') return new Promise<Answer<K>>(() => undefined);
      if (name === 'range' && options.world === 'broken') refuse('other', 'could not read the ledger: the disk answered "input/output error"');
      if (name === 'import') return (await intake.take(args as Args<'import'>)) as Answer<K>;
      return structuredClone(handlers[name](JSON.parse(JSON.stringify(args)) as Args<K>));
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onOpen: () => () => undefined,
    onDropping: () => () => undefined,
    // What it would have shown: the theme, and what had the focus.
    show: () => void (document.title = `Shown ${document.documentElement.dataset.theme ?? ''} ${document.activeElement?.tagName ?? ''}`),
    close: () => void (document.title = 'Closed'),
  };
}

function statusOf(world: World, past: Past): Status {
  return {
    now: world.now, counts: counts(world), attention: lettersOf(world).letters.length, moved: world.moved.rows.length + world.moved.more, swapped: world.swapped ?? null, unacknowledged: inboxOf(world).items.length,
    service: { running: world.running, hanging: false, stopped: null, diskFull: false, paused: world.paused, pausedUntil: null, quietUntil: quietUntil(world), silenced: quietUntil(world) === null ? 0 : 2, clockJump: world.jumped ?? null, notifier: true, tray: true },
    undo: past.undo.at(-1)?.words ?? null, redo: past.redo.at(-1)?.words ?? null, lasting: past.lasting,
  };
}

function find(world: World, event: string, original: string): Occ {
  return world.occs.find((o) => o.event === event && o.original === original) ?? refuse('notFound', 'the event is no longer there');
}

function findRow(world: World, id: string): { occ: Occ; index: number } {
  for (const occ of world.occs) {
    const index = occ.reminders.findIndex((_, i) => deliveryId(occ, i) === id);
    if (index >= 0) return { occ, index };
  }
  return refuse('notFound', `the delivery ${id} is no longer there`);
}

function reads(world: World, past: Past, options: MemoryOptions): Partial<Handlers> {
  return {
    boot: () => ({
      now: world.now, zone: ZONES[0] ?? { id: 'Etc/UTC', city: 'UTC', offset: '', person: null }, settings: world.settings, calendars: world.calendars,
      channels: world.channels, people: world.people, status: statusOf(world, past), open: options.open ?? null,
      about: { version: '0.1.0', zones: '2026f (system)', ledger: '~/.local/share/carillon/carillon.db' },
    }),
    status: () => statusOf(world, past),
    range: (query) => rangeOf(world, query),
    busy: ({ from, to }) => busyOf(world, from, to),
    upNext: ({ limit }) => upNextOf(world, limit),
    occurrence: ({ event, original }) => detailOf(world, find(world, event, original)),
    editorNew: (asked) => newForm(world, asked),
    editorGet: ({ event, original }) => {
      const form = formOf(find(world, event, original));
      if (options.world === 'raced') raceOnce(world, event);
      return form;
    },
    readQuick: ({ text }) => readQuick(world, text).reading,
    editorPreview: (query) => previewOf(world, query),
    zones: ({ text, limit, people }) => {
      const cities = ZONES.filter((z) => `${z.id} ${z.city}`.toLowerCase().includes(text.toLowerCase()));
      return [...(people ? peoplesZones(world, text) : []), ...cities].slice(0, limit);
    },
    inbox: () => inboxOf(world),
    snoozeChoices: (asked) => snoozeChoices(world, asked),
    deliveries: (query) => pageOf(world, query),
    why: ({ delivery }) => {
      const { occ, index } = findRow(world, delivery);
      return whyOf(world, occ, index);
    },
    letters: () => lettersOf(world),
    letterBody: ({ delivery }) => ({ text: bodyOf(world, delivery) }),
    moved: () => world.moved,
    calendars: () => world.calendars,
    people: () => world.people,
    channels: () => world.channels,
    getSettings: () => world.settings,
    getQuiet: () => world.quiet,
    getAllDay: () => world.allDay,
    getAutostart: () => ({ enabled: world.autostart, possible: true }),
  };
}

function pageOf(world: World, query: DeliveriesQuery): DeliveriesPage {
  const rows = allRows(world)
    .map(({ row }) => row)
    .filter((r) => query.marks.length === 0 || (r.mark !== null && query.marks.includes(r.mark)))
    .filter((r) => !query.channel || r.channel === query.channel)
    .filter((r) => (!query.from || r.due.date >= query.from) && (!query.to || r.due.date < query.to) && (!query.event || r.event === query.event));
  const ahead = rows.filter((r) => r.due.utc >= world.now.utc).length;
  const later = query.soon ? Math.max(0, ahead - query.soon) : 0;
  const first = later + Number(query.cursor ?? 0);
  const end = first + query.limit;
  return { rows: rows.slice(first, end), cursor: end < rows.length ? String(end - later) : null, later: later > 0 };
}

function writes(world: World, past: Past, changed: () => void): Partial<Handlers> {
  const told = <T>(answer: T): T => {
    queueMicrotask(changed);
    return answer;
  };
  return {
    save: (asked) => told(save(world, past, asked)),
    addQuick: ({ text, requestId }) => {
      const { draft, reading } = readQuick(world, text);
      return draft ? told(save(world, past, { draft, requestId })) : refuse('invalid', reading.refused?.text ?? '', 'text');
    },
    delete: (asked) => told(remove(world, past, asked)),
    reinstate: (asked) => told(reinstate(world, past, asked)),
    moveOccurrence: (asked) => {
      const answer = move(world, past, asked);
      return answer.type === 'done' ? told(answer) : answer;
    },
    undo: () => told(step(world, past, 'undone')),
    redo: () => told(step(world, past, 'redone')),
    acknowledge: ({ deliveries }) => {
      past.lasting = 'answering a reminder';
      deliveries.forEach((id) => world.answered.set(id, 'done'));
      return told(change('acknowledged', { count: deliveries.length }));
    },
    snooze: ({ deliveries, until }) => {
      const minutes = until.type === 'for' ? until.minutes : until.type === 'tonight' ? 1080 - world.now.wallMin : 60;
      const rings = later(world.now, minutes * 60_000);
      past.lasting = 'snoozing a reminder';
      for (const id of deliveries) {
        world.answered.set(id, 'snoozed');
        world.snoozed.set(id, rings);
      }
      return told(change('snoozed', { count: deliveries.length, until: rings }));
    },
    retry: ({ deliveries }) => {
      retry(world, deliveries);
      return told(change('retried', { count: deliveries.length }));
    },
    decideLetters: (asked) => told(decide(world, asked)),
    saveSettings: (settings) => told((world.settings = settings)),
    setAutostart: ({ enabled }) => ({ enabled: (world.autostart = enabled), possible: true }),
    ...standing(world, past, told),
    ...lists(world, past, told),
  };
}

/** What the service is told, and what of its standing was seen. */
function standing(world: World, past: Past, told: <T>(answer: T) => T): Partial<Handlers> {
  return {
    startService: () => {
      world.running = true;
      return told(statusOf(world, past).service);
    },
    setAllDay: (asked) => told((world.allDay = asked)),
    setQuiet: (asked) => {
      if (asked.fromMin === asked.toMin) refuse('invalid', 'quiet hours have no length: let them end at another time, or pause until you resume', 'toMin');
      return told((world.quiet = asked));
    },
    pause: () => {
      world.paused = true;
      past.lasting = 'pausing';
      return told(statusOf(world, past).service);
    },
    acceptClock: () => {
      world.jumped = null;
      return told(statusOf(world, past).service);
    },
    resume: () => {
      world.paused = false;
      return told(statusOf(world, past).service);
    },
    swapSeen: () => {
      world.swapped = null;
      return told(statusOf(world, past));
    },
    movedSeen: () => {
      world.moved = nothingMoved;
      return told(statusOf(world, past));
    },
  };
}

function lists(world: World, past: Past, told: <T>(answer: T) => T): Partial<Handlers> {
  return {
    saveCalendar: (asked) => {
      if (asked.name.trim() === '') refuse('invalid', 'a calendar needs a name', 'name');
      const { id, name, color, shown } = asked;
      const old = world.calendars.find((c) => c.id === id);
      const saved = { id: id ?? `cal_new${world.calendars.length}`, name: name.trim(), color, shown, events: old?.events ?? 0 };
      world.calendars = old ? world.calendars.map((c) => (c === old ? saved : c)) : [...world.calendars, saved];
      return told(saved);
    },
    deleteCalendar: ({ id }) => {
      const gone = world.calendars.find((c) => c.id === id) ?? refuse('notFound', 'the calendar is not there any more', null);
      remember(world, past, `Delete calendar “${gone.name}”`, world.calendars);
      world.calendars = world.calendars.filter((c) => c !== gone);
      world.occs = world.occs.filter((o) => o.calendar !== id);
      return told(change('removed', { title: gone.name, cancelledReminders: 4, undo: true }));
    },
    savePerson: (asked) => told(savePerson(world, asked, refuse)),
    deletePerson: ({ id }) => {
      const gone = world.people.find((p) => p.id === id) ?? refuse('notFound', 'the person is not there any more', null);
      world.people = world.people.filter((p) => p !== gone);
      return told(change('removed', { title: gone.name }));
    },
    addWebhook: ({ name, url, network, guarantee, retries, rate }) => {
      if (!/^https?:\/\/\S+$/.test(url)) refuse('invalid', `"${url}" is not a web address: it begins with https:// or http://`, 'url');
      const channel: ChannelView = { id: `chn_${world.channels.length}`, kind: 'webhook', name, url, network, guarantee, retries, rate, off: null, resting: null, lastTold: null, lastFailed: null };
      world.channels = [...world.channels, channel];
      return told({ channel, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' });
    },
    channelRemoval: () => ({ reminders: 3, silenced: '“Price sync” and “Backup check” would have no reminder any more.' }),
    removeChannel: ({ id }) => {
      const gone = world.channels.find((c) => c.id === id);
      world.channels = world.channels.filter((c) => c !== gone);
      past.lasting = `removing the channel ${gone?.name ?? ''}`;
      return told(change('removed', { title: gone?.name ?? null, cancelledReminders: 3, note: '“Price sync” and “Backup check” have no reminder now.' }));
    },
    switchOnChannel: ({ channel }) => {
      const target = world.channels.find((c) => c.id === channel) ?? refuse('notFound', `there is no channel '${channel}'`);
      world.channels = world.channels.map((c) => (c === target ? { ...c, off: null } : c));
      return told(change('switchedOn', { title: target.name, count: 1 }));
    },
    changeChannel: ({ channel, ...asked }) => {
      const target = world.channels.find((c) => c.id === channel) ?? refuse('notFound', `there is no channel '${channel}'`);
      const { guarantee, retries } = { guarantee: asked.guarantee ?? target.guarantee, retries: asked.retries ?? target.retries };
      const rate = asked.rate ?? target.rate ?? { perSecond: 5, burst: 10 };
      const wrong = rate.perSecond < 1 || rate.perSecond > 1000 ? 'rate' : rate.burst < 1 || rate.burst > 1000 ? 'burst' : null;
      if (wrong) refuse('invalid', `a ${wrong} of ${wrong === 'rate' ? rate.perSecond : rate.burst} is not possible: allowed is 1 to 1000`, wrong);
      world.channels = world.channels.map((c) => (c === target ? { ...c, guarantee, retries, rate } : c));
      past.lasting = `changing the channel ${target.name}`;
      return told(change('saved', { title: target.name, count: 1 }));
    },
    testChannel: ({ channel }) => {
      const { wallMin, date } = world.now;
      const target = world.channels.find((c) => c.id === channel);
      const occ = { ...demoTest(world), date, wallMin, original: `${date}T${String(wallMin)}`, reminders: [{ trigger: { type: 'test' as const }, channel, alarm: false }], fates: [null] };
      const row = rowOf({ ...world, now: moment(date, wallMin + 1) }, occ, 0);
      return told({ ...row, event: null, title: 'Test', channelName: target?.name ?? '', channelKind: target?.kind ?? 'desktop' });
    },
  };
}

function demoTest(world: World): Occ {
  const form = newForm(world, {}).draft;
  const { timing, ...rest } = form;
  return { ...rest, ...timing, event: 'evt_test', original: '', version: 1, sentence: null, fates: [], exception: false, channel: DESKTOP } as Occ;
}

function peoplesZones(world: World, text: string): ZoneView[] {
  const named = world.people.filter((p) => p.zone && p.name.toLowerCase().includes(text.toLowerCase()));
  return named.map(({ id, name, zone, city }) => ({ id: `@${zone}`, city: `${name}, ${city}`, offset: ZONES.find((z) => z.id === zone)?.offset ?? '', person: id }));
}
