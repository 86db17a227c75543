// Two hands on one draft: the fields of each.

import { expect, test } from 'vitest';

import type { Draft } from '../../wire/types';
import { changedFields, mergeDrafts } from './merge';

const timing = { mode: 'zoned', date: '2026-11-20', wallMin: 600, fold: false, durationMin: 60, days: 1, zone: { id: 'Europe/Berlin', city: 'Berlin' } } as const;
const was: Draft = { title: 'Retro', kind: 'appointment', calendar: 'cal_1', timing, rule: null, reminders: [], place: null, url: null, notes: null, person: null, notice: 0, overlap: 'allow' };

test('what was changed here stays, and the rest is as it is there', () => {
  const mine = { ...was, title: 'Retrospective', notes: 'Bring the list' };
  const theirs = { ...was, title: 'Looking back', place: 'Room Rhein', timing: { ...timing, wallMin: 630 } };
  expect(changedFields(was, theirs)).toEqual(['title', 'timing', 'place']);
  expect(mergeDrafts(was, mine, theirs)).toEqual({ ...theirs, title: 'Retrospective', notes: 'Bring the list' });
});

test('what was emptied here stays empty', () => {
  expect(mergeDrafts({ ...was, place: 'Room Aare' }, was, { ...was, place: 'Room Aare', title: 'R' })).toEqual({ ...was, title: 'R' });
});
