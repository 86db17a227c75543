// @vitest-environment jsdom
// Aim: what was typed for an event is not lost by a press of Escape. Method: the whole window over the demo world.

import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { createMemory } from '../../platform/memory';
import Window from './Window.svelte';
// Loaded with its first use; here beforehand, so that no test waits for it to be compiled.
import '../editor/Editor.svelte';

const WAITS = { timeout: 5000 };
const title = (): Promise<HTMLInputElement> => screen.findByLabelText<HTMLInputElement>('Title', {}, WAITS);
const isShut = (): Promise<void> => waitFor(() => expect(screen.queryByLabelText('Title')).toBeNull(), WAITS);

/** jsdom has no key that closes a dialog: this is what the browser tells it. */
async function escape(): Promise<void> {
  await fireEvent(document.querySelector('dialog')!, new Event('cancel', { cancelable: true }));
  await isShut();
}

async function anew(): Promise<HTMLInputElement> {
  await fireEvent.keyDown(window, { key: 'c' });
  return title();
}

async function halfTyped(): Promise<void> {
  render(Window, { platform: createMemory() });
  await screen.findByText('Up next', {}, WAITS);
  await fireEvent.input(await anew(), { target: { value: 'Half typed' } });
  await escape();
}

it('keeps nothing of a form in which nothing was typed', async () => {
  render(Window, { platform: createMemory() });
  await screen.findByText('Up next', {}, WAITS);
  await anew();
  await escape();
  expect(screen.queryByText(/is not saved/)).toBeNull();
});

it('brings back what was typed for a new event and left by Escape, until it is discarded', async () => {
  await halfTyped();
  expect((await anew()).value).toBe('Half typed');
  await escape();
  await screen.findByText('“Half typed” is not saved. New event brings it back.', {}, WAITS);
  await fireEvent.click(screen.getByText('Go on'));
  expect((await title()).value).toBe('Half typed');
  await fireEvent.click(screen.getByText('Cancel'));
  await isShut();
  expect((await anew()).value).toBe('');
});

it('forgets what was typed once it is saved', async () => {
  await halfTyped();
  await anew();
  await fireEvent.click(screen.getByText('Add event'));
  await screen.findAllByText('Added Half typed', {}, WAITS);
  expect((await anew()).value).toBe('');
});
