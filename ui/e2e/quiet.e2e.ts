// Quiet hours, pauses and reminders that insist, in a real browser.

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { stage, type Stage } from './harness';

let set: Stage;
let page: Page;
beforeAll(async () => {
  set = await stage();
});
afterAll(() => set.close());
afterEach(() => page.close());

const hours = () => page.getByRole('group', { name: 'Quiet hours' });

test('quiet hours are set in the settings, and the editor warns of what they would swallow', async () => {
  page = await set.open();
  await page.keyboard.press(',');
  expect(await hours().count()).toBe(0);
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await hours().getByLabel('To').fill('6:45');
  await page.keyboard.press('Tab');
  await hours().getByRole('button', { name: 'Sat' }).click();
  await hours().getByRole('button', { name: 'Sat', pressed: false }).waitFor();
  expect(await hours().getByLabel('To').inputValue()).toBe('06:45');

  await page.keyboard.press('c');
  await page.getByRole('dialog').getByLabel('Title').waitFor();
  await page.getByLabel('Title').fill('Swim');
  await page.getByLabel('Start', { exact: true }).fill('05:30');
  await page.keyboard.press('Tab');
  await page.getByText('Would be missed: quiet hours last until 06:45', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Reminder 1 insists' }).click();
  await page.getByLabel('Alarm: also in quiet hours and pauses').check();
  await page.getByText('Would be missed').waitFor({ state: 'detached' });
  await page.getByLabel('Reminder 1: tell again').selectOption('5');
  expect(await page.getByRole('button', { name: 'Reminder 1 insists' }).getAttribute('aria-expanded')).toBe('true');
});

test('hours without a length are refused and stay as they were', async () => {
  page = await set.open();
  await page.keyboard.press(',');
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await hours().getByLabel('To').fill('22:00');
  await page.keyboard.press('Tab');
  await page.getByText('quiet hours have no length', { exact: false }).waitFor();
});

test('reminders are paused and go on', async () => {
  page = await set.open();
  await page.keyboard.press(',');
  await page.getByLabel('Pause', { exact: true }).selectOption('ever');
  await page.getByRole('button', { name: 'Resume' }).last().click();
  await page.getByLabel('Pause', { exact: true }).waitFor();
});

test('one is snoozed for a length of its own, and all the others at once', async () => {
  page = await set.open();
  await page.getByRole('navigation').getByRole('button', { name: 'Inbox' }).click();
  await page.locator('.inbox li').first().waitFor();
  const rows = page.locator('.inbox li');
  const before = await rows.count();
  await rows.first().locator('.split button').last().click();
  await page.getByRole('button', { name: 'Another length…' }).click();
  await page.keyboard.type('soon');
  await page.keyboard.press('Enter');
  await page.getByText('Write a length such as 45m').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('1h30m');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Messages' }).getByText(/^Snoozed/).waitFor();
  await expect.poll(() => rows.count()).toBe(before - 1);
  const all = page.getByRole('button', { name: /^Snooze all/ });
  if (await all.isVisible()) {
    await all.click();
    await expect.poll(() => all.count()).toBe(0);
  }
});

test('of two quick clicks on the days both are kept', async () => {
  page = await set.open();
  await page.keyboard.press(',');
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await hours().waitFor();
  await hours().evaluate((group) => {
    for (const button of group.querySelectorAll<HTMLButtonElement>('button[aria-pressed]')) if (/Sat|Sun/.test(button.innerText)) button.click();
  });
  const on = () => hours().locator('[aria-pressed=true]').allInnerTexts();
  await expect.poll(on).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);
  await page.keyboard.press('t');
  await page.keyboard.press(',');
  await expect.poll(on).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']);
});

test('the snooze menu says what quiet hours would make of a choice before it is made', async () => {
  page = await set.open();
  await page.keyboard.press(',');
  await page.getByRole('switch', { name: 'Quiet hours' }).click();
  await hours().getByLabel('From').fill('10:40');
  await page.keyboard.press('Tab');
  await hours().getByLabel('To').fill('12:00');
  await page.keyboard.press('Tab');
  await page.getByRole('navigation').getByRole('button', { name: 'Inbox' }).click();
  const row = page.locator('.inbox li').first();
  await row.locator('.split button').last().click();
  const menu = page.getByRole('dialog');
  await menu.getByRole('button', { name: /^For 30 min.*quiet hours last until 12:00/ }).waitFor();
  await menu.getByRole('button', { name: 'Another length…' }).click();
  await page.keyboard.type('40m');
  await row.getByText('Quiet hours last until 12:00').waitFor();
});

test('a clock that jumped is said and accepted', async () => {
  page = await set.open({ world: 'jumped' });
  await page.getByText(/clock jumped from .* webhooks wait/).waitFor();
  await page.getByRole('button', { name: 'Accept the clock' }).click();
  await page.getByText(/clock jumped/).waitFor({ state: 'detached' });
});
