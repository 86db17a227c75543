// Pictures of every page in both themes and two sizes, to be looked at: npm run shots.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';

import { stage, type Look, type Stage } from './harness';

const OUT = process.env.SHOTS_DIR ?? join(import.meta.dirname, '..', 'shots');
const only = process.env.SHOT?.split(',');

const settle = (page: Page): Promise<void> => page.waitForLoadState('networkidle');
const key = (name: string) => async (page: Page) => page.keyboard.press(name);
const go = (name: string) => async (page: Page) => page.getByRole('navigation').getByRole('button', { name }).first().click();

async function openChip(page: Page, name: RegExp): Promise<void> {
  await page.locator('[data-key]').filter({ has: page.locator('.chip-title') }).and(page.getByRole('button', { name })).first().click();
  await page.getByRole('dialog').waitFor();
}

async function dstWeek(page: Page): Promise<void> {
  await page.keyboard.press('g');
  await page.getByLabel('Go to date').last().fill('2026-10-25');
  await page.keyboard.press('Enter');
  await page.getByText('25 h').waitFor();
}

const scenes: { name: string; look?: Look; play?: (page: Page) => Promise<unknown> }[] = [
  { name: 'week' },
  { name: 'month', play: key('m') },
  { name: 'week-25h', play: dstWeek },
  { name: 'popover', play: (page) => openChip(page, /^Price sync/) },
  { name: 'popover-2', play: (page) => openChip(page, /^Lunch with Ana/) },
  { name: 'editor-new', play: async (page) => { await page.keyboard.press('c'); await page.getByRole('dialog').waitFor(); } },
  { name: 'editor', play: async (page) => { await openChip(page, /^1:1 with Ada/); await page.keyboard.press('e'); await page.getByLabel('Title').waitFor(); } },
  { name: 'inbox', play: go('Inbox') },
  { name: 'deliveries', play: go('Deliveries') },
  { name: 'why', play: async (page) => { await go('Deliveries')(page); await page.getByRole('button', { name: /Price sync/ }).first().click(); } },
  { name: 'people', play: go('People') },
  { name: 'settings', play: key(',') },
  { name: 'keys', play: key('?') },
  { name: 'off', look: { world: 'off' } },
  { name: 'empty', look: { world: 'empty' } },
  { name: 'broken', look: { world: 'broken' } },
];

let set: Stage;
beforeAll(async () => {
  await mkdir(OUT, { recursive: true });
  set = await stage();
});
afterAll(() => set.close());

const looks = [
  { suffix: 'light', theme: 'light', width: 1360, height: 860 },
  { suffix: 'dark', theme: 'dark', width: 1360, height: 860 },
  { suffix: 'small-light', theme: 'light', width: 900, height: 600 },
  { suffix: 'small-dark', theme: 'dark', width: 900, height: 600 },
] as const;

for (const { name, look, play } of scenes) {
  if (only && !only.includes(name)) continue;
  test(name, async () => {
    for (const { suffix, ...size } of looks) {
      if (process.env.LOOK && !process.env.LOOK.split(',').includes(suffix)) continue;
      const page = await set.open({ ...size, ...look });
      await play?.(page);
      await settle(page);
      await page.mouse.move(0, 0);
      await page.screenshot({ path: join(OUT, `${name}-${suffix}.png`) });
      await page.close();
    }
  });
}
