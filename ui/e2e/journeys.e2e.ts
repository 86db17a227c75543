// What a person does in the window, over the demo world, in a real browser.

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

const open = async (look?: Look): Promise<void> => {
  page = await set.open(look);
};
/** Chips speak of title, day and time, in the order in which they show them. */
const chip = (title: string, day = '', start = '', end = ''): Locator => {
  const times = end ? `${start}(–| to )${end}` : start;
  const name = new RegExp(`^(\\d\\d:\\d\\d )?${title}(?=.*${day})(?=.*${times})|^(?=${times}).*${title}(?=.*${day})`);
  return page.locator('main').getByRole('button', { name }).and(page.locator('[data-key]'));
};
const dialog = (): Locator => page.getByRole('dialog');
const toast = (text: RegExp | string): Locator => page.getByRole('region', { name: 'Messages' }).getByText(text);
const nav = (name: string): Promise<void> => page.getByRole('navigation').getByRole('button', { name }).click();

/** The middle of a day's column at an hour, on the screen. */
async function place(day: string, hour: number): Promise<{ x: number; y: number }> {
  const column = page.getByRole('group', { name: day, exact: true });
  const box = await column.boundingBox();
  if (!box) throw new Error(`no column for ${day}`);
  return { x: box.x + box.width / 2, y: box.y + (box.height / 24) * hour };
}

async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

