// Titles that run from right to left.
import { describe, expect, it } from 'vitest';

import { directionOf, isolated } from './direction';
import { t } from './t';

describe('words that run from right to left', () => {
  it.each([['שלום', 'rtl'], ['(80) سلام', 'rtl'], ['Dinner with נועה', 'ltr'], ['2.4', 'ltr'], ['', 'ltr']])('%s runs %s', (text, way) => expect(directionOf(text)).toBe(way));
  it('are kept apart from the sentence around them', () => expect(t('did.moved', { title: 'سلام' })).toBe('Moved \u2068سلام\u2069'));
  it('are the only ones that are', () => expect(isolated('Brunch')).toBe('Brunch'));
});
