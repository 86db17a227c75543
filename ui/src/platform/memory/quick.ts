// A stand-in for the real reading of a line: a few words, enough to show what the field does.

import { addDays, weekday } from '../../time/date';
import type { Draft, QuickMeaning, QuickReading, QuickSpan } from '../../wire/types';
import { newForm } from './edits';
import { DESKTOP, type World } from './world';

interface Read {
  reading: QuickReading;
  draft: Draft | null;
}

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WAYS: [QuickMeaning, RegExp][] = [
  ['reminder', /\bremind(?: me)? (\d+)\s?(m|h)\b/i],
  ['repeat', new RegExp(`\\bevery (other )?(${DAYS.join('|')}|day)\\b`, 'i')],
  ['date', new RegExp(`\\b(?:on )?(today|tomorrow|${DAYS.join('|')})\\b`, 'i')],
  ['time', /\bat (noon|\d{1,2}(?::\d{2})?)\b|\b\d{1,2}:\d{2}\b/i],
  ['zone', /\bEurope\/Lisbon\b/],
];

const clock = (min: number): string => `${String(Math.floor(min / 60) % 24).padStart(2, '0')}:${String(min % 60).padStart(2, '0')}`;
const shown = (date: string): string => `${NAMES[weekday(date)] ?? ''} ${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1] ?? ''}`;

function found(text: string): { spans: QuickSpan[]; words: Partial<Record<QuickMeaning, RegExpExecArray>>; title: string } {
  // What is in quotes is title: as long, but nothing in it is found.
  let rest = text.replace(/"[^"]*"/g, (quote) => '\u0001'.repeat(quote.length));
  const words: Partial<Record<QuickMeaning, RegExpExecArray>> = {};
  const spans: QuickSpan[] = [];
  for (const [meaning, way] of WAYS) {
    const hit = way.exec(rest);
    if (!hit) continue;
    words[meaning] = hit;
    spans.push({ start: hit.index, end: hit.index + hit[0].length, meaning });
    rest = rest.slice(0, hit.index) + '\u0002'.repeat(hit[0].length) + rest.slice(hit.index + hit[0].length);
  }
  spans.sort((a, b) => a.start - b.start);
  const title = [...text].filter((_, i) => rest[i] !== '\u0002').join('').replace(/["]/g, '').replace(/\s+/g, ' ').replace(/[\s,]+$/, '').trim();
  return { spans, words, title };
}

function coming(world: World, name: string): string {
  const today = world.now.date;
  if (name === 'today' || name === 'day') return today;
  if (name === 'tomorrow') return addDays(today, 1);
  return addDays(today, (DAYS.indexOf(name) - weekday(today) + 7) % 7 || 7);
}

export function readQuick(world: World, text: string): Read {
  const { spans, words, title } = found(text);
  const no = (message: string, start = text.length, end = text.length): Read => ({ reading: { title: null, echo: null, notes: [], spans, refused: { text: message, start, end } }, draft: null });
  const two = /\b\d{1,2}\/\d{1,2}\b/.exec(text);
  if (two) return no(`'${two[0]}' could be 1 February or 2 January: write the month as a word`, two.index, two.index + two[0].length);
  const day = (words.repeat?.[2] ?? words.date?.[1])?.toLowerCase();
  const at = words.time?.[1] ?? words.time?.[0];
  if (!day && !at) return no('there is no date and no time in it: say when, such as tomorrow 9:00');
  if (title === '') return no('the title is missing: say what it is');
  const [hour = 9, minute = 0] = at === 'noon' ? [12] : (at?.replace('at ', '').split(':').map(Number) ?? []);
  const wallMin = hour * 60 + minute;
  const date = day ? coming(world, day) : wallMin > world.now.wallMin ? world.now.date : addDays(world.now.date, 1);
  const draft = { ...newForm(world, { date, allDay: !at, wallMin }).draft, title };
  const every = words.repeat;
  if (every) draft.rule = day === 'day' ? `FREQ=DAILY${every[1] ? ';INTERVAL=2' : ''}` : `FREQ=WEEKLY${every[1] ? ';INTERVAL=2' : ''};BYDAY=${CODES[DAYS.indexOf(day ?? '')] ?? 'MO'}`;
  const before = words.reminder ? Number(words.reminder[1]) * (words.reminder[2] === 'h' ? 60 : 1) : 10;
  draft.reminders = [{ trigger: { type: 'offset', minutes: at ? -before : 0 }, channel: DESKTOP, alarm: false }];
  const time = `${clock(wallMin)}${words.zone ? ` Lisbon (${clock(wallMin + 60)} here)` : ''}`;
  const rings = words.zone ? `${clock(wallMin + 60 - before)} here` : clock(wallMin - before);
  const unit = day === 'day' ? 'day' : `week on ${NAMES[DAYS.indexOf(day ?? '')] ?? ''}`;
  const often = `Every ${every?.[1] ? unit.replace(/^(day|week)/, '2 $1s') : unit}`;
  const when = every ? `${often}${at ? `, ${time}` : ''} · next ${shown(date).slice(4)}` : `${shown(date)}, ${at ? time : 'all day'}`;
  return { reading: { title, echo: `${when} · reminder ${at ? rings : '09:00'}`, notes: [], spans, refused: null }, draft };
}
