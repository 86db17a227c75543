// People and their days over the demo world, in a real browser.

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
const fields = (name: string): Locator => dialog().getByRole('group', { name });
const person = (name: RegExp): Locator => page.getByRole('main').getByRole('button', { name });

async function people(): Promise<void> {
  page = await set.open();
  await page.getByRole('navigation').getByRole('button', { name: 'People' }).click();
}

async function fill(name: string, day: string, month: string, year = ''): Promise<void> {
  await fields(name).getByLabel('Day').fill(day);
  await fields(name).getByLabel('Month').selectOption(month);
  await fields(name).getByLabel('Year').fill(year);
}

test('a person with a birthday is added', async () => {
  await people();
  await page.getByRole('button', { name: 'Add person' }).click();
  await dialog().getByLabel('Name').fill('Noor');
  await fill('Birthday', '29', '2');
  await dialog().getByLabel('In years without 29 February').waitFor();
  await dialog().getByRole('button', { name: 'Save' }).click();
  await person(/^Noor 29 February Birthday: /).waitFor();
});

test('an anniversary is given, shown with its years, and taken away', async () => {
  await people();
  await person(/^Kenji Sato/).click();
  await fill('Anniversary', '3', '5', '2018');
  await page.keyboard.press('Enter');
  await person(/^Kenji Sato Tokyo 27 November 1984 · anniversary 3 May 2018 .*Anniversary: Mon 3 May 2027 · in 166 days · 9 years/).click();
  expect(await fields('Anniversary').getByLabel('Month').inputValue()).toBe('5');
  await fill('Anniversary', '', '');
  await page.keyboard.press('Enter');
  await person(/^Kenji Sato Tokyo 27 November 1984 Birthday: [^A]*$/).waitFor();
});

test('a birthday without a year is shown in words, and a day no month has is refused', async () => {
  await people();
  await person(/^Lena Vogt 29 February Birthday: Sun 28 Feb 2027/).click();
  expect(await fields('Birthday').getByLabel('Year').inputValue()).toBe('');
  await fields('Birthday').getByLabel('Day').fill('30');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await fields('Birthday').getByText('There is no 30 February: February has 29 days at most.').waitFor();
  await fields('Birthday').getByLabel('Day').fill('29');
  expect(await fields('Birthday').getByRole('alert').count()).toBe(0);
  await fields('Birthday').getByLabel('Year').fill('1991');
  await dialog().getByLabel('Name').focus();
  await fields('Birthday').getByText('There is no 29 February 1991: that month has 28 days.').waitFor();
});
