// @vitest-environment jsdom
// Aim: names and order of the window's parts, as a screen reader meets them. Method: the whole window over the demo
// world in jsdom; colours and places are looked at in the browser (e2e/).

import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';

import { Refused, type Answer, type Args, type Platform } from '../../platform';
import { createMemory, type MemoryOptions } from '../../platform/memory';
import type { Calls } from '../../wire/calls';
import type { Boot, Dropping, InboxView } from '../../wire/types';
import Window from './Window.svelte';
// Loaded with its first use; here beforehand, so that no test waits for it to be compiled.
import '../editor/Editor.svelte';
import '../settings/Settings.svelte';
import './ImportSheet.svelte';

async function open(options: MemoryOptions = {}): Promise<void> {
  render(Window, { platform: createMemory(options) });
  await screen.findByRole('navigation', {}, { timeout: 5000 });
}

/** The demo with so many reminders in its inbox. */
function crowded(count: number): Platform {
  const platform = createMemory();
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    const answer = await platform.call(name, args);
    if (name !== 'inbox') return answer;
    const inbox = answer as InboxView;
    const items = Array.from({ length: count }, (_, i) => inbox.items.map((item) => ({ ...item, delivery: `${item.delivery}_${String(i)}` }))).flat().slice(0, count);
    return { ...inbox, items } as Answer<K>;
  };
  return { ...platform, call };
}

/** The demo with one more in its inbox that still waits to be told, and of how many each answer was. */
function waiting(): { platform: Platform; answered: number[] } {
  const platform = createMemory();
  const answered: number[] = [];
  let first: InboxView['items'][number] | undefined;
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    const answer = await platform.call(name, args);
    if (name === 'acknowledge' || name === 'snooze') answered.push((args as Args<'acknowledge'>).deliveries.length);
    if (name !== 'inbox') return answer;
    const inbox = answer as InboxView;
    first ??= { ...inbox.items[0]!, delivery: 'dlv_waits', state: 'held', mark: 'held', told: null };
    return { ...inbox, items: [first, ...inbox.items.map((item) => ({ ...item, deadline: null }))] } as Answer<K>;
  };
  return { platform: { ...platform, call }, answered };
}

/** The demo whose clock jumped, without a webhook that could wait for that. */
function jumpedAlone(): Platform {
  const platform = createMemory({ world: 'jumped' });
  const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
    const answer = await platform.call(name, args);
    if (name !== 'boot') return answer;
    const boot = answer as Boot;
    return { ...boot, channels: boot.channels.filter(({ kind }) => kind !== 'webhook') } as Answer<K>;
  };
  return { ...platform, call };
}

