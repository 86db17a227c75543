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

/** A door that keeps the first decision waiting until it is told how it ends. */
function holding(): { platform: Platform; refuse: () => void; finish: () => void } {
  const platform = createMemory();
  const held: { end: (refused: boolean) => void }[] = [];
  let first = true;
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    if (name === 'decideLetters' && first) {
      first = false;
      const refused = await new Promise<boolean>((end) => held.push({ end }));
      if (refused) throw new Refused({ code: 'other', message: 'the disk is full', field: null });
    }
    return platform.call(name, args);
  };
  return { platform: { ...platform, call }, refuse: () => held[0]?.end(true), finish: () => held[0]?.end(false) };
}

async function page(platform = refusingOnce()): Promise<void> {
  render(Window, { platform });
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

/** Asks for A, then opens the body of B and writes into it. */
async function writeMeanwhile(): Promise<HTMLTextAreaElement> {
  await fireEvent.click((await screen.findAllByRole('button', { name: /^Send as new/ }))[1] as HTMLElement);
  await fireEvent.click((await screen.findAllByRole('button', { name: /^Edit and retry/ }))[0] as HTMLElement);
  const body = await screen.findByLabelText<HTMLTextAreaElement>('Body, as JSON');
  await waitFor(() => expect(body.value).toContain('{'));
  await fireEvent.input(body, { target: { value: '{"mended": 1.0}' } });
  return body;
}

it('leaves what is written in another sheet, and what was marked, when an answer comes back', async () => {
  const { platform, finish } = holding();
  await page(platform);
  const rows = screen.getAllByRole('listitem').length;
  const body = await writeMeanwhile();
  const marks = screen.getAllByLabelText<HTMLInputElement>(/^Select .*, /);
  await fireEvent.click(marks[0] as HTMLElement);
  finish();
  await waitFor(() => expect(screen.getAllByRole('listitem', { hidden: true }).length).toBeLessThan(rows));
  expect([body.isConnected, body.value]).toEqual([true, '{"mended": 1.0}']);
  expect(screen.getAllByText('1 selected').length).toBeGreaterThan(0);
});

it('says a refusal of one outside the sheet of another', async () => {
  const { platform, refuse } = holding();
  await page(platform);
  const body = await writeMeanwhile();
  refuse();
  await screen.findByText('The disk is full');
  expect(within(screen.getByRole('dialog')).queryByText('The disk is full')).toBeNull();
  expect(body.value).toBe('{"mended": 1.0}');
});

it('takes no press that would be lost while another is under way', async () => {
  const { platform, finish } = holding();
  await page(platform);
  await fireEvent.click(await screen.findByLabelText('Select all'));
  const buttons = (): HTMLButtonElement[] => screen.getAllByRole<HTMLButtonElement>('button', { name: /^(Retry|Send as new)/ });
  await fireEvent.click(screen.getAllByRole('button', { name: /^Send as new: / })[1] as HTMLElement);
  expect(buttons().map(({ disabled }) => disabled)).toEqual(buttons().map(() => true));
  finish();
  await waitFor(() => expect(buttons().map(({ disabled }) => disabled)).toEqual(buttons().map(() => false)));
});