async function middle(locator: Locator): Promise<{ x: number; y: number }> {
  const box = await locator.boundingBox();
  if (!box) throw new Error('not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? '');

const SATURDAY = 'Saturday, 21 November 2026';
const SUNDAY = 'Sunday, 22 November 2026';

test('a click in the grid makes an event of an hour, and undo takes it back', async () => {
  await open();
  const at = await place(SUNDAY, 14.2);
  await page.mouse.click(at.x, at.y);
  await dialog().getByLabel('Title').fill('Walk');
  await dialog().getByRole('button', { name: 'Add event' }).click();
  await chip('Walk', 'Sunday, 22 November 2026', '14:00', '15:00').waitFor();
  await toast('Added Walk').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => chip('Walk').count()).toBe(0);
});

test('a drag in the grid makes an event as long as the drag', async () => {
  await open();
  await drag(await place(SATURDAY, 14.1), await place(SATURDAY, 16.5));
  await dialog().getByLabel('Title').fill('Hike');
  await page.keyboard.press('Control+Enter');
  await chip('Hike', 'Saturday, 21 November 2026', '14:00', '16:30').waitFor();
});

test('a drag moves an event to another day and hour, and Ctrl+Z moves it back', async () => {
  await open();
  await drag(await middle(chip('Brunch')), await place(SATURDAY, 13.5));
  await chip('Brunch', 'Saturday, 21 November 2026', '12:30', '14:30').waitFor();
  await page.keyboard.press('Control+z');
  await chip('Brunch', 'Sunday, 22 November 2026', '11:00', '13:00').waitFor();
});

test('pulling its lower edge makes an event longer', async () => {
  await open();
  const box = await chip('Brunch').boundingBox();
  if (!box) throw new Error('no chip');
  await drag({ x: box.x + 40, y: box.y + box.height - 2 }, await place(SUNDAY, 14));
  await chip('Brunch', 'Sunday, 22 November 2026', '11:00', '14:00').waitFor();
});

test('moving one of a series asks which; Escape leaves all as it was', async () => {
  await open();
  const gym = chip('Gym', 'Wednesday, 18 November 2026', '18:00');
  await drag(await middle(gym), await place('Thursday, 19 November 2026', 20));
  await dialog().getByText('“Gym” repeats. Change:').waitFor();
  await page.keyboard.press('Escape');
  await gym.waitFor();
  await drag(await middle(gym), await place('Friday, 20 November 2026', 18.6));
  await dialog().getByRole('button', { name: 'Only this one' }).click();
  await chip('Gym', 'Friday, 20 November 2026', '18:00').waitFor();
  await page.keyboard.press('ArrowRight');
  await chip('Gym', 'Wednesday, 25 November 2026', '18:00').waitFor();
});

test('which of a series is chosen by arrow keys, in the menu and in the editor', async () => {
  await open();
  const gym = chip('Gym', 'Wednesday, 18');
  await gym.focus();
  await page.keyboard.press('Alt+ArrowRight');
  await dialog().getByText('“Gym” repeats. Change:').waitFor();
  expect(await focused()).toMatch(/^Only this one/);
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toMatch(/^This and all following/);
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toMatch(/^All of them/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('End');
  expect(await focused()).toMatch(/^Cancel/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await chip('Gym', 'Thursday, 19 November 2026', '18:00').waitFor();
  await page.keyboard.press('j');
  await chip('Gym', 'Thursday, 26 November 2026', '18:00').focus();
  await page.keyboard.press('e');
  await dialog().getByLabel('Title').fill('Gymnastics');
  await page.keyboard.press('Control+Enter');
  await expect.poll(focused).toMatch(/^Only this one/);
  await page.keyboard.press('Escape');
  await expect.poll(focused).toMatch(/^Save/);
  await page.keyboard.press('Enter');
  await expect.poll(focused).toMatch(/^Only this one/);
  await page.keyboard.press('Enter');
  await chip('Gymnastics', 'Thursday, 26 November 2026').waitFor();
  await page.keyboard.press('k');
  await chip('Gym', 'Thursday, 19 November 2026').waitFor();
});

test('this and all following are moved, deleted and brought back', async () => {
  await open();
  await drag(await middle(chip('Gym', 'Wednesday, 18')), await place('Friday, 20 November 2026', 18.6));
  await dialog().getByRole('button', { name: 'This and all following' }).click();
  await chip('Gym', 'Friday, 20 November 2026').waitFor();
  await page.keyboard.press('k');
  const before = chip('Gym', 'Wednesday, 11 November 2026');
  await before.waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const later = chip('Gym', 'Friday, 27 November 2026');
  await later.focus();
  await page.keyboard.press('Delete');
  await dialog().getByRole('button', { name: 'This and all following' }).click();
  await page.getByText('Deleted Gym from then on', { exact: false }).first().waitFor();
  await later.waitFor({ state: 'detached' });
  await page.keyboard.press('k');
  await chip('Gym', 'Friday, 20 November 2026').waitFor();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('j');
  await later.waitFor();
});

test('all of a series can be moved', async () => {
  await open();
  await drag(await middle(chip('Gym', 'Wednesday, 18')), await place('Friday, 20 November 2026', 18.6));
  await dialog().getByRole('button', { name: 'All of them' }).click();
  await chip('Gym', 'Friday, 20 November 2026', '18:00').waitFor();
  await page.getByRole('button', { name: 'Next week' }).click();
  await chip('Gym', 'Friday, 27 November 2026', '18:00').waitFor();
});

test('keys move an event too, and the focus follows', async () => {
  await open();
  await chip('Brunch').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await chip('Brunch', 'Sunday, 22 November 2026', '11:15', '13:15').waitFor();
  await page.keyboard.press('Shift+Alt+ArrowDown');
  await chip('Brunch', 'Sunday, 22 November 2026', '11:15', '13:30').waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')).toMatch(/^Brunch/);
});

test('arrows walk between events and Delete deletes with an undo', async () => {
  await open();
  await chip('Demo day').focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '')).toMatch(/^Retro/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Delete');
  await toast(/^Deleted Demo day · 1 reminder cancelled/).waitFor();
  await expect.poll(() => chip('Demo day').count()).toBe(0);
  await expect.poll(focused).toMatch(/^Retro/);
});

test('the editor shows the next dates and asks which of a series', async () => {
  await open();
  await chip('Piano lesson').click();
  await page.keyboard.press('e');
  await dialog().locator('.sentence').waitFor();
  await dialog().getByText('Thu 26 Nov 2026').waitFor();
  await dialog().getByText('Task').click();
  await dialog().getByLabel('Reminder 1: when').selectOption('at');
  await dialog().getByLabel('Title').fill('Piano');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await dialog().getByRole('button', { name: 'All of them' }).click();
  await chip('Piano', 'Thursday, 19 November 2026').waitFor();
});

test('an event without a title is refused at its field', async () => {
  await open();
  await page.keyboard.press('c');
  await dialog().getByRole('button', { name: 'Add event' }).click();
  await dialog().getByText('An event needs a title').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog().count()).toBe(0);
});

test('the inbox is emptied by done and snooze, its count with it', async () => {
  await open();
  await nav('Inbox');
  await page.getByRole('button', { name: 'Snooze 10 min' }).first().click();
  await toast('Snoozed Design review until 10:33').waitFor();
  await page.getByRole('group', { name: 'Up next' }).getByRole('button', { name: /^Design review rings 10:33/ }).waitFor();
  await page.getByRole('button', { name: 'Done with all' }).click();
  await page.getByRole('dialog', { name: 'Mark 2 reminders as done? This lasts.' }).getByRole('button', { name: 'Done with all' }).click();
  await toast('Done with 2 reminders').waitFor();
  await page.getByText('All answered').waitFor();
});

test('undo is offered for the last change only', async () => {
  await open();
  await chip('Brunch').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await toast('Moved Brunch').waitFor();
  await page.keyboard.press('Alt+ArrowUp');
  await toast('Moved Brunch').waitFor();
  await expect.poll(() => page.getByRole('button', { name: 'Undo' }).count()).toBe(1);
  await page.keyboard.press('Control+z');
  await toast(/^Undone/).waitFor();
  await expect.poll(() => page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
});

test('Ctrl+Z after an answer says that it stands, and takes nothing else back', async () => {
  await open();
  await chip('Brunch').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await toast('Moved Brunch').waitFor();
  await nav('Inbox');
  await page.locator('main').getByRole('button', { name: 'Done', exact: true }).first().click();
  await toast(/^Done with/).waitFor();
  await page.keyboard.press('Control+z');
  await toast(/^“Done with .*” cannot be taken back\. Once more takes back what came before it: /).waitFor();
  expect(await toast(/^Undone/).count()).toBe(0);
  await page.keyboard.press('Control+z');
  await toast(/^Undone/).waitFor();
});

test('a calendar and a person are removed from their forms', async () => {
  await open();
  await page.getByRole('button', { name: 'Change Work' }).click();
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await toast(/^Removed Work/).waitFor();
  await nav('People');
  await page.locator('main').getByRole('button', { name: /Kenji Sato/ }).first().click();
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await toast(/^Removed Kenji Sato/).waitFor();
});

test('what is answered alone is named', async () => {
  await open();
  await nav('Inbox');
  await page.getByRole('button', { name: 'Done', exact: true }).first().click();
  await toast('Done with Design review').waitFor();
});

test('a failed delivery says why and can be tried again', async () => {
  await open();
  await page.getByRole('button', { name: /^failed ?2$/i }).click();
  await page.getByRole('button', { name: /Price sync.*Failed after 5 tries/i }).click();
  const why = page.getByRole('complementary', { name: 'Why' });
  await why.getByText(/five tries failed/).first().waitFor();
  await why.getByText('Try 5: refused · 404').waitFor();
  await why.getByRole('button', { name: 'Retry' }).click();
  await toast('Trying Price sync again').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => why.count()).toBe(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent ?? '')).toMatch(/Price sync/);
});

