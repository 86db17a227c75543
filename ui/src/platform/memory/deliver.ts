// Deliveries of the demo world, worked out from its occurrences.

import { addMinutes } from '../../time/date';
import type { Attempts, AttemptView, Counts, DeliveryRow, Elsewhere, InboxItem, InboxView, Mark, Moment, OccurrenceDetail, ReminderStatus, State, Step, Why } from '../../wire/types';
import { before, elsewhereAhead, later, moment } from './moments';
import { DESKTOP, deliveryId, isOver, type Fate, type Occ, type World } from './world';

const STATE: Record<Mark, State> = {
  scheduled: 'scheduled', sending: 'processing', retrying: 'retrying', held: 'held', failed: 'dead', review: 'review',
  told: 'completed', late: 'completed', skipped: 'skipped', missed: 'expired',
};
const WORST: Mark[] = ['failed', 'review', 'retrying', 'held', 'missed', 'late', 'skipped', 'told', 'sending', 'scheduled'];

function dueOf(world: World, occ: Occ, index: number): Moment {
  const trigger = occ.reminders[index]?.trigger;
  if (trigger?.type === 'at') return moment(trigger.date, trigger.wallMin);
  const offset = trigger?.type === 'offset' ? trigger.minutes : 0;
  const start = occ.mode === 'allDay' ? world.allDay.hour * 60 : occ.wallMin;
  const due = addMinutes(occ.date, start, offset);
  return moment(due.date, due.wallMin, 0, occ.fold);
}

/** What became of a reminder: what a person did, what the demo says, or simply in time. */
export function fateOf(world: World, occ: Occ, index: number): Fate {
  const due = dueOf(world, occ, index);
  const given = world.fates.get(deliveryId(occ, index)) ?? occ.fates[index];
  if (given && !before(world.now, due)) return given;
  return { mark: before(due, world.now) ? 'told' : 'scheduled' };
}

/** The worst of its reminders; while one is still to come, "told" alone is not the answer. */
export function markOf(world: World, occ: Occ): { mark: Mark | null; fate: Fate | null } {
  const fates = occ.reminders.map((_, i) => fateOf(world, occ, i));
  if (fates.length === 0 || (occ.cancelled && fates.every((f) => f.mark === 'scheduled'))) return { mark: null, fate: null };
  fates.sort((a, b) => WORST.indexOf(a.mark) - WORST.indexOf(b.mark));
  const worst = fates[0]?.mark === 'told' ? (fates.find((f) => f.mark === 'scheduled') ?? fates[0]) : fates[0];
  return worst ? { mark: worst.mark, fate: worst } : { mark: null, fate: null };
}

function toldAt(fate: Fate, due: Moment): Moment | null {
  if (fate.mark === 'told') return later(due, 4 + (due.wallMin % 7) * 31);
  return fate.mark === 'late' ? later(due, fate.lateMs ?? 60_000) : null;
}

/** Which retry comes next, of how many. */
export const retryOf = (fate: Fate): Attempts['retry'] => (fate.mark === 'retrying' ? { n: fate.made ?? 1, of: fate.max ?? 10 } : null);

export function rowOf(world: World, occ: Occ, index: number): DeliveryRow {
  const due = dueOf(world, occ, index);
  const fate = fateOf(world, occ, index);
  const reminder = occ.reminders[index];
  const channel = world.channels.find((c) => c.id === reminder?.channel) ?? world.channels[0];
  const told = toldAt(fate, due);
  return {
    id: deliveryId(occ, index), key: `occ_${hash(deliveryId(occ, index))}`, event: occ.event, original: occ.original, title: occ.title,
    kind: occ.kind, calendar: occ.calendar, channel: reminder?.channel ?? DESKTOP, channelName: channel?.name ?? 'This desktop',
    channelKind: channel?.kind ?? 'desktop', trigger: reminder?.trigger ?? { type: 'offset', minutes: 0 }, state: STATE[fate.mark], mark: fate.mark,
    due, told, lateMs: fate.mark === 'late' ? (fate.lateMs ?? null) : null, reason: fate.reason ?? null,
    attempts: { made: fate.made ?? (told ? 1 : 0), max: channel?.kind === 'webhook' ? (fate.max ?? 10) : null, retry: retryOf(fate) },
    notBefore: fate.mark === 'retrying' ? later(world.now, 92_000) : null, canRetry: fate.mark === 'failed' || fate.mark === 'review',
    waits: fate.mark === 'retrying' && channel?.kind === 'webhook',
  };
}

