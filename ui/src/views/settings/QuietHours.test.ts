// @vitest-environment jsdom
// Aim: of two quick changes only the refused one is lost. Method: the whole window over the demo world, whose door keeps
// a change of Saturday waiting and then refuses it.

import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { Refused, type Answer, type Args, type Platform } from '../../platform';
import { createMemory } from '../../platform/memory';
import type { Calls } from '../../wire/calls';
import type { QuietHours } from '../../wire/types';
import Window from '../frame/Window.svelte';
import './Settings.svelte';

const SATURDAY = 5;
it('keeps the later of two quick changes when the earlier is refused', async () => {
  const platform = createMemory();
  let refuse = (): void => undefined;
  const held = new Promise<void>((resolve) => (refuse = resolve));
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    if (name === 'setQuiet' && !(args as QuietHours).days.includes(SATURDAY)) {
      await held;
      throw new Refused({ code: 'other', message: 'Saturday stays', field: null });
    }
    return platform.call(name, args);
  };
  const door: Platform = { ...platform, call };
  render(Window, { platform: door });
  await screen.findByRole('navigation');
  await fireEvent.keyDown(window, { key: ',' });
  await fireEvent.click(await screen.findByRole('switch', { name: 'Quiet hours' }));
  await fireEvent.click(await screen.findByRole('button', { name: 'Sat' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Sun' }));
  const on = (): string[] => ['Fri', 'Sat', 'Sun'].filter((name) => screen.getByRole('button', { name }).getAttribute('aria-pressed') === 'true');
  expect(on()).toEqual(['Fri']);
  refuse();
  await screen.findByText('Saturday stays');
  await waitFor(() => expect(on()).toEqual(['Fri', 'Sat']));
  expect((await platform.call('getQuiet', {})).days).not.toContain(6);
});