test('a webhook is added with its secret shown once', async () => {
  await open();
  await page.keyboard.press(',');
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await dialog().getByLabel('Name').fill('lights');
  await dialog().getByLabel('Address').fill('ftp://nowhere');
  await dialog().getByRole('button', { name: 'Add webhook' }).click();
  await dialog().getByText(/is not a web address/).waitFor();
  await dialog().getByLabel('Address').fill('https://example.org/hook');
  await dialog().getByRole('button', { name: 'Add webhook' }).click();
  await dialog().getByText(/^whsec_/).waitFor();
  await dialog().getByRole('button', { name: 'I have it' }).click();
  await page.getByText('https://example.org/hook').waitFor();
});

test('a test notification asks whether it was seen', async () => {
  await open();
  await page.keyboard.press(',');
  await page.getByRole('button', { name: 'Send a test', exact: true }).click();
  await page.getByText('Sent. Did you see it?').waitFor();
  await page.getByRole('button', { name: 'No', exact: true }).click();
  await page.getByText(/Do not disturb/).waitFor();
});

test('the theme changes at once', async () => {
  await open();
  await page.keyboard.press(',');
  await page.getByText('Dark', { exact: true }).click();
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
});

test('when the service is off the window says so and starts it', async () => {
  await open({ world: 'off' });
  await page.getByText(/Reminders are off/).waitFor();
  await page.getByRole('button', { name: 'Start it' }).click();
  await expect.poll(() => page.getByText(/Reminders are off/).count()).toBe(0);
});

