// Renewals and workflows in the editor, in a real browser.

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

const dialog = () => page.getByRole('dialog');

async function begin(kind: string, title: string): Promise<void> {
  page = await set.open();
  await page.keyboard.press('c');
  await dialog().getByLabel('Title').fill(title);
  await dialog().getByText(kind, { exact: true }).click();
}

test('a renewal is on a date and says the last day to cancel', async () => {
  await begin('Renewal', 'Gym contract');
  await dialog().getByText('Reminders count from the day it renews.').waitFor();
  const date = await dialog().getByLabel('Date').first().inputValue();
  await dialog().getByLabel('Days of notice').fill('30');
  await dialog().getByText(/^Last day to cancel: /).waitFor();
  expect(date).toMatch(/2026/);
  await expect.poll(() => dialog().locator('select[id*=when-0]').inputValue()).toBe('-20160');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('region', { name: 'Messages' }).getByText('Added Gym contract').waitFor();
});

test('a workflow goes through a webhook and says what becomes of runs that overlap', async () => {
  await begin('Workflow', 'Nightly sync');
  const overlap = dialog().getByLabel('When the last run still goes on');
  await overlap.waitFor();
  expect(await overlap.inputValue()).toBe('allow');
  await overlap.selectOption('buffer');
  await expect.poll(() => dialog().locator('select[id*=channel], select[id*=where]').first().evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent)).toBe('home-server');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('region', { name: 'Messages' }).getByText('Added Nightly sync').waitFor();
});

test('going back to an appointment leaves no date behind', async () => {
  await begin('Renewal', 'Gym');
  await dialog().getByText('Appointment', { exact: true }).click();
  await dialog().getByLabel('Start').waitFor();
});
