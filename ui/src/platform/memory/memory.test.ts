// The stand-in behind the platform door keeps edits as the real one does.
import { describe, expect, it } from 'vitest';

import type { Platform } from '../types';
import { createMemory } from './index';

const weeks = (platform: Platform) => platform.call('range', { from: '2026-10-19', to: '2026-12-14' });
const requestId = 'req_1';

describe('the demo world', () => {
  it('tells the truth: what is past is not scheduled, what is to come is not told', async () => {
    const { segments } = await weeks(createMemory());
    const wrong = segments.filter((s) => (s.past && s.mark === 'scheduled') || (!s.past && s.date > '2026-11-18' && (s.mark === 'told' || s.mark === 'late')));
    expect(wrong.map((s) => `${s.title} ${s.date} ${s.mark}`)).toEqual([]);
  });

  it('shows every state at least once', async () => {
    const { segments } = await weeks(createMemory());
    const marks = new Set(segments.map((s) => s.mark));
    for (const mark of ['scheduled', 'retrying', 'held', 'failed', 'review', 'told', 'late', 'skipped', 'missed', null] as const) expect(marks).toContain(mark);
  });

  it('has a day of 25 hours with its doubled hour on an axis that the week shares', async () => {
    const { days, axis, segments } = await createMemory().call('range', { from: '2026-10-19', to: '2026-10-26', secondZone: 'America/New_York' });
    expect(days.map((d) => d.lengthMin)).toEqual([1440, 1440, 1440, 1440, 1440, 1440, 1500]);
    expect([axis.lengthMin, axis.rows.filter((r) => r.fold).length]).toEqual([1500, 1]);
    expect(days[0]?.blanks).toEqual([{ at: 180, len: 60 }]);
    expect(days[6]?.second?.wallMins.slice(1, 6)).toEqual([-300, -240, -180, -120, -60]);
    const twice = segments.filter((s) => s.wallStart === 150 && s.date === '2026-10-25');
    expect(twice.map((s) => [s.offset, s.start])).toEqual([['CEST', 150], ['CET', 210]]);
  });

  it('asks which of a series a drop is for, and takes it back', async () => {
    const platform = createMemory();
    const { segments } = await weeks(platform);
    const gym = segments.find((s) => s.title === 'Gym' && s.date === '2026-11-25');
    if (!gym) throw new Error('no gym');
    const asked = { event: gym.event, original: gym.original, version: gym.version, date: '2026-11-26', wallMin: 600, requestId };
    expect(await platform.call('moveOccurrence', asked)).toMatchObject({ type: 'chooseScope', scopes: ['this', 'following', 'all'] });
    expect(await platform.call('moveOccurrence', { ...asked, scope: 'this' })).toMatchObject({ type: 'done' });
    const days = async () => (await weeks(platform)).segments.filter((s) => s.title === 'Gym' && s.date > '2026-11-18').map((s) => s.date);
    expect(await days()).toEqual(['2026-11-26', '2026-12-02', '2026-12-09']);
    await platform.call('undo', { requestId });
    expect(await days()).toEqual(['2026-11-25', '2026-12-02', '2026-12-09']);
  });

  it('refuses the second of two changes to one version', async () => {
    const platform = createMemory();
    const { segments } = await weeks(platform);
    const brunch = segments.find((s) => s.title === 'Brunch');
    if (!brunch) throw new Error('no brunch');
    const asked = { event: brunch.event, original: brunch.original, version: brunch.version, date: '2026-11-21', requestId };
    await platform.call('moveOccurrence', asked);
    await expect(platform.call('moveOccurrence', asked)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('says that something changed', async () => {
    const platform = createMemory();
    let told = 0;
    platform.onChanged(() => (told += 1));
    await platform.call('undo', { requestId });
    await Promise.resolve();
    expect(told).toBe(1);
  });
});