test('in the month an event is dragged to another day', async () => {
  await open();
  await page.keyboard.press('m');
  const cell = await middle(page.locator('[data-date="2026-11-29"]'));
  await drag(await middle(chip('Brunch')), cell);
  await chip('Brunch', 'Sunday, 29 November 2026', '11:00').waitFor();
});

/** A bar by its first and last day that are drawn. */
const bar = (title: string, from: string, to = ''): Locator => page.locator('main').getByRole('button', { name: new RegExp(`^${title}[^,]*, ${from}${to ? ` – ${to}` : ''}, all-day`) });

async function pull(edgeOf: Locator, to: { x: number; y: number }): Promise<void> {
  const box = await edgeOf.boundingBox();
  if (!box) throw new Error('not on the screen');
  await drag({ x: box.x + box.width - 2, y: box.y + box.height / 2 }, to);
}

test('a bar that began in the week before keeps its length when it is moved, and its start when it is pulled', async () => {
  await open();
  await page.keyboard.press('k');
  const across = async (day: string): Promise<{ x: number; y: number }> => ({ x: (await place(day, 1)).x, y: (await middle(page.locator('.bar-chip', { hasText: 'Visit from Lyon' }))).y });
  await drag(await middle(bar('Visit from Lyon', 'Monday, 9 November 2026')), await across('Tuesday, 10 November 2026'));
  await bar('Visit from Lyon', 'Monday, 9 November 2026', 'Tuesday, 10 November 2026').waitFor();
  await page.keyboard.press('k');
  await bar('Visit from Lyon', 'Saturday, 7 November 2026', 'Sunday, 8 November 2026').waitFor();
  await page.keyboard.press('j');
  await pull(bar('Visit from Lyon', 'Monday, 9 November 2026', 'Tuesday, 10 November 2026'), await across('Thursday, 12 November 2026'));
  await bar('Visit from Lyon', 'Monday, 9 November 2026', 'Thursday, 12 November 2026').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await bar('Visit from Lyon', 'Monday, 9 November 2026', 'Wednesday, 11 November 2026').waitFor();
  await page.keyboard.press('k');
  await bar('Visit from Lyon', 'Friday, 6 November 2026', 'Sunday, 8 November 2026').waitFor();
});

test('a bar that began before the month keeps its length when it is moved, and its start when it is pulled', async () => {
  await open();
  const cell = (date: string): Promise<{ x: number; y: number }> => middle(page.locator(`[data-date="${date}"]`));
  await page.keyboard.press('m');
  await pull(bar('Conference', 'Tuesday, 24 November 2026', 'Thursday, 26 November 2026'), await cell('2026-12-01'));
  await page.keyboard.press('j');
  const first = bar('Conference', 'Monday, 30 November 2026', 'Tuesday, 1 December 2026');
  const box = await first.boundingBox();
  if (!box) throw new Error('no bar');
  await drag({ x: box.x + 40, y: box.y + 8 }, await cell('2026-12-01'));
  const second = bar('Conference', 'Monday, 30 November 2026', 'Wednesday, 2 December 2026');
  await pull(second, await cell('2026-12-03'));
  await bar('Conference', 'Monday, 30 November 2026', 'Thursday, 3 December 2026').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await second.waitFor();
  await page.keyboard.press('k');
  await bar('Conference', 'Tuesday, 24 November 2026', 'Sunday, 29 November 2026').waitFor();
  await bar('Conference', 'Monday, 30 November 2026', 'Wednesday, 2 December 2026').waitFor();
});

