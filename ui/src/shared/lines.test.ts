// Aim: a list that is too long for its place ends after a whole line.

import { expect, it } from 'vitest';

import { cutOf } from './lines';

it('hides the line that is cut through, and nothing where the last one ends in time', () => {
  const lines = [{ top: 0, bottom: 24 }, { top: 24, bottom: 48 }, { top: 48, bottom: 72 }];
  expect(cutOf(lines, 72)).toBe(0);
  expect(cutOf(lines, 60)).toBe(12);
  expect(cutOf(lines, 48)).toBe(0);
  expect(cutOf(lines, 100)).toBe(0);
});
