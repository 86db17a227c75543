// @vitest-environment jsdom
// Aim: what a person wrote stays when it is refused. Method: the whole window over the demo world, whose door refuses
// each decision once.

import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { Refused, type Answer, type Args, type Platform } from '../../platform';
import { createMemory } from '../../platform/memory';
import type { Calls } from '../../wire/calls';
import Window from '../frame/Window.svelte';

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

it.each([
  { closed: 'off' as const, acts: ['Switch on home-server', 'Discard'], says: /home-server is switched off: nothing can be sent through it until it is switched on/ },
  { closed: 'removed' as const, acts: ['Discard'], says: /home-server was removed: nothing can be sent through it any more/ },
])('offers of what failed at an endpoint that is $closed only what can be done', async ({ closed, acts, says }) => {
  const platform = createMemory();
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    const answer = await platform.call(name, args);
    if (name !== 'letters') return answer;
    const view = answer as Answer<'letters'>;
    const [letter] = view.letters.filter(({ row }) => row.channelName === 'home-server');
    return { ...view, letters: [{ ...letter!, closed, row: { ...letter!.row, canRetry: false } }] } as Answer<K>;
  };
  await page({ ...platform, call });
  const [item] = within(screen.getByRole('list', { name: 'Failed and uncertain' })).getAllByRole('listitem') as [HTMLElement];
  expect(Array.from(item.querySelectorAll('.acts button')).map(({ textContent }) => textContent)).toEqual(acts);
  expect(item.textContent).toMatch(says);
});

/** A demo world in which nothing failed for good, and this endpoint rests while something waits for it. */
function resting(heldUp: Answer<'letters'>['heldUp']): Platform {
  const platform = createMemory();
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    const answer = await platform.call(name, args);
    return name === 'letters' ? ({ letters: [], more: 0, heldUp } as unknown as Answer<K>) : answer;
  };
  return { ...platform, call };
}

it('does not say that nothing needs you while reminders wait for an endpoint that fails', async () => {
  const until = { utc: '2026-11-18T09:10:00.000Z', date: '2026-11-18', wallMin: 610, ms: 0, zone: 'CET' };
  const next = { ...until, utc: '2026-11-18T09:16:00.000Z', wallMin: 616 };
  const lamp = { channel: 'lamp', first: 'dlv_one', until, next, failures: 5, why: 'its certificate has expired', waiting: 3 };
  const door = { channel: 'door', first: null, until: null, next: null, failures: 6, why: null, waiting: 1 };
  render(Window, { platform: resting([lamp, door, { ...door, channel: 'bell', next }]) });
  await screen.findByRole('navigation', {}, { timeout: 5000 });
  await fireEvent.keyDown(window, { key: 'f' });
  const list = await screen.findByRole('list', { name: 'Endpoints that fail' });
  const [first, second, third] = within(list).getAllByRole('listitem').map((item) => item.textContent);
  expect(first).toMatch(/^3 reminders wait for lamp ?Its endpoint rests after 5 failures and is tried again .*10:16\. .*The last try: its certificate has expired\./);
  expect(second).toMatch(/^1 reminder waits for door ?Its endpoint is tried again after 6 failures/);
  expect(third).toMatch(/^1 reminder waits for bell ?Its endpoint has failed 6 times and is tried again .*10:16/);
  expect(screen.queryByText('Nothing needs you')).toBeNull();
});

it('tries an endpoint that rests by sending one of those that wait for it, where one can be sent', async () => {
  const until = { utc: '2026-11-18T09:10:00.000Z', date: '2026-11-18', wallMin: 610, ms: 0, zone: 'CET' };
  const lamp = { channel: 'lamp', first: 'dlv_one', until, next: until, failures: 5, why: null, waiting: 12 };
  const platform = resting([lamp, { channel: 'door', first: null, until: null, next: null, failures: 6, why: null, waiting: 1 }]);
  const asked: unknown[] = [];
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    if (name === 'retry') asked.push((args as Args<'retry'>).deliveries);
    return platform.call(name, args);
  };
  render(Window, { platform: { ...platform, call } });
  await screen.findByRole('navigation', {}, { timeout: 5000 });
  await fireEvent.keyDown(window, { key: 'f' });
  const list = await screen.findByRole('list', { name: 'Endpoints that fail' });
  expect(within(list).getAllByRole('button').map((button) => [button.textContent, button.getAttribute('aria-label')])).toEqual([['Try now', 'Try now: lamp']]);
  await fireEvent.click(within(list).getByRole('button'));
  await screen.findByText('Trying lamp again');
  expect(asked).toEqual([['dlv_one']]);
});