test('keys on the second half of a night move and lengthen the whole of it', async () => {
  await open();
  for (let week = 0; week < 4; week++) await page.keyboard.press('k');
  await chip('Night train', 'Saturday, 24 October 2026', '22:05').focus();
  await page.keyboard.press('Alt+ArrowRight');
  await chip('Night train', 'Sunday, 25 October 2026', '22:05').focus();
  await page.keyboard.press('Shift+Alt+ArrowDown');
  await toast('Moved Night train to Wien').first().waitFor();
  await page.keyboard.press('j');
  await chip('Night train', 'Monday, 26 October 2026', '00:00', '08:45').focus();
  await page.keyboard.press('Shift+Alt+ArrowDown');
  await chip('Night train', 'Monday, 26 October 2026', '00:00', '09:00').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await chip('Night train', 'Monday, 26 October 2026', '00:00', '09:15').waitFor();
  await page.keyboard.press('k');
  await chip('Night train', 'Sunday, 25 October 2026', '22:20').waitFor();
});

test('text of twice the size is not cut off', async () => {
  await open({ text: 200, width: 1280, height: 800, clock: 'h12' });
  for (const name of ['Inbox', 'Deliveries', 'People', 'Calendar']) {
    await nav(name);
    await page.locator('main h1').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
});

test('Tab and the arrows reach what is drawn, whatever else the days hold', async () => {
  await open({ world: 'hard', width: 900, height: 600 });
  const region = page.getByRole('region', { name: /^Calendar/ });
  for (const view of ['w', 'm']) {
    await page.keyboard.press(view);
    await expect.poll(() => region.locator('[data-key][tabindex="0"]').count()).toBe(1);
    await region.locator('[data-key][tabindex="0"]').focus();
    const seen = new Set<string>();
    for (const arrow of ['ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft']) {
      await page.keyboard.press(arrow);
      const key = await page.evaluate(() => document.activeElement?.getAttribute('data-key'));
      expect(key).toBeTruthy();
      seen.add(key ?? '');
    }
    expect(seen.size).toBeGreaterThan(3);
    await page.keyboard.press('Tab');
  }
});

test('a title that runs from right to left leaves the sentence around it in order', async () => {
  await open({ world: 'hard' });
  const hebrew = page.locator('main [data-key]').filter({ hasText: 'סבתא' }).first();
  await hebrew.focus();
  await page.keyboard.press('Alt+ArrowDown');
  await toast(/^Moved \u2068.*סבתא.*\u2069$/).waitFor();
});

test('a hidden calendar is not drawn', async () => {
  await open();
  await page.getByRole('checkbox', { name: 'Family' }).uncheck();
  await expect.poll(() => chip('Brunch').count()).toBe(0);
});

test('a deleted calendar comes back by undo, with its events', async () => {
  await open();
  await chip('Brunch').waitFor();
  await page.getByRole('button', { name: 'Change Family' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await toast(/^Removed Family/).waitFor();
  await expect.poll(() => chip('Brunch').count()).toBe(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await chip('Brunch').waitFor();
  await page.getByRole('checkbox', { name: 'Family' }).waitFor();
});

test('a calendar file that is chosen says what it brought', async () => {
  await open();
  await page.keyboard.press(',');
  await page.locator('input[type=file]').setInputFiles({ name: 'club.ics', mimeType: 'text/calendar', buffer: Buffer.from('BEGIN:VCALENDAR') });
  await dialog().getByRole('button', { name: 'Import', exact: true }).click();
  await toast(/^Imported club.ics: 3/).waitFor();
});

test('what new zone data moved is listed until it was seen', async () => {
  await open({ world: 'moved' });
  await page.getByText('New time zone data moved 151 occurrences.').waitFor();
  await page.getByRole('button', { name: 'Show them' }).click();
  await dialog().getByText(/Tue 30 Mar 2027, 12:00 in Lisbon/).waitFor();
  await dialog().getByText('and 148 more within thirteen months').waitFor();
  await dialog().getByRole('button', { name: 'Seen' }).click();
  await expect.poll(() => page.getByText('New time zone data').count()).toBe(0);
});

test('a time in a person’s zone is said by both clocks', async () => {
  await open();
  await page.locator('[data-key]').filter({ hasText: 'Lunch with Ana' }).first().click();
  await dialog().getByText('11:30 for Ana, Lisbon').waitFor();
  await dialog().getByRole('button', { name: 'Edit' }).click();
  await dialog().getByRole('combobox', { name: 'Zone' }).click();
  await dialog().getByRole('combobox', { name: 'Zone' }).fill('kenji');
  await dialog().getByRole('option', { name: /Kenji Sato, Tokyo/ }).click();
  await dialog().getByText('By this person’s clock').waitFor();
});
