// @vitest-environment jsdom
// Aim: what a person wrote stays when it is refused. Method: the whole window over the demo world, whose door refuses
// each decision once.

import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeAll, expect, it } from 'vitest';

import { Refused, type Answer, type Args, type Platform } from '../../platform';
import { createMemory } from '../../platform/memory';
import type { Calls } from '../../wire/calls';
import Window from '../frame/Window.svelte';

beforeAll(() => {
  configure({ asyncUtilTimeout: 8000 });
  // jsdom draws nothing and opens no dialogs.
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  globalThis.ResizeObserver = class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
});
afterEach(cleanup);

function refusingOnce(): Platform {
  const platform = createMemory();
  let refused = false;
  const call = <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    if (name !== 'decideLetters' || refused) return platform.call(name, args);
    refused = true;
    return Promise.reject(new Refused({ code: 'other', message: 'the disk is full', field: null }));
  };
  return { ...platform, call };
}

async function page(): Promise<void> {
  render(Window, { platform: refusingOnce() });
  await screen.findByRole('navigation', {}, { timeout: 5000 });
  await fireEvent.keyDown(window, { key: 'f' });
  await screen.findByRole('list', { name: 'Failed and uncertain' });
}

it('keeps an edited body that was refused, and sends it the second time', async () => {
  await page();
  await fireEvent.click((await screen.findAllByRole('button', { name: /^Edit and retry/ }))[0] as HTMLElement);
  const body = await screen.findByLabelText<HTMLTextAreaElement>('Body, as JSON');
  await waitFor(() => expect(body.value).toContain('{'));
  await fireEvent.input(body, { target: { value: '{"mended": 1.0}' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Send' }));
  expect((await screen.findByRole('alert')).textContent).toBe('The disk is full');
  expect(screen.getByLabelText<HTMLTextAreaElement>('Body, as JSON').value).toBe('{"mended": 1.0}');
  await fireEvent.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(screen.queryByLabelText('Body, as JSON')).toBeNull());
});

it('keeps a note and what was chosen when it was refused', async () => {
  await page();
  await fireEvent.click(await screen.findByLabelText('Select all'));
  await fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
  const note = await screen.findByLabelText<HTMLInputElement>('Why');
  await fireEvent.input(note, { target: { value: 'by hand' } });
  const sheet = screen.getByRole('dialog');
  await fireEvent.click(within(sheet).getByRole('button', { name: 'Discard' }));
  await screen.findByRole('alert');
  expect([screen.getByLabelText<HTMLInputElement>('Why').value, note.maxLength]).toEqual(['by hand', 500]);
  expect(screen.getAllByText('3 selected').length).toBeGreaterThan(0);
});
