// What Rust says, in the user's words: marks, triggers, lengths, changes.

import { addDays, addMinutes, yearOf } from '../time/date';
import { dayShort, dayFull, dayMonth, nearDay, wall, wallExact, wallRange, weekdayShort, type HourClock } from '../time/format';
import type { Attempts, Change, Elsewhere, Kind, Mark, Moment, OccurrenceDetail, ReminderStatus, Segment, Trigger, Wall } from '../wire/types';
import { t, tn } from './t';

/** What Rust says, as a sentence of its own. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "told 6 minutes late", "retry 2 of 10" */
export function markWords(mark: Mark, lateMs: number | null = null, attempts: Attempts | null = null): string {
  if (mark === 'late' && lateMs !== null) return t('mark.lateBy', { time: lengthSpoken(lateMs) });
  if (mark === 'retrying' && attempts?.retry) return t('mark.retryingOf', { ...attempts.retry });
  if (mark === 'failed' && attempts && attempts.made > 0) return tn('mark.failedAfter', attempts.made);
  return t(`mark.${mark}`);
}

/** The few letters beside a glyph: "+6m", "2/10". */
export function markNote(mark: Mark | null, lateMs: number | null, attempts: Attempts | null): string {
  if (mark === 'late' && lateMs !== null) return `+${lengthTiny(lateMs)}`;
  if (mark === 'retrying' && attempts?.retry) return `${attempts.retry.n}/${attempts.retry.of}`;
  return '';
}

function lengthTiny(ms: number): string {
  const seconds = wholeSeconds(ms);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${seconds}s`;
  if (minutes < 90) return `${minutes}m`;
  return minutes < 36 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1440)}d`;
}

/** "6 minutes", "1 hour 59 minutes": the two largest units that say it, as the commands do. */
export function lengthSpoken(ms: number): string {
  const seconds = wholeSeconds(ms);
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days + hours + minutes === 0) return tn('unit.spoken.second', seconds);
  const units = [days > 0 && tn('unit.day', days), hours > 0 && tn('unit.spoken.hour', hours), days === 0 && minutes > 0 && tn('unit.spoken.minute', minutes)];
  return units.filter(Boolean).join(' ');
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.floor(ms / 1000));
}

/** "45 min", "1 h", "1 h 30 min", "2 days" */
export function minutesShort(minutes: number): string {
  if (minutes >= 10080 && minutes % 10080 === 0) return tn('unit.week', minutes / 10080);
  if (minutes >= 1440 && minutes % 1440 === 0) return tn('unit.day', minutes / 1440);
  if (minutes < 60) return t('unit.min', { n: minutes });
  const rest = minutes % 60;
  const hours = t('unit.h', { n: Math.floor(minutes / 60) });
  return rest === 0 ? hours : `${hours} ${t('unit.min', { n: rest })}`;
}

/** "10 min before", "at the start", "on the day" */
export function triggerWords(trigger: Trigger, kind: Kind | null, allDay: boolean, clock: HourClock): string {
  switch (trigger.type) {
    case 'offset':
      if (trigger.minutes === 0) return allDay ? t('trigger.day') : kind === 'deadline' ? t('trigger.deadline') : t('trigger.start');
      return t(trigger.minutes < 0 ? 'trigger.before' : 'trigger.after', { time: minutesShort(Math.abs(trigger.minutes)) });
    case 'day': {
      const days = trigger.days === 0 ? t('trigger.day') : t(trigger.days < 0 ? 'trigger.before' : 'trigger.after', { time: tn('unit.day', Math.abs(trigger.days)) });
      return t('trigger.dayAt', { day: days, time: wall(trigger.wallMin, clock) });
    }
    case 'at':
      return `${dayShort(trigger.date)}, ${wall(trigger.wallMin, clock)}`;
    case 'snooze':
      return t('trigger.snooze');
    case 'nag':
      return t('trigger.nag');
    case 'test':
      return t('trigger.test');
  }
}

