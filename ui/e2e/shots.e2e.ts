// Pictures of every page in both themes and two sizes, to be looked at: npm run shots.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';

import { stage, type Look, type Stage } from './harness';

const OUT = process.env.SHOTS_DIR ?? join(import.meta.dirname, '..', 'shots');
const only = process.env.SHOT?.split(',');

const settle = (page: Page): Promise<void> => page.waitForLoadState('networkidle');
const key = (name: string) => async (page: Page) => page.keyboard.press(name);
const go = (name: string) => async (page: Page) => page.getByRole('navigation').getByRole('button', { name }).first().click();

async function openChip(page: Page, name: RegExp): Promise<void> {
  await page.locator('[data-key]').filter({ has: page.locator('.chip-title') }).and(page.getByRole('button', { name })).first().click();
  await page.getByRole('dialog').waitFor();
}

async function dstWeek(page: Page, day = '2026-10-25', badge = '25 h'): Promise<void> {
  await page.keyboard.press('g');
  await page.getByLabel('Go to date').last().fill(day);
  await page.keyboard.press('Enter');
  await page.getByText(badge).waitFor();
}

const EVENT = 'BEGIN:VEVENT\nEND:VEVENT\n';
const CARDS = 'BEGIN:VCARD\nBDAY:19920229\nEND:VCARD\nBEGIN:VCARD\nBDAY:--0301\nANNIVERSARY:20150620\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n';
const FILES = { 'again.ics': 'BEGIN:VCALENDAR', 'copy.ics': 'BEGIN:VCALENDAR', 'conference.ics': 'BEGIN:VCALENDAR', 'friends.vcf': CARDS, 'holiday.jpg': 'JFIF', 'held.ics': `BEGIN:VCALENDAR\n${EVENT.repeat(12_000)}END:VCALENDAR\n` };

async function chooseFiles(page: Page, ...names: (keyof typeof FILES)[]): Promise<void> {
  await page.keyboard.press(',');
  await page.locator('input[type=file]').setInputFiles(names.map((name) => ({ name, mimeType: 'text/calendar', buffer: Buffer.from(FILES[name]) })));
  await page.locator('ul[aria-busy=false]').waitFor();
}

async function importing(page: Page): Promise<void> {
  await chooseFiles(page, 'held.ics', 'friends.vcf');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('2,400 of 12,000').waitFor();
}

async function raced(page: Page, title: string): Promise<void> {
  await page.locator('[data-key]').filter({ hasText: title }).first().focus();
  await page.keyboard.press('e');
  await page.getByLabel('Title').fill(`${title}, with everybody`);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('alertdialog').waitFor();
}

async function dragging(page: Page): Promise<void> {
  const box = await page.locator('[data-key]').filter({ hasText: 'Brunch' }).first().boundingBox();
  if (!box) return;
  await page.mouse.move(box.x + 30, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x - 100, box.y + 120, { steps: 3 });
  await page.mouse.move(box.x - 250, box.y + 250, { steps: 3 });
}

const QUICK = 'lunch with Ana every other tuesday at noon Europe/Lisbon, remind 10m';
async function typeQuick(page: Page, text: string): Promise<void> {
  await page.getByLabel('What and when').fill(text);
  await page.getByText('next 24 Nov').waitFor();
}

