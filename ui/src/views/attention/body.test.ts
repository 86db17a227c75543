// JSON for a person to read, and for the wire.

import { expect, test } from 'vitest';

import { compact, pretty } from './body';

test('JSON is shown in lines and sent in one', () => {
  const shown = pretty('{"a":{"b":[1]}}');
  expect(shown.split('\n').length).toBeGreaterThan(3);
  expect(compact(shown)).toEqual({ text: '{"a":{"b":[1]}}', bytes: 15, fault: null });
  expect(compact('"ü"').bytes).toBe(4);
});

test('what is not JSON stays as it is and says why', () => {
  expect(pretty('{"a":')).toBe('{"a":');
  expect(compact('{"a":').fault).toMatch(/JSON/);
  expect(compact('').fault).not.toBeNull();
});
