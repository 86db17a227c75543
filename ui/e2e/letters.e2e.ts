// What a person decides about what failed, is uncertain or waits, and about a webhook, in a real browser.

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

const list = () => page.getByRole('list', { name: 'Failed and uncertain' });
const rows = () => list().getByRole('listitem');
const entry = () => page.getByRole('navigation').getByRole('button', { name: /^Needs attention/ });
const said = (text: RegExp) => page.getByRole('region', { name: 'Messages' }).getByText(text);

async function openPage(): Promise<number> {
  page = await set.open();
  await entry().click();
  await rows().first().waitFor();
  return rows().count();
}

test('what failed says why and what was answered, and one retry takes it off the list', async () => {
  const before = await openPage();
  await expect.poll(() => entry().innerText()).toContain(String(before));
  const sync = rows().filter({ hasText: '404 Not Found' }).first();
  await sync.getByText('five tries failed').waitFor();
  await sync.getByRole('button', { name: /^Retry: Price sync/ }).click();
  await said(/^Trying Price sync again/).waitFor();
  await expect.poll(() => rows().count()).toBe(before - 1);
  await expect.poll(() => entry().innerText()).toContain(String(before - 1));
});

test('a body that is not JSON is not sent, and one that is is sent as new', async () => {
  const before = await openPage();
  await page.getByRole('button', { name: /^Edit and retry: Price sync/ }).first().click();
  const body = page.getByLabel('Body, as JSON');
  await expect.poll(() => body.inputValue()).toContain('"title": "Price sync"');
  await body.fill('{"title": ');
  await page.getByText(/This is not JSON/).waitFor();
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
  await body.fill('{"title": "Mended"}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await said(/^Sending Price sync as new/).waitFor();
  await expect.poll(() => rows().count()).toBe(before - 1);
});

test('several are chosen by keys and discarded with one note', async () => {
  const before = await openPage();
  await page.getByLabel('Select all').focus();
  await page.keyboard.press('Space');
  await page.getByText(`${before} selected`).waitFor();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  expect(await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).isDisabled()).toBe(true);
  await page.getByLabel('Why').fill('all of them by hand');
  await page.keyboard.press('Enter');
  await said(new RegExp(`^Discarded ${before}`)).waitFor();
  await page.getByText('Nothing needs you').waitFor();
});

test('of an uncertain one the note says that it arrived, and f comes here', async () => {
  page = await set.open();
  await page.keyboard.press('f');
  await rows().filter({ hasText: 'may or may not have arrived' }).getByRole('button', { name: /^Discard/ }).click();
  expect(await page.getByLabel('Why').inputValue()).toBe('it arrived');
});

/** The story of the webhook that waits for its next try. */
async function openWaiting() {
  page = await set.open();
  await page.getByRole('navigation').getByRole('button', { name: /^Deliveries/ }).click();
  const line = page.getByRole('region', { name: 'All deliveries' }).getByRole('listitem').filter({ hasText: /retry \d+ of/ }).first();
  await line.getByRole('button', { name: 'Send now' }).waitFor();
  await line.getByRole('button').first().click();
  return { line, why: page.getByRole('complementary', { name: 'Why' }) };
}

test('a webhook that waits for its next try is sent at once', async () => {
  const { why } = await openWaiting();
  await why.getByRole('button', { name: 'Send now' }).click();
  await said(/^Trying .* again/).waitFor();
  await expect.poll(() => why.getByRole('button', { name: 'Send now' }).count()).toBe(0);
});

test('a webhook that waits for its next try is given up, with why', async () => {
  const { why } = await openWaiting();
  await why.getByRole('button', { name: 'Give up' }).click();
  const sheet = page.getByRole('dialog');
  expect(await sheet.getByRole('button', { name: 'Give up' }).isDisabled()).toBe(true);
  await sheet.getByLabel('Why').fill('done by hand');
  await page.keyboard.press('Enter');
  await said(/^Discarded/).waitFor();
  await expect.poll(() => why.getByRole('button', { name: 'Give up' }).count()).toBe(0);
});

test('a webhook says how it is tried again and how fast it is called, which can be changed', async () => {
  page = await set.open();
  const dialog = page.getByRole('dialog');
  await page.keyboard.press(',');
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await dialog.getByLabel('Name').fill('lights');
  await dialog.getByLabel('Address').fill('https://example.org/hook');
  await dialog.getByLabel('If it fails').selectOption('quick');
  await dialog.getByLabel('Calls a second').fill('2');
  await dialog.getByRole('button', { name: 'Add webhook' }).click();
  await dialog.getByRole('button', { name: 'I have it' }).click();
  await page.getByText('The internet · never miss · tried again for seconds · 2 a second, 10 at once').waitFor();
  await page.getByRole('button', { name: 'Change how lights is called' }).click();
  await dialog.getByLabel('If it fails').selectOption('long');
  await dialog.getByLabel('If the answer is lost').selectOption('neverRepeat');
  await dialog.getByLabel('Calls a second').fill('0');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText(/^A rate of 0 is not possible/).waitFor();
  await dialog.getByLabel('Calls a second').fill('1000');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The internet · never repeat · tried again for two days · no limit').waitFor();
  await page.getByRole('button', { name: 'Change how lights is called' }).click();
  await expect.poll(() => dialog.getByLabel('If the answer is lost').inputValue()).toBe('neverRepeat');
});
