// Files dropped on the window over the demo world, in a real browser.

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { stage, type Stage } from './harness';

let set: Stage;
let page: Page;
beforeAll(async () => {
  set = await stage();
});
afterAll(() => set.close());
afterEach(() => page.close());

const CARDS = 'BEGIN:VCARD\nBDAY:19920229\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n';
const LARGE = `BEGIN:VCALENDAR\n${'BEGIN:VEVENT\nEND:VEVENT\n'.repeat(5000)}END:VCALENDAR\n`;

async function drop(files: Record<string, string>): Promise<void> {
  await page.evaluate((given) => {
    const dataTransfer = new DataTransfer();
    for (const [name, text] of Object.entries(given)) dataTransfer.items.add(new File([text], name));
    for (const type of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
  }, files);
}

const sheet = (name: string): Locator => page.getByRole('dialog', { name });
const toast = (text: string): Locator => page.getByRole('region', { name: 'Messages' }).getByText(text);

test('several files are looked at, more may come, and all are taken in and back', async () => {
  page = await set.open();
  await drop({ 'Town.ics': 'BEGIN:VCALENDAR', 'friends.vcf': CARDS });
  await sheet('Import 2 files').getByText('2 new people, 1 birthday').waitFor();
  // As they go in: people before what is theirs.
  expect(await sheet('Import 2 files').getByRole('heading', { level: 3 }).allTextContents()).toEqual(['friends.vcf', 'Town.ics']);
  await drop({ 'Club.ics': 'BEGIN:VCALENDAR' });
  const calendar = sheet('Import 3 files').getByLabel('Into which calendar, for Club.ics');
  await calendar.selectOption('Work');
  await expect.poll(() => sheet('Import 3 files').getByRole('button', { name: 'Import', exact: true }).isEnabled()).toBe(true);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await toast('Imported 6 new events, 2 changed; 2 new people, 1 birthday').waitFor();
  await page.getByRole('heading', { name: /November 2026/ }).first().waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await toast('The import is taken back').waitFor();
});

test('a large file shows how far it is, and Escape leaves nothing of it', async () => {
  page = await set.open();
  await drop({ 'held.ics': LARGE });
  await sheet('Import a file').getByText('5,000 new events, 1 changed').waitFor();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('Importing held.ics: 1,000 of 5,000').waitFor();
  await page.keyboard.press('Escape');
  await toast('Import cancelled: nothing of it is left').waitFor();
  expect(await sheet('Import a file').count()).toBe(0);
});
