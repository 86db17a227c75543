// The days on which the clocks change, over the demo world in a real browser: what their heads say, and where a drop lands.

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { stage, type Look, type Stage } from './harness';

let set: Stage;
let page: Page;
beforeAll(async () => {
  set = await stage();
});
afterAll(() => set.close());
afterEach(() => page.close());

const FALL = 'Sunday, 25 October 2026';
const SPRING = 'Sunday, 28 March 2027';
const chip = (text: string): Locator => page.locator('main [data-key]').filter({ hasText: text }).first();
const column = (day: string): Locator => page.getByRole('group', { name: day, exact: true });
const toast = (text: string): Locator => page.getByRole('region', { name: 'Messages' }).getByText(text);

async function week(date: string, look?: Look): Promise<void> {
  page = await set.open(look);
  await page.keyboard.press('g');
  await page.getByLabel('Go to date').last().fill(date);
  await page.keyboard.press('Enter');
  await page.locator('[data-hours]').waitFor();
}

/** A place in a day's column, by its part of the day, brought into sight. */
async function place(day: string, hour: number, hours: number): Promise<{ x: number; y: number }> {
  const box = await column(day).boundingBox();
  if (!box) throw new Error(`no column for ${day}`);
  return { x: box.x + box.width / 2, y: box.y + (box.height / hours) * hour };
}

async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
}

async function morning(): Promise<void> {
  await column(FALL).or(column(SPRING)).hover({ force: true, position: { x: 20, y: 700 } });
  await page.mouse.wheel(0, -5000);
}

test.each([['2026-10-25', 900], ['2026-10-25', 1280], ['2027-03-28', 900], ['2027-03-28', 1280]])('the length of %s is not cut at a width of %d', async (date, width) => {
  await week(date, { width, height: width === 900 ? 600 : 800 });
  const [head, badge] = await page.locator('[data-hours]').evaluate((it) => [it.parentElement?.getBoundingClientRect(), it.getBoundingClientRect()].map((box) => ({ left: box?.left ?? 0, right: box?.right ?? 0, bottom: box?.bottom ?? 0 })));
  const number = await page.locator('[data-hours]').evaluate((it) => it.parentElement?.querySelector('.number')?.getBoundingClientRect().toJSON() as { right: number; bottom: number });
  expect(badge?.right).toBeLessThanOrEqual(head?.right ?? 0);
  expect(badge?.left).toBeGreaterThanOrEqual(head?.left ?? 0);
  expect(badge?.bottom).toBeLessThanOrEqual((head?.bottom ?? 0) + 1);
  expect((badge?.left ?? 0) >= number.right || (badge?.bottom ?? 0) > number.bottom + 8).toBe(true);
});

test('a drop into the missing hour says where it lands, before and after', async () => {
  await week('2027-03-28');
  await morning();
  const four = await place('Saturday, 27 March 2027', 5, 24);
  await page.mouse.click(four.x, four.y);
  await page.getByRole('dialog').getByLabel('Title').fill('Early flight');
  await page.keyboard.press('Control+Enter');
  await chip('Early flight').waitFor();
  await drag(await place('Saturday, 27 March 2027', 5.25, 24), await place(SPRING, 2.75, 24));
  await column(SPRING).getByText('no 02:30 on this day').waitFor();
  await page.mouse.up();
  await toast('Moved Early flight · 02:30 does not exist on 28 March 2027 in Berlin → 03:30').waitFor();
  await column(SPRING).getByRole('button', { name: /^Early flight.*03:30/ }).waitFor();
});

test('a drop into the doubled hour says which of the two it is', async () => {
  await week('2026-10-25');
  await morning();
  const box = await chip('Night train').boundingBox();
  expect(box).not.toBeNull();
  const five = await place('Friday, 23 October 2026', 5.5, 25);
  await page.mouse.click(five.x, five.y);
  await page.getByRole('dialog').getByLabel('Title').fill('Early flight');
  await page.keyboard.press('Control+Enter');
  await chip('Early flight').waitFor();
  const from = await chip('Early flight').boundingBox();
  if (!from) throw new Error('no chip');
  const hold = { x: from.x + 20, y: from.y + 4 };
  await drag(hold, { ...(await place(FALL, 3.5, 25)), x: (await place(FALL, 0, 25)).x });
  await column(FALL).getByText('02:30 CET').waitFor();
  await page.mouse.up();
  await toast('Moved Early flight · 02:30 comes twice on 25 October in Berlin: this is the second, CET').waitFor();
});