/** "in 2 h", "25 min ago" */
export function relative(now: Moment, then: Moment): string {
  const minutes = Math.round((Date.parse(then.utc) - Date.parse(now.utc)) / 60_000);
  if (minutes === 0) return t('relative.now');
  return t(minutes > 0 ? 'relative.in' : 'relative.ago', { time: roughly(Math.abs(minutes)) });
}

function roughly(minutes: number): string {
  if (minutes < 90) return t('unit.min', { n: minutes });
  if (minutes < 36 * 60) return t('unit.h', { n: Math.round(minutes / 60) });
  const days = Math.round(minutes / 1440);
  return days < 21 ? tn('unit.day', days) : tn('unit.week', Math.round(days / 7));
}

/** "in 2 h", "now, ends in 37 min", "ended 3 h ago" */
export function relativeSpan(now: Moment, starts: Moment, ends: Moment | null): string {
  if (!ends || now.utc < starts.utc) return relative(now, starts);
  const minutes = (utc: string): number => Math.round(Math.abs(Date.parse(utc) - Date.parse(now.utc)) / 60_000);
  return now.utc < ends.utc ? t('relative.ends', { time: roughly(minutes(ends.utc)) }) : t('relative.over', { time: roughly(minutes(ends.utc)) });
}

/** "today", "tomorrow", "Fri 20 Nov", with the year when it is another one. */
export function dayWords(date: string, today: string): string {
  const near = nearDay(date, today);
  if (near) return t(`day.${near}`);
  return yearOf(date) === yearOf(today) ? dayShort(date) : dayFull(date);
}

/** "today, 09:50" */
export function momentWords(moment: Moment, now: Moment, clock: HourClock): string {
  return `${dayWords(moment.date, now.date)}, ${wall(moment.wallMin, clock)}`;
}

/** "09:50:00", with the day unless it is the given one. */
export function momentExact(moment: Moment, day: string, clock: HourClock): string {
  const time = wallExact(moment.wallMin, moment.ms, clock);
  return moment.date === day ? time : `${dayShort(moment.date)}, ${time}`;
}

export function wallWords(at: Wall, today: string, clock: HourClock): string {
  const day = dayWords(at.date, today);
  return at.wallMin === null ? day : `${day}, ${wall(at.wallMin, clock)}`;
}

/** "Wed 18 Nov 2026, 10:00–11:00" */
export function whenWords(occurrence: OccurrenceDetail, clock: HourClock): string {
  const { start, end } = occurrence;
  if (start.wallMin === null) {
    return end ? `${dayShort(start.date)} – ${dayFull(end.date)}` : dayFull(start.date);
  }
  const offset = occurrence.offset ? ` ${occurrence.offset}` : '';
  if (!end || end.wallMin === null) return `${dayFull(start.date)}, ${wall(start.wallMin, clock)}${offset}`;
  if (end.date === start.date) return `${dayFull(start.date)}, ${wallRange(start.wallMin, end.wallMin, clock)}${offset}`;
  return `${dayShort(start.date)}, ${wall(start.wallMin, clock)}${offset} – ${dayFull(end.date)}, ${wall(end.wallMin, clock)}`;
}

/** "16:00 in Tokyo", "Thu 01:00 for Ana, Lisbon": what clocks show there of what begins on a date here. */
export function thereWords({ date, wallMin, city, whose }: Elsewhere, here: string, clock: HourClock): string {
  const time = date === here ? wall(wallMin, clock) : `${weekdayShort(date)} ${wall(wallMin, clock)}`;
  return whose ? t('their.for', { time, name: whose, city }) : t('their.at', { time, city });
}

/** The time on a chip: "10:00–11:00", or the start alone. */
export function chipTime(segment: Segment, clock: HourClock): string {
  if (segment.allDay) return '';
  if (segment.part === 'start') return wall(segment.wallStart, clock);
  return segment.wallEnd > segment.wallStart ? wallRange(segment.wallStart, segment.wallEnd, clock) : wall(segment.wallStart, clock);
}

