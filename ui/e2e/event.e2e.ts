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
  await dialog().getByText('next Fri 27 Nov').waitFor();
  await dialog().getByText(/will ring/).first().waitFor();
});
