// @vitest-environment jsdom
// Aim: the snooze menu, which asks before it opens, takes the place of nothing that was opened meanwhile. Method: the
// whole window over the demo world, whose door keeps that question waiting.

import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import type { Answer, Args, Platform } from '../../platform';
import { createMemory } from '../../platform/memory';
import type { Calls } from '../../wire/calls';
import Window from '../frame/Window.svelte';

const more = (): HTMLButtonElement => screen.getAllByRole<HTMLButtonElement>('button', { name: /^Other times to snooze/, hidden: true })[0] as HTMLButtonElement;

it('opens no menu over a sheet that was opened while it asked, and is asked once', async () => {
  const platform = createMemory();
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  let asked = 0;
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    if (name === 'snoozeChoices') {
      asked += 1;
      await held;
    }
    return platform.call(name, args);
  };
  const door: Platform = { ...platform, call };
  render(Window, { platform: door });
  await screen.findByRole('navigation');
  await fireEvent.click(screen.getByRole('button', { name: /^Inbox/ }));
  await screen.findAllByRole('button', { name: 'Done' });
  await fireEvent.click(more());
  await fireEvent.click(more());
  expect(more().getAttribute('aria-disabled')).toBe('true');
  await fireEvent.keyDown(window, { key: 'q' });
  const line = await screen.findByRole<HTMLInputElement>('textbox');
  await fireEvent.input(line, { target: { value: 'lunch with Ana' } });
  answer();
  await waitFor(() => expect(more().getAttribute('aria-disabled')).toBe('false'));
  expect([line.isConnected, line.value, asked]).toEqual([true, 'lunch with Ana', 1]);
  expect(screen.queryByText('Another length…')).toBeNull();
});