/** A chip's name: first what it shows, as that is what a person would call it, then what it does not. */
export function chipLabel(segment: Segment, shown: readonly string[], day: string, calendar: string, clock: HourClock): string {
  const seen = shown.filter(Boolean).join(' ');
  const spoken = segment.allDay ? t('week.allDay')
    : segment.wallEnd > segment.wallStart ? t('chip.between', { start: wall(segment.wallStart, clock), end: wall(segment.wallEnd, clock) }) : wall(segment.wallStart, clock);
  const state = segment.cancelled ? t(segment.done ? 'chip.done' : 'chip.cancelled') : segment.mark ? markWords(segment.mark, segment.lateMs, segment.attempts) : t('chip.noReminder');
  const times = seen.includes('–') && segment.part === 'single' ? null : spoken;
  const there = segment.elsewhere && segment.part !== 'mid' && segment.part !== 'end' ? thereWords(segment.elsewhere, segment.date, clock) : null;
  return [seen, day, times, there, segment.place, calendar, segment.recurring ? t('chip.repeats') : null, state].filter(Boolean).join(', ');
}

/** What became of a reminder, or will: nobody reads "will ring" of what was called off or is past. */
export function reminderWords(reminder: ReminderStatus, occurrence: Pick<OccurrenceDetail, 'cancelled' | 'start'>, now: Moment, clock: HourClock): string {
  const { mark, told, due, attempts, lateMs, state } = reminder;
  if (mark === 'told' && told) return t('reminder.told', { time: momentExact(told, occurrence.start.date, clock) });
  if (mark === 'late' && told && lateMs !== null) return t('reminder.lateTold', { time: momentExact(told, occurrence.start.date, clock), late: lengthSpoken(lateMs) });
  if (mark === null && occurrence.cancelled && due.utc > now.utc) return t('reminder.willNotRing');
  if (mark === null && (occurrence.cancelled || state === 'cancelled')) return t('reminder.cancelled');
  if (mark === null && due.utc < now.utc) return t('reminder.passed', { time: momentWords(due, now, clock) });
  if (mark === 'scheduled' || mark === null) return t('reminder.willRing', { time: momentWords(due, now, clock) });
  return markWords(mark, lateMs, attempts);
}

/** What a mutation did, as one line. */
export function changeWords(change: Change, now: Moment, clock: HourClock): string {
  const title = change.title ?? t('did.one');
  const until = change.until ? momentWords(change.until, now, clock).replace(`${t('day.today')}, `, '') : '';
  const head = change.did === 'acknowledged' || change.did === 'snoozed' || change.did === 'retried' || change.did === 'sentAsNew' || change.did === 'setAside'
    ? tn(`did.${change.did}`, change.count, { title, until }) : t(`did.${change.did}`, { title });
  const parts = [head];
  if (change.cancelledReminders > 0) parts.push(tn('did.cancelled', change.cancelledReminders));
  if (change.cancelledSnoozes > 0) parts.push(tn('did.snoozes', change.cancelledSnoozes));
  if (change.inFlight > 0) parts.push(tn('did.inFlight', change.inFlight));
  for (const { trigger } of change.passed) parts.push(t('did.passed', { trigger: triggerWords(trigger, null, false, clock) }));
  if (change.note) parts.push(change.note);
  return parts.join(' · ');
}

/** The end of a thing of some nominal length. */
export function endOf(date: string, wallMin: number, durationMin: number): Wall {
  return addMinutes(date, wallMin, durationMin);
}

/** "18–20 Nov", for a bar. */
export function spanWords(from: string, days: number): string {
  return days > 1 ? `${dayMonth(from)} – ${dayMonth(addDays(from, days - 1))}` : dayMonth(from);
}

