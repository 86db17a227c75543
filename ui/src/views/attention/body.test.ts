// JSON for a person to read, and for the wire.

import { expect, test } from 'vitest';

import { compact, pretty } from './body';

test('JSON is shown in lines and sent in one', () => {
  const shown = pretty('{"a":{"b":[1,{}, []]},"c":"d"}');
  expect(shown).toBe('{\n  "a": {\n    "b": [\n      1,\n      {},\n      []\n    ]\n  },\n  "c": "d"\n}');
  expect(compact(shown, null)).toEqual({ text: '{"a":{"b":[1,{},[]]},"c":"d"}', bytes: 29, fault: null });
  expect(compact('"ü"', null).bytes).toBe(4);
});

// What a reader of JSON would write otherwise: long and exact numbers, escapes, a name that comes twice, the order of names.
const EXACT = '{"n":12345678901234567890,"f":1.0,"e":1E2,"s":"\\u00fc \\/ [ , ] \\" ü","10":1,"2":1,"d":1,"d":2}';

test('what was not edited is sent as it was, byte for byte', () => {
  for (const text of [EXACT, '{ "a" : 1 }', ' [1, 2]\n']) {
    expect(compact(pretty(text), text)).toEqual({ text, bytes: new TextEncoder().encode(text).length, fault: null });
  }
});

test('what is edited changes where it was edited, and nowhere else', () => {
  expect(compact(pretty(EXACT).replace('1.0', '1.50'), EXACT).text).toBe(EXACT.replace('1.0', '1.50'));
});

test('what is not JSON stays as it is and says why', () => {
  expect(pretty('{"a":')).toBe('{"a":');
  expect(compact('{"a":', null).fault).toMatch(/JSON/);
  expect(compact('', null).fault).not.toBeNull();
});
