// Quick add over the demo world, in a real browser: as the window has it, and as the small window of its own.

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

const field = (): Locator => page.getByLabel('What and when');
const status = (): Locator => page.getByRole('form', { name: 'Quick add' }).getByRole('status');
const said = async (): Promise<string> => (await status().textContent())?.trim() ?? '';
const chips = (): Promise<string[]> => page.getByRole('list', { name: 'Understood' }).getByRole('listitem').allTextContents();

test('a line is read while it is typed, Enter adds it, and undo takes it back', async () => {
  page = await set.open();
  await page.keyboard.press('q');
  await field().pressSequentially('Swim on saturday at 15:00, remind 1h');
  await expect.poll(said).toBe('Swim Sat 21 Nov, 15:00 · reminder 14:00');
  expect((await chips()).map((chip) => chip.replace(/\s+/g, ' ').trim())).toEqual(['Dateon saturday', 'Timeat 15:00', 'Reminderremind 1h']);
  expect(await page.locator('.under mark').allTextContents()).toEqual(['on saturday', 'at 15:00', 'remind 1h']);
  await page.keyboard.press('Enter');
  await page.locator('main').getByRole('button', { name: /Swim.*Saturday, 21 November 2026/ }).waitFor();
  await page.getByRole('region', { name: 'Messages' }).getByText('Added Swim').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.getByRole('button', { name: /Swim.*Saturday/ }).count()).toBe(0);
});

test('a chip that is removed makes its words title', async () => {
  page = await set.open();
  await page.getByRole('button', { name: /^Quick add/ }).click();
  await field().fill('Party at noon on saturday');
  await page.getByRole('button', { name: /Keep .at noon. in the title/ }).click();
  await expect.poll(said).toBe('Party at noon Sat 21 Nov, all day · reminder 09:00');
  expect(await field().inputValue()).toBe('Party "at noon" on saturday');
  expect(await field().evaluate((input) => input === document.activeElement)).toBe(true);
});

test('a line that is refused says why, marks the words, and is not added', async () => {
  page = await set.open();
  await page.keyboard.press('q');
  await field().fill('Dinner 1/2');
  await expect.poll(said).toContain("'1/2' could be 1 February or 2 January");
  expect(await page.locator('.under s').textContent()).toBe('1/2');
  await page.keyboard.press('Enter');
  await expect.poll(said).toContain("'1/2' could be");
  await page.keyboard.press('Escape');
  await expect.poll(() => field().count()).toBe(0);
  expect(await page.getByRole('button', { name: /Dinner/ }).count()).toBe(0);
  await page.keyboard.press('q');
  expect(await field().inputValue()).toBe('');
});

test('the tints stay under their words when a long line scrolls', async () => {
  page = await set.open({ quick: true, width: 560, height: 200 });
  await field().pressSequentially('A very long line about lunch with Ana and everybody else we know there on saturday at 15:00');
  await page.locator('.under mark').nth(1).waitFor();
  const far = (): Promise<number> => page.evaluate(() => Math.abs((document.querySelector('.under')?.scrollLeft ?? 0) - (document.querySelector('input')?.scrollLeft ?? 99)));
  await expect.poll(far).toBeLessThan(2);
  expect(await page.locator('input').evaluate((input) => input.scrollLeft)).toBeGreaterThan(50);
});

test.each(['Enter', 'Escape'])('the small window is gone after %s', async (key) => {
  page = await set.open({ quick: true, width: 560, height: 200 });
  await field().fill('Swim on saturday at 15:00');
  await expect.poll(said).toContain('Sat 21 Nov, 15:00');
  await page.keyboard.press(key);
  await expect.poll(() => page.title()).toBe('Closed');
});

test.each(['light', 'dark'] as const)('the small window comes in sight when its field takes keys, and is %s at once', async (theme) => {
  page = await set.open({ quick: true, width: 560, height: 200, theme });
  await expect.poll(() => page.title()).toBe(`Shown ${theme} INPUT`);
});