function hash(text: string): string {
  let h = 7;
  let out = '';
  for (let i = 0; i < 26; i++) {
    h = (h * 31 + text.charCodeAt(i % text.length) + i) % 1_000_003;
    out += 'abcdefghijklmnopqrstuvwxyz234567'[h % 32];
  }
  return out;
}

/** Every row that exists: what is past, and what is planned for the next days. */
export function allRows(world: World): { row: DeliveryRow; occ: Occ; index: number }[] {
  const horizon = addMinutes(world.now.date, 0, 14 * 1440).date;
  return world.occs
    .filter((occ) => occ.date <= horizon)
    .flatMap((occ) => occ.reminders.map((_, index) => ({ row: rowOf(world, occ, index), occ, index })))
    .sort((a, b) => (a.row.due.utc < b.row.due.utc ? 1 : -1));
}

export function counts(world: World): Counts {
  const tally: Counts = { scheduled: 0, sending: 0, retrying: 0, held: 0, failed: 0, review: 0, told: 0, late: 0, skipped: 0, missed: 0 };
  for (const { row } of allRows(world)) if (row.mark) tally[row.mark] += 1;
  return tally;
}

function awaits(world: World, occ: Occ, row: DeliveryRow): boolean {
  if (world.answered.has(row.id) || row.channelKind !== 'desktop') return false;
  if (world.open.has(row.id)) return true;
  const recent = row.due.date >= '2026-11-16' && !before(world.now, row.due);
  if (row.mark === 'missed') return recent;
  if (row.mark === 'late') return recent;
  return recent && row.mark === 'told' && !isOver(occ, world.now);
}

export function inboxOf(world: World): InboxView {
  const items = allRows(world).filter(({ row, occ }) => awaits(world, occ, row)).map(({ row, occ }): InboxItem => ({
    delivery: row.id, event: occ.event, original: occ.original, title: occ.title, kind: occ.kind, calendar: occ.calendar, place: occ.place,
    start: { date: occ.date, wallMin: occ.mode === 'allDay' ? null : occ.wallMin }, starts: moment(occ.date, occ.wallMin), over: isOver(occ, world.now), deadline: occ.kind === 'deadline' ? moment(occ.date, occ.mode === 'allDay' ? 1440 : occ.wallMin) : null,
    trigger: row.trigger, due: row.due, told: row.told, state: row.state, mark: row.mark ?? 'told', lateMs: row.lateMs, reason: row.reason, shown: 'yes',
  }));
  return { items, more: false, snoozeMin: 10, tonight: moment(world.now.date, 1080), tomorrow: moment(addMinutes(world.now.date, 0, 1440).date, 540) };
}

function statusOf(world: World, occ: Occ, index: number): ReminderStatus {
  const planned = rowOf(world, occ, index);
  const row = occ.cancelled && planned.mark === 'scheduled' ? { ...planned, mark: null, state: 'cancelled' as const } : planned;
  return {
    delivery: row.id, trigger: row.trigger, channel: row.channel, channelName: row.channelName, mark: row.mark, state: row.state, due: row.due,
    told: row.told, lateMs: row.lateMs, attempts: row.attempts, reason: row.reason, open: awaits(world, occ, row),
  };
}

export function elsewhereOf(occ: Occ): Elsewhere | null {
  if (!occ.zone || occ.zone.id === 'Europe/Berlin' || occ.mode !== 'zoned') return null;
  const there = addMinutes(occ.date, occ.wallMin, elsewhereAhead(occ.zone.id, occ.date).ahead);
  const [name = '', city] = occ.zone.city.split(', ');
  return { city: city ?? name, whose: city ? name : null, ...there };
}

