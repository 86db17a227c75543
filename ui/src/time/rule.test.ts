// Repeat presets and the rules they stand for.
import { describe, expect, it } from 'vitest';

import { presetOf, presetRule, presets, splitEnds, withEnds } from './rule';

describe('repeat presets', () => {
  it.each(['2026-11-18', '2026-01-31', '2026-02-28', '2026-11-22'])('are recognised again on %s', (date) => {
    for (const preset of presets(date)) expect(presetOf(presetRule(preset, date), date)).toBe(preset);
  });

  it('offer the last day only on one, and weekdays only on one', () => {
    expect(presets('2026-11-30')).toContain('monthlyLast');
    expect(presets('2026-11-29')).not.toContain('monthlyLast');
    expect(presets('2026-11-29')).not.toContain('weekdays');
  });

  it('say last for a fifth weekday', () => {
    expect(presetRule('monthlyNth', '2026-11-30')).toBe('FREQ=MONTHLY;BYDAY=-1MO');
    expect(presetRule('monthlyNth', '2026-11-18')).toBe('FREQ=MONTHLY;BYDAY=3WE');
  });

  it('keep the end apart and put it back', () => {
    const rule = 'FREQ=WEEKLY;BYDAY=WE;UNTIL=20270304';
    const { base, ends } = splitEnds(rule);
    expect(ends).toEqual({ kind: 'until', date: '2027-03-04' });
    expect(withEnds(base, ends)).toBe(rule);
    expect(splitEnds('FREQ=DAILY;COUNT=3').ends).toEqual({ kind: 'count', times: 3 });
    expect(presetOf(rule, '2026-11-18')).toBe('weekly');
  });

  it('call anything else custom', () => expect(presetOf('FREQ=MONTHLY;BYDAY=-5MO', '2026-11-18')).toBe('custom'));
});
