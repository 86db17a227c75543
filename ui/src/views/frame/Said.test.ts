// @vitest-environment jsdom
// Aim: the window says why nothing rings, and what it does not draw. Method: the whole window over the demo world, whose
// door changes one answer.

import { render, screen, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import type { Answer, Args, Platform } from '../../platform';
import { createMemory } from '../../platform/memory';
import type { Calls } from '../../wire/calls';
import type { Boot, RangeView, UpNext } from '../../wire/types';
import Window from './Window.svelte';

type Change = { [K in keyof Calls]?: (answer: Answer<K>) => Answer<K> };

function changed(change: Change): Platform {
  const platform = createMemory();
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    const answer = await platform.call(name, args);
    return change[name] ? (change[name] as (answer: Answer<K>) => Answer<K>)(answer) : answer;
  };
  return { ...platform, call };
}

it('says that a signal stopped the service, and of what is past that it was to ring', async () => {
  const boot = (answer: Boot): Boot => ({ ...answer, status: { ...answer.status, service: { ...answer.status.service, hanging: true, stopped: 4711 } } });
  const upNext = (answer: UpNext[]): UpNext[] => answer.slice(0, 1).map((item) => ({ ...item, rings: { ...item.starts, utc: '2026-11-18T09:00:00.000Z', date: '2026-11-18', wallMin: 600 } }));
  render(Window, { platform: changed({ boot, upNext }) });
  await screen.findByText('The service, process 4711, was stopped by a signal, so nothing rings until it is let go on.', {}, { timeout: 5000 });
  const next = await screen.findByRole('group', { name: 'Up next' });
  expect((await within(next).findByRole('button')).title).toMatch(/^was to ring 10:00/);
});

it('says after what a series goes on that is too dense to be drawn to the end', async () => {
  const range = (answer: RangeView): RangeView => ({
    ...answer, cut: ['Sync', 'Pulse', 'Beat'].map((title) => ({ title, after: { utc: '2026-11-19T11:00:00.000Z', date: '2026-11-19', wallMin: 720, ms: 0, zone: 'CET' } })),
  });
  render(Window, { platform: changed({ range }) });
  const said = await screen.findByText(/goes on after/, {}, { timeout: 5000 });
  expect(said.textContent).toMatch(/^Too dense to be drawn to the end: “Sync” goes on after Thu 19 Nov, 12:00\. .*“Pulse” goes on after .*\. 1 more does so too\.$/);
});