export function detailOf(world: World, occ: Occ): OccurrenceDetail {
  const allDay = occ.mode === 'allDay';
  const end = allDay ? addMinutes(occ.date, 0, (occ.days - 1) * 1440) : addMinutes(occ.date, occ.wallMin, occ.durationMin);
  const next = world.occs.find((o) => o.event === occ.event && o.date > occ.date);
  return {
    event: occ.event, original: occ.original, version: occ.version, title: occ.title, kind: occ.kind, calendar: occ.calendar,
    start: { date: occ.date, wallMin: allDay ? null : occ.wallMin },
    end: allDay ? (occ.days > 1 ? { date: end.date, wallMin: null } : null) : occ.durationMin > 0 ? end : null,
    starts: moment(occ.date, occ.wallMin, 0, occ.fold), ends: occ.durationMin > 0 ? moment(end.date, end.wallMin) : null,
    offset: occ.date === '2026-10-25' && occ.wallMin >= 120 && occ.wallMin < 180 ? (occ.fold ? 'CET' : 'CEST') : null,
    elsewhere: elsewhereOf(occ), floating: occ.mode === 'floating', repeats: occ.sentence,
    next: occ.sentence && next && !occ.cancelled ? { date: next.date, wallMin: allDay ? null : next.wallMin } : null, cancelled: occ.cancelled ?? false, done: false, exception: occ.exception,
    fixed: occ.kind === 'birthday', place: occ.place, url: occ.url, notes: occ.notes,
    person: world.people.find((p) => p.id === occ.person)?.name ?? null, reminders: occ.reminders.map((_, i) => statusOf(world, occ, i)),
  };
}

/** The timeline of a delivery. */
export function whyOf(world: World, occ: Occ, index: number): Why {
  const row = rowOf(world, occ, index);
  const planned = moment(addMinutes(row.due.date, 0, -2880).date, 512, 22_318);
  const steps: Step[] = [
    { at: planned, from: null, to: 'scheduled', actor: 'window', reason: { code: 'planned.saved', text: 'planned when the event was saved' } },
  ];
  const attempts: AttemptView[] = [];
  const fate = fateOf(world, occ, index);
  if (fate.mark === 'scheduled') return { delivery: row, steps, attempts, acknowledged: null, behind: null };
  if (fate.mark === 'missed' || fate.mark === 'skipped' || fate.mark === 'held') {
    steps.push({ at: fate.mark === 'held' ? later(row.due, 9) : later(row.due, 3_600_000), from: 'scheduled', to: row.state, actor: 'service', reason: row.reason });
    return { delivery: row, steps, attempts, acknowledged: null, behind: null };
  }
  tries(row, fate, steps, attempts);
  const answered = world.answered.get(row.id);
  const acknowledged = answered ? { at: world.now, how: answered, until: null, place: 'window' as const } : null;
  return { delivery: row, steps, attempts, acknowledged, behind: null };
}

const WAITS = [5_000, 30_000, 120_000, 600_000, 1_800_000];

function tries(row: DeliveryRow, fate: Fate, steps: Step[], attempts: AttemptView[]): void {
  const statuses = fate.statuses ?? [row.channelKind === 'webhook' ? 200 : null];
  let at = row.told ? later(row.told, -4) : later(row.due, 3);
  if (statuses.length > 1) at = later(row.due, 3);
  let from: State = 'scheduled';
  statuses.forEach((status, i) => {
    const last = i === statuses.length - 1;
    steps.push({ at, from, to: 'processing', actor: 'service', reason: fate.mark === 'late' && i === 0 ? row.reason : { code: 'claim.due', text: 'it was due and a slot was free' } });
    const accepted = last && (fate.mark === 'told' || fate.mark === 'late');
    const cut = fate.mark === 'review';
    attempts.push({
      n: i + 1, started: at, finished: cut ? null : later(at, 38),
      outcome: accepted ? 'accepted' : cut ? 'unknown' : status === 404 || status === 410 ? 'permanent' : 'transient',
      status, latencyMs: cut ? null : 38,
      detail: row.channelKind === 'desktop' ? 'handed to the notification service, which took it' : status && status >= 400 ? '{"error":"not now"}' : null,
    });
    const to: State = last ? row.state : 'retrying';
    const text = to === 'completed' ? 'the other side took it' : to === 'retrying' ? `answered ${status}; tried again after a pause` : (row.reason?.text ?? '');
    steps.push({ at: later(at, 38), from: 'processing', to, actor: 'service', reason: { code: row.reason?.code ?? `settled.${to}`, text } });
    from = to;
    at = later(at, WAITS[i] ?? 1_800_000);
  });
}
