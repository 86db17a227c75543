// Numbers and states in words.
import { describe, expect, it } from 'vitest';

import lengths from '../../../tests/data/lengths.json';
import type { Change, Moment, ReminderStatus, Segment } from '../wire/types';
import { en } from './messages/en';
import { changeWords, chipLabel, lengthSpoken, markNote, markWords, minutesShort, relative, reminderWords, triggerWords } from './words';

const at = (utc: string, date = '2026-11-18', wallMin = 623): Moment => ({ utc, date, wallMin, ms: 0, zone: 'CET' });
const now = at('2026-11-18T09:23:00.000Z');
const change = (more: Partial<Change>): Change => ({
  did: 'saved', title: 'Gym', event: null, original: null, version: null, count: 1, cancelledReminders: 0, cancelledSnoozes: 0, inFlight: 0, passed: [],
  until: null, note: null, undo: false, ...more,
});

describe('states in words', () => {
  it('never say delivered', () => expect(Object.values(en).filter((text) => /\bdelivered\b/i.test(text))).toEqual([]));

  it('say how late and how often', () => {
    expect(markWords('late', 360_000)).toBe('told 6 minutes late');
    expect(markWords('retrying', null, { made: 2, max: 10, retry: { n: 2, of: 5 } })).toBe('retry 2 of 5');
    expect(markWords('failed', null, { made: 1, max: 10, retry: null })).toBe('failed after 1 try');
    expect(markWords('review')).toBe('please check');
  });

  it('have a note of a few letters', () => {
    expect(markNote('late', 360_000, null)).toBe('+6m');
    expect(markNote('retrying', null, { made: 2, max: 10, retry: { n: 2, of: 5 } })).toBe('2/5');
    expect(markNote('told', null, null)).toBe('');
  });
});

describe('lengths and moments in words', () => {
  it.each([[10, '10 min'], [60, '1 h'], [90, '1 h 30 min'], [1440, '1 day'], [4320, '3 days'], [20160, '2 weeks']])('%i minutes are %s', (n, words) => expect(minutesShort(n)).toBe(words));
  it.each(lengths)('$ms milliseconds are as long as the commands say: $commands', ({ ms, window, chip }) => {
    expect(lengthSpoken(ms)).toBe(window);
    expect(markNote('late', ms, null)).toBe(`+${chip}`);
  });

  it('tell a trigger by the kind of event', () => {
    expect(triggerWords({ type: 'offset', minutes: -10 }, 'appointment', false, 'h24')).toBe('10 min before');
    expect(triggerWords({ type: 'offset', minutes: 0 }, 'birthday', true, 'h24')).toBe('on the day');
    expect(triggerWords({ type: 'day', days: 0, wallMin: 1380 }, 'deadline', true, 'h24')).toBe('on the day at 23:00');
    expect(triggerWords({ type: 'day', days: -1, wallMin: 1380 }, 'deadline', false, 'h24')).toBe('1 day before at 23:00');
    expect(triggerWords({ type: 'at', date: '2026-11-20', wallMin: 540 }, 'note', false, 'h12')).toBe('Fri 20 Nov, 9\u00a0am');
  });

  it('say how far away', () => {
    expect(relative(now, at('2026-11-18T11:23:00.000Z'))).toBe('in 2 h');
    expect(relative(now, at('2026-11-18T09:00:00.000Z'))).toBe('23 min ago');
    expect(relative(now, now)).toBe('now');
  });
});

describe('what a change did', () => {
  it('names what will not ring', () => {
    expect(changeWords(change({ did: 'deleted', cancelledReminders: 3, cancelledSnoozes: 1 }), now, 'h24')).toBe('Deleted Gym · 3 reminders cancelled · 1 snooze cancelled');
    expect(changeWords(change({ passed: [{ trigger: { type: 'offset', minutes: -10 }, due: now }] }), now, 'h24')).toBe('Changed Gym · 10 min before has already passed');
    expect(changeWords(change({ did: 'snoozed', until: at('2026-11-18T09:33:00.000Z', '2026-11-18', 633) }), now, 'h24')).toBe('Snoozed Gym until 10:33');
  });
});

describe('what was called off', () => {
  const segment: Segment = {
    event: 'evt_1', original: '20261118T100000', version: 1, date: '2026-11-18', part: 'single', allDay: false, wallStart: 600, wallEnd: 660, start: 600, end: 660, fold: false,
    offset: null, elsewhere: null, title: 'Gym', place: null, calendar: 'cal_1', kind: 'appointment', mark: null, attempts: null, lateMs: null, past: false, cancelled: true, done: false,
    recurring: false, exception: false, fixed: false,
  };
  const reminder = (more: Partial<ReminderStatus>): ReminderStatus => ({
    delivery: null, trigger: { type: 'offset', minutes: -10 }, channel: 'chn_1', channelName: '', mark: null, state: null, due: at('2026-11-18T09:50:00.000Z', '2026-11-18', 590),
    told: null, lateMs: null, attempts: null, reason: null, open: false, ...more,
  });
  const start = { date: '2026-11-18', wallMin: 600 };

  it('is called so', () => {
    expect(chipLabel(segment, ['Gym'], 'Wednesday', 'Home', 'h24')).toMatch(/, cancelled$/);
    expect(chipLabel({ ...segment, done: true }, ['Gym'], 'Wednesday', 'Home', 'h24')).toMatch(/, done$/);
    expect(chipLabel({ ...segment, cancelled: false }, ['Gym'], 'Wednesday', 'Home', 'h24')).toMatch(/, no reminder$/);
  });

  it('does not ring', () => {
    expect(reminderWords(reminder({}), { cancelled: true, start }, now, 'h24')).toBe('will not ring');
    expect(reminderWords(reminder({ state: 'cancelled', delivery: 'dlv_1' }), { cancelled: false, start }, now, 'h24')).toBe('cancelled');
    expect(reminderWords(reminder({ mark: 'scheduled' }), { cancelled: false, start }, now, 'h24')).toBe('will ring today, 09:50');
    expect(reminderWords(reminder({ due: at('2026-11-18T08:50:00.000Z', '2026-11-18', 530) }), { cancelled: false, start }, now, 'h24')).toBe('was today, 08:50: does not ring');
  });
});
