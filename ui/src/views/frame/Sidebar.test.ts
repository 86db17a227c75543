// @vitest-environment jsdom
// Aim: the focus marks the page that is open, also where a key went there. Method: the whole window over the demo world.

import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { createMemory } from '../../platform/memory';
import Window from './Window.svelte';

it('takes the focus along to the page that a key opens', async () => {
  render(Window, { platform: createMemory() });
  const inbox = await screen.findByRole('button', { name: /^Inbox/ }, { timeout: 5000 });
  inbox.focus();
  await fireEvent.click(inbox);
  expect(document.activeElement).toBe(inbox);
  await fireEvent.keyDown(inbox, { key: 'f' });
  const attention = screen.getByRole('button', { name: /^Needs attention/ });
  await expect.poll(() => document.activeElement).toBe(attention);
  expect(attention.getAttribute('aria-current')).toBe('page');
});
