// @vitest-environment jsdom
// Aim: the hour of whole days is shown and kept. Method: the whole window over the demo world.

import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { createMemory } from '../../platform/memory';
import Window from '../frame/Window.svelte';
import './Settings.svelte';

it('shows at which hour whole days are told, and keeps another', async () => {
  const platform = createMemory();
  render(Window, { platform });
  await screen.findByRole('navigation');
  await fireEvent.keyDown(window, { key: ',' });
  const hour = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Whole days and birthdays' });
  expect(hour.value).toBe('9');
  await fireEvent.change(hour, { target: { value: '7' } });
  await waitFor(async () => expect(await platform.call('getAllDay', {})).toEqual({ hour: 7 }));
  expect(hour.value).toBe('7');
});
