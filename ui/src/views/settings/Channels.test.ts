// @vitest-environment jsdom
// Aim: a webhook, whose secret goes with it, is not removed by one press. Method: the whole window over the demo world.

import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { createMemory } from '../../platform/memory';
import Window from '../frame/Window.svelte';
// Loaded with its first use; here beforehand, so that no test waits for it to be compiled.
import './Settings.svelte';

it('asks before it removes a webhook, naming what goes with it', async () => {
  const platform = createMemory();
  const names = async (): Promise<string[]> => (await platform.call('channels', {})).map(({ name }) => name);
  const before = await names();
  render(Window, { platform });
  await screen.findByRole('navigation', {}, { timeout: 5000 });
  await fireEvent.keyDown(window, { key: ',' });
  const remove = await screen.findByRole('button', { name: 'Remove old-relay' }, { timeout: 5000 });
  await fireEvent.click(remove);
  const asks = 'Remove old-relay? 3 reminders that are planned are cancelled. “Price sync” and “Backup check” would have no reminder any more. Its secret goes with it. This lasts.';
  await fireEvent.click(within(await screen.findByRole('dialog', { name: asks })).getByRole('button', { name: /^Cancel/ }));
  expect(await names()).toEqual(before);
  await fireEvent.click(remove);
  await fireEvent.click(within(await screen.findByRole('dialog', { name: asks })).getByRole('button', { name: /^Remove/ }));
  await screen.findByText(/^Removed old-relay/);
  await waitFor(async () => expect(await names()).toEqual(before.filter((name) => name !== 'old-relay')));
});
