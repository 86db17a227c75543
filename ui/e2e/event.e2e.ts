// One event over the demo world, in a real browser: what its popover says, and what becomes of it in the editor.

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

const dialog = (): Locator => page.getByRole('dialog');
const chip = (text: string): Locator => page.locator('main [data-key]').filter({ hasText: text }).first();

test('of a cancelled series none is to come and nothing will ring', async () => {
  page = await set.open({ world: 'hard' });
  await chip('Choir').click();
  await dialog().getByText('does not take place').waitFor();
  await dialog().getByText('cancelled: none is to come').waitFor();
  expect(await dialog().getByText('will not ring').count()).toBe(2);
  expect(await dialog().getByText(/next |will ring/).count()).toBe(0);
  await dialog().getByRole('button', { name: 'Take place after all' }).click();
  await chip('Choir').click();
  await dialog().getByText('next Sun 29 Nov').waitFor();
  await dialog().getByText(/will ring/).first().waitFor();
});

/** Opens an event's form, behind which somebody else changes the event, types a title and saves. */
async function race(title: string, typed: string): Promise<void> {
  page = await set.open({ world: 'raced' });
  await chip(title).focus();
  await page.keyboard.press('e');
  await dialog().getByLabel('Title').fill(typed);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('alertdialog').waitFor();
}

test('an event that was changed elsewhere keeps mine, and theirs where I changed nothing', async () => {
  await race('Demo day', 'Demo evening');
  const asked = page.getByRole('alertdialog', { name: 'This event was changed elsewhere meanwhile' });
  await asked.getByText('What changed there: time and place. All you typed is still here.').waitFor();
  await page.keyboard.press('Escape');
  expect(await dialog().getByLabel('Title').inputValue()).toBe('Demo evening');
  await page.keyboard.press('Control+Enter');
  await asked.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByText('Changed Demo evening').first().waitFor();
  const saved = page.locator('main').getByRole('button', { name: /^Demo evening.*15:30.*Room Rhein/ });
  await saved.waitFor();
});

test('theirs is taken when that is said', async () => {
  await race('Demo day', 'Demo evening');
  await page.getByRole('button', { name: 'Take theirs' }).click();
  await expect.poll(() => dialog().getByLabel('Title').inputValue()).toBe('Demo day');
  expect(await dialog().getByLabel('Place').inputValue()).toBe('Room Rhein');
});

test('what was typed for an event that is gone becomes a new one', async () => {
  await race('Brunch', 'Late brunch');
  await page.getByRole('alertdialog', { name: 'This event was deleted elsewhere meanwhile' }).waitFor();
  await page.getByRole('button', { name: 'Add as a new event' }).click();
  await page.getByText('Added Late brunch').first().waitFor();
  await chip('Late brunch').waitFor();
});

test('what says that something was undone goes when it is done again', async () => {
  page = await set.open();
  await chip('Gym').focus();
  await page.keyboard.press('Delete');
  const messages = page.getByRole('region', { name: 'Messages' });
  const either = page.getByRole('button', { name: /Delete|Only this/ });
  if (await either.first().isVisible()) await either.first().click();
  await messages.getByText(/Gym/).first().waitFor();
  await page.keyboard.press('Control+z');
  await messages.getByText(/^Undone/).waitFor();
  await page.keyboard.press('Control+Shift+z');
  await messages.getByText(/^Done again/).waitFor();
  await expect.poll(() => messages.getByRole('group').count()).toBe(1);
});