async function findings(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false }, 'label-content-name-mismatch': { enabled: false } } });
  return violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`);
}

describe('the window', () => {
  it('looks at files that are handed over, and says what could not be read', async () => {
    let hand: (dropping: Dropping) => void = () => undefined;
    const onDropping: Platform['onDropping'] = (listener) => {
      hand = listener;
      return () => undefined;
    };
    render(Window, { platform: { ...createMemory(), onDropping } });
    await screen.findByRole('navigation', {}, { timeout: 5000 });
    hand({ type: 'over' });
    await screen.findByText('Drop to import');
    const town = { name: 'Town.ics', size: 15, text: 'BEGIN:VCALENDAR', refused: null };
    hand({ type: 'files', files: [town, { name: 'gone.vcf', size: 0, text: null, refused: 'gone.vcf could not be read: no such file' }] });
    await screen.findByText('gone.vcf could not be read: no such file');
    await screen.findByText('3 new events, 1 changed');
    expect(screen.queryByText('Drop to import')).toBeNull();
    await screen.findByRole('dialog', { name: 'Import 2 files' });
  });

  it('asks about a clock that jumped also where no webhook waits, and says what that does', async () => {
    render(Window, { platform: jumpedAlone() });
    await screen.findByText(/clock jumped from .* No webhook waits for that; once you say that it is right, records older than 400 days are tidied up again/);
    await fireEvent.click(screen.getByRole('button', { name: 'Accept the clock' }));
    await waitFor(() => expect(screen.queryByText(/clock jumped/)).toBeNull());
  });

  it('says at its foot until when it is quiet and how many wait, and beside a pause both', async () => {
    const platform = createMemory();
    render(Window, { platform });
    await screen.findByRole('navigation', {}, { timeout: 5000 });
    await platform.call('setQuiet', { on: true, fromMin: 0, toMin: 1439, days: [0, 1, 2, 3, 4, 5, 6] });
    await screen.findByText('Quiet hours until today, 23:59: 2 reminders wait.');
    await platform.call('pause', {});
    await screen.findByText('Reminders are paused, and quiet hours last until today, 23:59.');
    await fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    await screen.findByText('Quiet hours until today, 23:59: 2 reminders wait.');
    await platform.call('setQuiet', { on: false, fromMin: 0, toMin: 1439, days: [] });
    await waitFor(() => expect(screen.queryByText(/^Quiet hours until/)).toBeNull());
  });

  it('says that the ledger has the place of a damaged one until that was understood', async () => {
    await open({ world: 'swapped' });
    await screen.findByText(/^The ledger was damaged \(.*the backup daily-2026-11-16\.db took its place, with 41 events .* kept as carillon\.db\.damaged-/);
    await fireEvent.click(screen.getByRole('button', { name: 'Understood' }));
    await waitFor(() => expect(screen.queryByText(/The ledger was damaged/)).toBeNull());
  });

  it('says at its foot why nothing can be read any more, and that it is over when it is', async () => {
    const platform = createMemory();
    let broken = false;
    const call = <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> =>
      broken ? Promise.reject(new Refused({ code: 'other', message: 'the ledger is damaged', field: null })) : platform.call(name, args);
    let changed = (): void => undefined;
    const onChanged: Platform['onChanged'] = (listener) => {
      changed = listener;
      return () => undefined;
    };
    render(Window, { platform: { ...platform, call, onChanged } });
    await screen.findByRole('navigation', {}, { timeout: 5000 });
    broken = true;
    changed();
    await screen.findByText('The ledger is damaged. What you see is of before.');
    broken = false;
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.queryByText(/What you see is of before/)).toBeNull());
  });

  it('names in the sidebar when the next thing rings and when it starts, and why it waits', async () => {
    const platform = createMemory();
    const [first] = await platform.call('upNext', { limit: 1 });
    if (!first?.rings) throw new Error('something rings in the demo world');
    const at = (wallMin: number) => ({ ...first.starts, wallMin, utc: `2099-01-01T${String(wallMin)}` });
    const starts = { start: { date: first.starts.date, wallMin: 840 }, starts: at(840), due: at(830), kind: 'appointment' as const };
    const waits = { code: 'held.paused', text: 'reminders are paused' };
    const items = [
      { ...first, ...starts, rings: at(830), waits: null },
      { ...first, ...starts, original: 'same', rings: at(840), waits: null },
      { ...first, ...starts, original: 'held', rings: at(835), waits },
      { ...first, ...starts, original: 'still', due: at(835), rings: at(835), waits },
      { ...first, ...starts, original: 'waits', rings: null, waits },
      { ...first, ...starts, original: 'lost', rings: null, waits, lost: true },
      { ...first, ...starts, original: 'retry', rings: at(845), waits: null, retry: { n: 2, of: 10 } },
    ];
    const call = <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => (name === 'upNext' ? Promise.resolve(items as Answer<K>) : platform.call(name, args));
    render(Window, { platform: { ...platform, call } });
    const next = await screen.findByRole('group', { name: 'Up next' });
    const buttons = await within(next).findAllByRole('button');
    const said = buttons.map((button) => button.title.replace(/\b(Sun|Mon|Tue|Wed|Thu|Fri|Sat) /g, ''));
    expect(said).toEqual([
      'rings 13:50 · starts 14:00',
      'rings 14:00',
      'rings 13:55 · starts 14:00 · held from 13:50: reminders are paused',
      'rings 13:55 · starts 14:00 · waits: reminders are paused',
      'waits: reminders are paused · starts 14:00',
      'will not be told: reminders are paused · starts 14:00',
      'rings 14:05 · retry 2 of 10 · starts 14:00',
    ]);
  });

  it('says in the sidebar that the ledger cannot be read, and shows what comes once it can be', async () => {
    const platform = createMemory();
    let broken = true;
    const call = <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> =>
      broken && name === 'upNext' ? Promise.reject(new Refused({ code: 'other', message: 'the ledger is damaged', field: null })) : platform.call(name, args);
    let changed = (): void => undefined;
    const onChanged: Platform['onChanged'] = (listener) => {
      changed = listener;
      return () => undefined;
    };
    render(Window, { platform: { ...platform, call, onChanged } });
    const next = await screen.findByRole('group', { name: 'Up next' });
    await within(next).findByText('The ledger cannot be read.');
    broken = false;
    changed();
    await within(next).findAllByRole('button');
    expect(within(next).queryByText('The ledger cannot be read.')).toBeNull();
  });

  it('names every occurrence with its day, time and what became of its reminder', async () => {
    await open();
    const names = (await screen.findAllByRole('button', { name: /Price sync|Pay the rent|Call Grandma|Weekend in Leipzig/ })).map((b) => b.getAttribute('aria-label'));
    expect(names).toEqual(expect.arrayContaining([
      expect.stringMatching(/^Price sync.*Tuesday, 17 November 2026.*Ops, failed after 5 tries$/),
      expect.stringMatching(/^Pay the rent.*Monday, 16 November 2026.*Finance, told 6 minutes late$/),
      expect.stringMatching(/^Call Grandma.*missed$/),
      expect.stringMatching(/^Weekend in Leipzig, Friday, 20 November 2026 – Sunday, 22 November 2026, all-day.*scheduled$/),
    ]));
  });

  it('has one tab stop among the occurrences', async () => {
    await open();
    await screen.findAllByRole('button', { name: /Standup/ });
    expect(document.querySelectorAll('[data-key][tabindex="0"]')).toHaveLength(1);
  });

  it('counts what waits in the inbox and what failed', async () => {
    await open();
    const nav = screen.getByRole('navigation');
    expect(within(nav).getByRole('button', { name: /Inbox.*3 reminders wait for an answer/ })).toBeTruthy();
    expect(within(nav).getByRole('button', { name: /Needs attention.*3 wait for a decision/ })).toBeTruthy();
  });

  it('leaves the editor by Cancel without a trace', async () => {
    await open();
    await fireEvent.keyDown(window, { key: 'c' });
    await screen.findByLabelText('Title', {}, { timeout: 5000 });
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByLabelText('Title')).toBeNull());
  });

  it.each(['Date', 'Start'])('stops refusing a %s as soon as it is typed anew', async (label) => {
    await open();
    await fireEvent.keyDown(window, { key: 'c' });
    const field = await screen.findByLabelText(label, {}, { timeout: 5000 });
    await fireEvent.input(field, { target: { value: 'soon' } });
    await fireEvent.change(field);
    expect(await screen.findByText(/is written like/)).toBeTruthy();
    await fireEvent.input(field, { target: { value: '1' } });
    expect(screen.queryByText(/is written like/)).toBeNull();
  });

  it('switches a channel on again whose endpoint was gone', async () => {
    await open();
    await fireEvent.keyDown(window, { key: ',' });
    const on = await screen.findByRole('button', { name: 'Switch on old-relay' }, { timeout: 5000 });
    expect(screen.getByText(/Switched off: its endpoint said it is gone/)).toBeTruthy();
    expect(await findings()).toEqual([]);
    await fireEvent.click(on);
    await waitFor(() => expect(screen.queryByRole('button', { name: /^Switch on/ })).toBeNull());
    expect(screen.queryByText(/Switched off/)).toBeNull();
    expect(await screen.findByText('old-relay is switched on again')).toBeTruthy();
  });

  it('says of each webhook in the settings what is done where its answer is lost', async () => {
    const platform = createMemory();
    await platform.call('addWebhook', { name: 'once', url: 'https://example.org/once', network: 'public', guarantee: 'neverRepeat', retries: 'long', rate: { perSecond: 5, burst: 10 }, requestId: 'once' });
    render(Window, { platform });
    await screen.findByRole('navigation', {}, { timeout: 5000 });
    await fireEvent.keyDown(window, { key: ',' });
    const channels = await screen.findByRole('region', { name: 'Channels' }, { timeout: 5000 });
    const said = within(channels).getAllByRole('listitem').map((item) => /never (?:miss|repeat)/.exec(item.textContent)?.[0]);
    expect(said).toEqual([undefined, 'never miss', 'never miss', 'never repeat']);
  });

  it('names by Ctrl+Z what cannot be taken back, and takes the change before it back only when asked again', async () => {
    const platform = createMemory();
    const { event, original, version } = (await platform.call('range', { from: '2026-11-16', to: '2026-11-23', secondZone: null })).segments[0]!;
    const takeBack = (): Promise<unknown> => fireEvent.keyDown(window, { key: 'z', ctrlKey: true });
    const warned = (): Promise<HTMLElement> => screen.findByText(/^Removing the channel old-relay cannot be taken back\. Once more takes back what came before it: /);
    const stands = async (): Promise<boolean> => (await platform.call('status', {})).lasting !== null;
    await platform.call('delete', { event, original, version, scope: 'this', requestId: 'one' });
    const relay = (await platform.call('boot', {})).channels.find(({ name }) => name === 'old-relay')!;
    // As if by the command line, while the window is open.
    render(Window, { platform });
    await screen.findByRole('navigation', {}, { timeout: 5000 });
    await platform.call('removeChannel', { id: relay.id, requestId: 'two' });
    await takeBack();
    await fireEvent.click(within((await warned()).parentElement!).getByRole('button', { name: 'Close' }));
    expect(screen.queryByText(/cannot be taken back/)).toBeNull();
    await takeBack();
    await warned();
    expect(await stands()).toBe(true);
    await takeBack();
    await screen.findByText(/^Undone/);
    expect(await stands()).toBe(false);
    expect(screen.queryByText(/cannot be taken back/)).toBeNull();
  });

  it('names by Ctrl+Shift+Z what came after the undo and cannot be taken back, and does it again only when asked again', async () => {
    const platform = createMemory();
    const { event, original, version } = (await platform.call('range', { from: '2026-11-16', to: '2026-11-23', secondZone: null })).segments[0]!;
    const press = (shiftKey: boolean): Promise<unknown> => fireEvent.keyDown(window, { key: 'z', ctrlKey: true, shiftKey });
    const warned = (): Promise<HTMLElement> => screen.findByText(/^Removing the channel old-relay came after it was undone: .*\. Once more does it again all the same/);
    const again = async (): Promise<string | null> => (await platform.call('status', {})).redo;
    await platform.call('delete', { event, original, version, scope: 'this', requestId: 'one' });
    await platform.call('undo', { requestId: 'two' });
    const relay = (await platform.call('boot', {})).channels.find(({ name }) => name === 'old-relay')!;
    render(Window, { platform });
    await screen.findByRole('navigation', {}, { timeout: 5000 });
    await platform.call('removeChannel', { id: relay.id, requestId: 'three' });
    await press(true);
    await fireEvent.click(within((await warned()).parentElement!).getByRole('button', { name: 'Close' }));
    await press(true);
    await warned();
    expect(await again()).not.toBeNull();
    await press(true);
    await waitFor(async () => expect(await again()).toBeNull());
    expect(screen.queryByText(/came after it was undone/)).toBeNull();
  });

  it('asks once before it is done with all, naming how many, and leaves them where that was not meant', async () => {
    await open();
    await fireEvent.click(await screen.findByRole('button', { name: /^Inbox/ }, { timeout: 5000 }));
    const all = await screen.findByRole('button', { name: 'Done with all' });
    await fireEvent.click(all);
    await fireEvent.click(within(await screen.findByRole('dialog', { name: 'Mark 3 reminders as done? This lasts.' })).getByRole('button', { name: /^Cancel/ }));
    expect(document.querySelectorAll('.inbox li')).toHaveLength(3);
    await fireEvent.click(all);
    await fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: /^Done with all/ }));
    await screen.findByText('Done with 3 reminders');
    await screen.findByText('All answered');
  });

  it.each([
    { all: 'Done with all', asks: 'Mark 3 reminders as done? This lasts. 1 reminder still to be told is left as it is.', says: 'Done with 3 reminders · 1 reminder still to be told is left as it is' },
    { all: 'Snooze all 10 min', asks: null, says: /^Snoozed 2 until .* · 1 reminder still to be told is left as it is$/ },
  ])('leaves by $all what still waits to be told', async ({ all, asks, says }) => {
    const { platform, answered } = waiting();
    render(Window, { platform });
    await fireEvent.click(await screen.findByRole('button', { name: /^Inbox/ }, { timeout: 5000 }));
    await fireEvent.click(await screen.findByRole('button', { name: all }));
    if (asks) await fireEvent.click(within(await screen.findByRole('dialog', { name: asks })).getByRole('button', { name: /^Done with all/ }));
    await screen.findByText(says);
    expect(answered).toEqual([asks ? 3 : 2]);
    await waitFor(() => expect(document.querySelectorAll('.inbox li')).toHaveLength(asks ? 1 : 2));
  });

  it('draws the inbox by the two hundred, and a key brings more', async () => {
    render(Window, { platform: crowded(230) });
    await fireEvent.click(await screen.findByRole('button', { name: /^Inbox/ }, { timeout: 5000 }));
    const more = await screen.findByText<HTMLButtonElement>('Show more (30 left)');
    const rows = (): HTMLElement[] => Array.from(document.querySelectorAll<HTMLElement>('.inbox li'));
    expect(rows()).toHaveLength(200);
    expect([more.tagName, more.tabIndex]).toEqual(['BUTTON', 0]);
    await fireEvent.click(more);
    await waitFor(() => expect(rows()[200]?.contains(document.activeElement)).toBe(true));
    expect(rows()).toHaveLength(230);
    expect(more.isConnected).toBe(false);
  });

  it.each(['demo', 'off'] as const)('has nothing for axe to find (%s)', async (world) => {
    await open({ world });
    await waitFor(() => expect(screen.queryByText('Loading…')).toBeNull());
    expect(await findings()).toEqual([]);
  });
});
