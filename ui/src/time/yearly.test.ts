// A day of every year, typed and written.

import { expect, test } from 'vitest';

import { dayOfYear } from './format';
import { readYearly } from './yearly';

const read = (day: string, month: number | null, year = ''): string => JSON.stringify(readYearly({ day, month, year }));

test.each([
  ['29', 2, '', '{"read":{"day":29,"month":2,"year":null}}'],
  ['29', 2, '1996', '{"read":{"day":29,"month":2,"year":1996}}'],
  [' 03', 5, ' 1990 ', '{"read":{"day":3,"month":5,"year":1990}}'],
  ['', null, '', '{"read":{"day":null,"month":null,"year":null}}'],
  ['29', 2, '1991', '{"fault":{"type":"noSuchDay","day":29,"month":2,"year":1991,"days":28}}'],
  ['30', 2, '', '{"fault":{"type":"noSuchDay","day":30,"month":2,"year":null,"days":29}}'],
  ['31', 4, '', '{"fault":{"type":"noSuchDay","day":31,"month":4,"year":null,"days":30}}'],
  ['12', null, '', '{"fault":{"type":"half"}}'],
  ['', 3, '', '{"fault":{"type":"half"}}'],
  ['', null, '1990', '{"fault":{"type":"half"}}'],
  ['0', 3, '', '{"fault":{"type":"number"}}'],
  ['32', 3, '', '{"fault":{"type":"number"}}'],
  ['1st', 3, '', '{"fault":{"type":"number"}}'],
  ['1', 3, '90', '{"fault":{"type":"fourDigits"}}'],
])('%s of month %s in "%s" is %s', (day, month, year, expected) => {
  expect(read(day, month, year)).toBe(expected);
});

test('a day without a year is written as people write it', () => {
  expect(dayOfYear(2, 29, null)).toBe('29 February');
  expect(dayOfYear(2, 29, 1996)).toBe('29 February 1996');
  expect(dayOfYear(2, 29, null, 'de')).toBe('29. Februar');
  expect(dayOfYear(2, 29, 1996, 'en-US')).toBe('February 29, 1996');
});