const scenes: { name: string; look?: Look; play?: (page: Page) => Promise<unknown> }[] = [
  { name: 'week' },
  { name: 'month', play: key('m') },
  { name: 'week-25h', play: (page) => dstWeek(page) },
  { name: 'week-23h', play: (page) => dstWeek(page, '2027-03-28', '23 h') },
  { name: 'popover', play: (page) => openChip(page, /^Price sync/) },
  { name: 'popover-2', play: (page) => openChip(page, /^Lunch with Ana/) },
  { name: 'cancelled', look: { world: 'hard' }, play: (page) => openChip(page, /^Choir/) },
  { name: 'meanwhile', look: { world: 'raced' }, play: (page) => raced(page, 'Demo day') },
  { name: 'meanwhile-gone', look: { world: 'raced' }, play: (page) => raced(page, 'Brunch') },
  { name: 'editor-new', play: async (page) => { await page.keyboard.press('c'); await page.getByRole('dialog').waitFor(); } },
  { name: 'editor', play: async (page) => { await openChip(page, /^1:1 with Ada/); await page.keyboard.press('e'); await page.getByLabel('Title').waitFor(); } },
  { name: 'their-editor', play: async (page) => { await openChip(page, /^Lunch with Ana/); await page.keyboard.press('e'); await page.getByLabel('Title').waitFor(); await page.getByRole('combobox', { name: 'Zone' }).click(); await page.getByRole('combobox', { name: 'Zone' }).fill('e'); } },
  { name: 'quick', play: async (page) => { await page.keyboard.press('q'); await typeQuick(page, QUICK); } },
  { name: 'quick-empty', play: async (page) => { await page.keyboard.press('q'); await page.getByLabel('What and when').waitFor(); } },
  { name: 'quick-refused', play: async (page) => { await page.keyboard.press('q'); await page.getByLabel('What and when').fill('dinner tomorrow 1/2 at 20:00'); await page.getByText('could be').waitFor(); } },
  { name: 'quick-alone', look: { quick: true, width: 560, height: 200 }, play: (page) => typeQuick(page, QUICK) },
  { name: 'inbox', play: go('Inbox') },
  { name: 'deliveries', play: go('Deliveries') },
  { name: 'why', play: async (page) => { await go('Deliveries')(page); await page.getByRole('button', { name: /Price sync/ }).first().click(); } },
  { name: 'attention', play: key('f') },
  { name: 'attention-chosen', play: async (page) => { await page.keyboard.press('f'); await page.getByLabel('Select all').check(); } },
  { name: 'attention-edit', play: async (page) => { await page.keyboard.press('f'); await page.getByRole('button', { name: /^Edit and retry/ }).first().click(); await page.getByLabel('Body, as JSON').waitFor(); } },
  { name: 'attention-empty', look: { world: 'empty' }, play: key('f') },
  { name: 'editor-renewal', play: async (page) => { await page.keyboard.press('c'); await page.getByLabel('Title').fill('Gym contract'); await page.getByRole('dialog').getByText('Renewal', { exact: true }).click(); await page.getByLabel('Days of notice').fill('30'); } },
  { name: 'editor-workflow', play: async (page) => { await page.keyboard.press('c'); await page.getByLabel('Title').fill('Nightly sync'); await page.getByRole('dialog').getByText('Workflow', { exact: true }).click(); await page.getByLabel('When the last run').waitFor(); } },
  { name: 'people', play: go('People') },
  { name: 'person', play: async (page) => { await go('People')(page); await page.getByRole('button', { name: /^Lena Vogt/ }).click(); await page.getByRole('group', { name: 'Anniversary' }).getByLabel('Day').fill('30'); await page.getByRole('group', { name: 'Anniversary' }).getByLabel('Month').selectOption('2'); await page.getByLabel('Name', { exact: true }).focus(); } },
  { name: 'quiet', play: async (page) => { await page.keyboard.press(','); await page.getByRole('switch', { name: 'Quiet hours' }).click(); await page.getByRole('group', { name: 'Quiet hours' }).scrollIntoViewIfNeeded(); } },
  { name: 'insists', play: async (page) => { await page.keyboard.press('c'); await page.getByRole('button', { name: 'Reminder 1 insists' }).click(); await page.getByLabel('Alarm').check(); await page.getByLabel('Reminder 1: tell again').selectOption('5'); } },
  { name: 'settings', play: key(',') },
  { name: 'channels', play: async (page) => { await page.keyboard.press(','); await page.getByRole('button', { name: 'Add webhook' }).scrollIntoViewIfNeeded(); } },
  { name: 'webhook', play: async (page) => { await page.keyboard.press(','); await page.getByRole('button', { name: 'Add webhook' }).click(); await page.getByRole('dialog').waitFor(); } },
  { name: 'waiting', play: async (page) => { await go('Deliveries')(page); await page.getByRole('region', { name: 'All deliveries' }).getByRole('listitem').filter({ hasText: /retry \d+ of/ }).first().getByRole('button').first().click(); await page.getByRole('button', { name: 'Give up' }).waitFor(); } },
  { name: 'keys', play: key('?') },
  { name: 'choose', play: async (page) => { await page.locator('[data-key]').filter({ hasText: 'Gym' }).first().focus(); await page.keyboard.press('Alt+ArrowRight'); await page.getByRole('dialog').waitFor(); } },
  { name: 'choose-delete', play: async (page) => { await page.locator('[data-key]').filter({ hasText: 'Gym' }).first().focus(); await page.keyboard.press('Delete'); await page.getByRole('dialog').waitFor(); } },
  { name: 'choose-edit', play: async (page) => { await openChip(page, /^1:1 with Ada/); await page.keyboard.press('e'); await page.getByLabel('Title').fill('1:1 with Ada, and what else there is'); await page.keyboard.press('Control+Enter'); await page.getByRole('button', { name: 'All of them' }).waitFor(); } },
  { name: 'day-list', play: async (page) => { await page.keyboard.press('m'); await page.getByRole('button', { name: /more on Thursday, 3 December/ }).click(); await page.getByRole('dialog').getByText('Canary').waitFor(); } },
  { name: 'crowd', play: async (page) => { await page.keyboard.press('j'); await page.keyboard.press('j'); await page.locator('.strip').waitFor(); } },
  { name: 'import', play: (page) => chooseFiles(page, 'conference.ics') },
  { name: 'import-several', play: (page) => chooseFiles(page, 'conference.ics', 'friends.vcf', 'holiday.jpg') },
  { name: 'import-again', play: (page) => chooseFiles(page, 'again.ics') },
  { name: 'import-copy', play: (page) => chooseFiles(page, 'copy.ics') },
  { name: 'importing', play: importing },
  { name: 'ghost', play: dragging },
  { name: 'toast', play: async (page) => { await page.locator('[data-key]').filter({ hasText: 'Brunch' }).first().focus(); await page.keyboard.press('Delete'); await page.getByText(/^Deleted Brunch/).waitFor(); } },
  { name: 'twelve', look: { clock: 'h12' } },
  { name: 'twelve-why', look: { clock: 'h12' }, play: async (page) => { await go('Deliveries')(page); await page.getByRole('button', { name: /Price sync/ }).first().click(); } },
  { name: 'hard', look: { world: 'hard' } },
  { name: 'hard-month', look: { world: 'hard' }, play: key('m') },
  { name: 'hard-inbox', look: { world: 'hard', clock: 'h12' }, play: go('Inbox') },
  { name: 'hard-people', look: { world: 'hard' }, play: go('People') },
  { name: 'large-text', look: { text: 200, clock: 'h12' } },
  { name: 'moved', look: { world: 'moved' }, play: async (page) => { await page.getByRole('button', { name: 'Show them' }).click(); await page.getByText('Moved by new').waitFor(); } },
  { name: 'moved-banner', look: { world: 'moved' } },
  { name: 'swapped', look: { world: 'swapped' } },
  { name: 'jumped', look: { world: 'jumped' } },
  { name: 'snooze', look: { world: 'jumped' }, play: async (page) => { await page.keyboard.press(','); await page.getByRole('switch', { name: 'Quiet hours' }).click(); await page.getByRole('group', { name: 'Quiet hours' }).getByLabel('From').fill('10:40'); await page.keyboard.press('Tab'); await go('Inbox')(page); await page.locator('.split button').nth(1).click(); await page.getByRole('dialog').waitFor(); } },
  { name: 'off', look: { world: 'off' } },
  { name: 'empty', look: { world: 'empty' } },
  { name: 'broken', look: { world: 'broken' } },
];

let set: Stage;
beforeAll(async () => {
  await mkdir(OUT, { recursive: true });
  set = await stage();
});
afterAll(() => set.close());

const looks = [
  { suffix: 'light', theme: 'light', width: 1360, height: 860 },
  { suffix: 'dark', theme: 'dark', width: 1360, height: 860 },
  { suffix: 'small-light', theme: 'light', width: 900, height: 600 },
  { suffix: 'small-dark', theme: 'dark', width: 900, height: 600 },
] as const;

for (const { name, look, play } of scenes) {
  if (only && !only.includes(name)) continue;
  test(name, async () => {
    for (const { suffix, ...size } of looks) {
      if (process.env.LOOK && !process.env.LOOK.split(',').includes(suffix)) continue;
      const page = await set.open({ ...size, ...look });
      await play?.(page);
      await settle(page);
      if (name !== 'ghost') await page.mouse.move(0, 0);
      await page.screenshot({ path: join(OUT, `${name}-${suffix}.png`) });
      await page.close();
    }
  });
}
