// @vitest-environment jsdom
// Aim: the ledger's page begins at now: the next few, then what was. Method: the whole window over the demo world.

import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { createMemory } from '../../platform/memory';
import Window from '../frame/Window.svelte';

it('begins with the next few and what was, and shows what comes later when asked', async () => {
  render(Window, { platform: createMemory() });
  await fireEvent.click(await screen.findByRole('button', { name: /^Deliveries/ }, { timeout: 5000 }));
  const list = await screen.findByRole('region', { name: 'All deliveries' });
  const later = await within(list).findByRole('button', { name: 'Show later ones' });
  const marks = (): (string | null)[] => [...list.querySelectorAll('.outcome')].map((outcome) => outcome.getAttribute('data-mark'));
  expect(marks().slice(0, 3)).toEqual(['scheduled', 'scheduled', 'scheduled']);
  expect(marks()[3]).not.toBe('scheduled');
  const was = marks().length;
  await fireEvent.click(later);
  await expect.poll(() => marks().length).toBeGreaterThan(was);
  expect(marks().slice(0, 6)).toEqual(Array.from({ length: 6 }, () => 'scheduled'));
});
