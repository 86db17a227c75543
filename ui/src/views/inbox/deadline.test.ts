// Aim: a snooze that the engine would refuse is not offered.

import { expect, it } from 'vitest';

import { isTooLate } from './deadline';

const at = (time: string) => ({ utc: `2026-11-23T${time}:00.000Z`, date: '2026-11-23', wallMin: 0, ms: 0, zone: 'UTC' });

it('offers no snooze that would end at or after the deadline', () => {
  const item = { deadline: at('20:57') };
  expect(isTooLate(item, 10, at('20:46'))).toBe(false);
  expect(isTooLate(item, 10, at('20:47'))).toBe(true);
  expect(isTooLate(item, 5, at('20:47'))).toBe(false);
  expect(isTooLate(item, 1, at('21:00'))).toBe(true);
  expect(isTooLate({ deadline: null }, 10, at('21:00'))).toBe(false);
});
