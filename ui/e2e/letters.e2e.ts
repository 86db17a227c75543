// What a person decides about what failed or is uncertain, in a real browser.

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
