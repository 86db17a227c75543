// Dates and times as people type them.
import { expect, it } from 'vitest';

import { parseDay, parseLength } from './parse';

it.each([
  ['2026-11-20', '2026-11-20'],
  ['Wed 18 Nov 2026', '2026-11-18'],
  ['20 nov', '2026-11-20'],
  ['20. november', '2026-11-20'],
  ['Nov 20th', '2026-11-20'],
  ['Nov 20, 2027', '2027-11-20'],
  ['20.11.', '2026-11-20'],
  ['20/11/26', '2026-11-20'],
  ['3 feb', '2027-02-03'],
  ['3 aug', '2026-08-03'],
  ['29 feb 2028', '2028-02-29'],
  ['29 feb 2027', null],
  ['31.4.', null],
  ['today', '2026-11-18'],
  ['Tomorrow', '2026-11-19'],
  ['fri', '2026-11-20'],
  ['wednesday', '2026-11-25'],
  ['soon', null],
  ['', null],
  ['13/13', null],
])('%j typed on 18 November 2026 is %s', (text, date) => expect(parseDay(text, '2026-11-18')).toBe(date));

it.each([
  ['45', 45], ['45m', 45], ['45min', 45], ['2h', 120], ['1h30m', 90], ['1h 30m', 90], ['1d', 1440], ['7d', 10080], ['8d', null], ['0', null], ['', null], ['soon', null], ['-5', null],
])('%j typed as a length is %s minutes', (text, minutes) => expect(parseLength(text)).toBe(minutes));
