// @vitest-environment jsdom
// Aim: files as they are looked at, taken in and ended. Method: the window over the demo world in jsdom, a file called
// held.ics waits to be ended; dropping is a journey in the browser (e2e/).

import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';

import { createMemory } from '../../platform/memory';
import Window from './Window.svelte';
// Loaded with its first use; here beforehand, so that no test waits for it to be compiled.
import './ImportSheet.svelte';
import '../people/People.svelte';
import '../settings/Settings.svelte';

const CARDS = 'BEGIN:VCARD\nBDAY:19920229\nEND:VCARD\nBEGIN:VCARD\nBDAY:--0301\nANNIVERSARY:20150620\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n';
const LARGE = `BEGIN:VCALENDAR\n${'BEGIN:VEVENT\nEND:VEVENT\n'.repeat(5000)}END:VCALENDAR\n`;

async function choose(files: Record<string, string>): Promise<void> {
  render(Window, { platform: createMemory() });
  await screen.findByRole('navigation');
  await fireEvent.keyDown(window, { key: ',' });
  const chooser = await screen.findByLabelText<HTMLInputElement>('Import calendars and people');
  const list = Object.entries(files).map(([name, text]) => Object.assign(new File([text], name), { text: () => Promise.resolve(text) }));
  await fireEvent.change(chooser, { target: { files: list } });
}

const button = (name: string): HTMLButtonElement => screen.getByRole<HTMLButtonElement>('button', { name });
const take = (): Promise<boolean> => fireEvent.click(button('Import'));
const ready = (): Promise<void> => waitFor(() => expect(button('Import').disabled).toBe(false));

async function findings(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false }, 'label-content-name-mismatch': { enabled: false } } });
  return violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`);
}

describe('importing files', () => {
  it('says of each file what it would bring, and axe finds nothing', async () => {
    await choose({ 'Town.ics': 'BEGIN:VCALENDAR', 'friends.vcf': CARDS, 'beach.jpg': 'JFIF' });
    expect(await screen.findByText('3 new people, 2 birthdays, 1 anniversary')).toBeTruthy();
    expect(await screen.findByText('3 new events, 1 changed')).toBeTruthy();
    expect(await screen.findByText('Nothing in it can be imported')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Import 3 files' })).toBeTruthy();
    const calendar = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Into which calendar, for Town.ics' });
    expect(calendar.options[0]?.text).toBe('Town (new calendar)');
    expect(screen.getAllByRole('combobox', { name: /^Into/ })).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });

  it('takes in what can be, and offers to take it back', async () => {
    await choose({ 'friends.vcf': CARDS, 'beach.jpg': 'JFIF' });
    await ready();
    await take();
    expect(await screen.findByText('Imported friends.vcf: 3 new people, 2 birthdays, 1 anniversary')).toBeTruthy();
    expect(screen.queryByRole('heading', { name: /^Import/ })).toBeNull();
    await fireEvent.click(button('Undo'));
    expect(await screen.findByText('The import is taken back')).toBeTruthy();
  });

  it('offers to bring back what was deleted here', async () => {
    await choose({ 'again.ics': 'BEGIN:VCALENDAR' });
    await ready();
    expect(screen.getByText('4 already here, 2 deleted here')).toBeTruthy();
    await fireEvent.click(screen.getByLabelText('Bring back 2 that were deleted here'));
    expect(await screen.findByText('2 new events, 4 already here')).toBeTruthy();
    expect(await findings()).toEqual([]);
    await take();
    expect(await screen.findByText(/^Imported again.ics: 2 new events/)).toBeTruthy();
  });

  it('names all calendars that the events of a file go to', async () => {
    await choose({ 'all.ics': 'BEGIN:VCALENDAR' });
    await ready();
    expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Into which calendar, for all.ics' }).options[0]?.text).toBe('Personal, Choir');
  });

  it('counts what is left out', async () => {
    await choose({ 'torn.ics': 'BEGIN:VCALENDAR' });
    await ready();
    expect(screen.getByText('2 new events, 3 left out')).toBeTruthy();
    await take();
    expect(await screen.findByText(/^Imported torn.ics: 2 new events, 3 left out/)).toBeTruthy();
  });

  it('offers to put what is in another calendar there', async () => {
    await choose({ 'copy.ics': 'BEGIN:VCALENDAR' });
    await ready();
    expect(screen.getByText('All 4 are in Work already: here they would come, and ring, a second time.')).toBeTruthy();
    expect(await findings()).toEqual([]);
    await fireEvent.click(button('Into Work instead'));
    expect(await screen.findByText('4 already here')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Into Work instead' })).toBeNull();
  });

  it('lets nothing be taken in where there is nothing', async () => {
    await choose({ 'beach.jpg': 'JFIF' });
    expect(await screen.findByText(/not an iCalendar file/)).toBeTruthy();
    expect(button('Import').disabled).toBe(true);
  });

  it('says how far a large file is and ends it when asked', async () => {
    await choose({ 'held.ics': LARGE });
    await ready();
    await take();
    expect(await screen.findByText('Importing held.ics: 1,000 of 5,000')).toBeTruthy();
    expect(screen.getByRole<HTMLProgressElement>('progressbar').value).toBe(1000);
    expect(await findings()).toEqual([]);
    await fireEvent.click(button('Cancel import'));
    expect(button('Cancel import').disabled).toBe(true);
    expect(await screen.findByText('Import cancelled: nothing of it is left')).toBeTruthy();
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('takes a file to the end that is left alone, and Ctrl+Z takes it back', async () => {
    await choose({ 'large.ics': LARGE });
    await ready();
    await take();
    expect(await screen.findByText(/^Imported large.ics: 5,000 new events/)).toBeTruthy();
    await fireEvent.keyDown(window, { key: 'z', ctrlKey: true });
    expect(await screen.findByText('The import is taken back')).toBeTruthy();
  });
});
