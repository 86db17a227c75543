// axe with WCAG 2.2 AA finds nothing on any page in either theme.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { stage, type Look, type Stage } from './harness';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(source);
  return page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, { runOnly: tags });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.any[0]?.message ?? n.all[0]?.message ?? ''}`));
  }, TAGS);
}

const nav = (name: string) => async (page: Page) => page.getByRole('navigation').getByRole('button', { name }).click();
const key = (name: string) => async (page: Page) => page.keyboard.press(name);

const scenes: { name: string; look?: Look; play?: (page: Page) => Promise<unknown> }[] = [
  { name: 'week' },
  { name: 'month', play: key('m') },
  { name: 'popover', play: async (page) => { await page.locator('[data-key]').filter({ hasText: 'Brunch' }).first().click(); await page.getByRole('dialog').getByText('Edit').waitFor(); } },
  { name: 'editor', play: async (page) => { await page.keyboard.press('c'); await page.getByRole('dialog').getByLabel('Title').waitFor(); } },
  { name: 'meanwhile', look: { world: 'raced' }, play: async (page) => { await page.locator('[data-key]').filter({ hasText: 'Demo day' }).first().focus(); await page.keyboard.press('e'); await page.getByLabel('Title').fill('Demo'); await page.keyboard.press('Control+Enter'); await page.getByRole('alertdialog').waitFor(); } },
  { name: 'person', play: async (page) => { await nav('People')(page); await page.getByRole('button', { name: 'Add person' }).click(); await page.getByRole('group', { name: 'Birthday' }).waitFor(); } },
  { name: 'quick add', play: async (page) => { await page.keyboard.press('q'); await page.getByLabel('What and when').fill('lunch every other tuesday at noon, remind 10m'); await page.getByText('next 24 Nov').waitFor(); } },
  { name: 'quick add alone', look: { quick: true, width: 560, height: 200 }, play: async (page) => { await page.getByLabel('What and when').fill('lunch 1/2'); await page.getByText('could be').waitFor(); } },
  { name: 'inbox', play: nav('Inbox') },
  { name: 'deliveries', play: async (page) => { await nav('Deliveries')(page); await page.getByRole('button', { name: /Price sync.*failed after/i }).click(); await page.getByText('Try 5').waitFor(); } },
  { name: 'attention', play: async (page) => { await page.keyboard.press('f'); await page.getByLabel('Select all').check(); } },
  { name: 'attention body', play: async (page) => { await page.keyboard.press('f'); await page.getByRole('button', { name: /^Edit and retry/ }).first().click(); await page.getByLabel('Body, as JSON').fill('{'); await page.getByText('not JSON').waitFor(); } },
  { name: 'attention note', play: async (page) => { await page.keyboard.press('f'); await page.getByRole('button', { name: /^Discard/ }).first().click(); await page.getByLabel('Why').waitFor(); } },
  { name: 'renewal', play: async (page) => { await page.keyboard.press('c'); await page.getByRole('dialog').getByText('Renewal', { exact: true }).click(); await page.getByLabel('Days of notice').waitFor(); } },
  { name: 'workflow', play: async (page) => { await page.keyboard.press('c'); await page.getByRole('dialog').getByText('Workflow', { exact: true }).click(); await page.getByLabel('When the last run').waitFor(); } },
  { name: 'people', play: nav('People') },
  { name: 'settings', play: key(',') },
  { name: 'quiet hours', play: async (page) => { await page.keyboard.press(','); await page.getByRole('switch', { name: 'Quiet hours' }).click(); await page.getByRole('group', { name: 'Quiet hours' }).waitFor(); } },
  { name: 'insists', play: async (page) => { await page.keyboard.press('c'); await page.getByRole('button', { name: 'Reminder 1 insists' }).click(); await page.getByLabel('Reminder 1: tell again').waitFor(); } },
  { name: 'keys', play: key('?') },
  { name: 'hard', look: { world: 'hard', clock: 'h12' } },
  { name: 'hard inbox', look: { world: 'hard' }, play: nav('Inbox') },
  { name: 'files', play: async (page) => { await page.keyboard.press(','); await page.locator('input[type=file]').setInputFiles(['a.ics', 'b.vcf', 'c.jpg'].map((name, n) => ({ name, mimeType: 'text/calendar', buffer: Buffer.from(['BEGIN:VCALENDAR', 'BEGIN:VCARD\nBDAY:19920229', 'JFIF'][n] ?? '') }))); await page.getByText('1 new person').waitFor(); } },
  { name: 'large text', look: { text: 200 } },
  { name: 'moved', look: { world: 'moved' }, play: async (page) => { await page.getByRole('button', { name: 'Show them' }).click(); await page.getByText('Moved by new').waitFor(); } },
  { name: 'off', look: { world: 'off' } },
  { name: 'empty', look: { world: 'empty' } },
  { name: 'broken', look: { world: 'broken' } },
];

let set: Stage;
beforeAll(async () => {
  set = await stage();
});
afterAll(() => set.close());

for (const { name, look, play } of scenes) {
  for (const theme of ['light', 'dark'] as const) {
    test(`${name} in ${theme}`, async () => {
      const page = await set.open({ ...look, theme });
      await play?.(page);
      await page.waitForLoadState('networkidle');
      expect(await findings(page)).toEqual([]);
      await page.close();
    });
  }
}
