// The demo world's shapes: occurrences already expanded. It has no recurrence and no zones of its own.

import type { AllDay, CalendarView, ChannelView, ClockJump, Kind, Mark, Moment, MovedView, Overlap, PersonView, QuietHours, Reason, ReminderDraft, Settings, Swapped, TimeMode, ZoneField } from '../../wire/types';

/** What became of a reminder, where the demo says something else than "told in time" or "scheduled". */
export interface Fate {
  mark: Mark;
  lateMs?: number;
  made?: number;
  max?: number;
  reason?: Reason;
  /** HTTP statuses of the attempts, for webhooks. */
  statuses?: (number | null)[];
}

export interface Occ {
  event: string;
  original: string;
  version: number;
  title: string;
  kind: Kind;
  calendar: string;
  mode: TimeMode;
  date: string;
  wallMin: number;
  fold: boolean;
  durationMin: number;
  days: number;
  zone: ZoneField | null;
  rule: string | null;
  sentence: string | null;
  reminders: ReminderDraft[];
  fates: (Fate | null)[];
  place: string | null;
  url: string | null;
  notes: string | null;
  person: string | null;
  notice?: number;
  overlap?: Overlap;
  exception: boolean;
  cancelled?: boolean;
}

export interface World {
  now: Moment;
  settings: Settings;
  calendars: CalendarView[];
  channels: ChannelView[];
  people: PersonView[];
  occs: Occ[];
  /** Answered reminders by delivery id. */
  answered: Map<string, 'done' | 'snoozed'>;
  /** When snoozed ones ring again, by delivery id. */
  snoozed: Map<string, Moment>;
  /** Fates a person's action gave, by delivery id. */
  fates: Map<string, Fate>;
  /** Told recently and waiting for an answer, by delivery id. */
  open: Set<string>;
  running: boolean;
  paused: boolean;
  autostart: boolean;
  quiet: QuietHours;
  allDay: AllDay;
  moved: MovedView;
  /** What the ledger has the place of, until that was seen. */
  swapped?: Swapped | null;
  /** The clock jumped, and nobody has accepted it. */
  jumped?: ClockJump | null;
}

export const DESKTOP = 'chn_desktop';
export const HOOK = 'chn_home';

export const deliveryId = (occ: Occ, index: number): string => `dlv_${occ.event.slice(4)}_${occ.original}_${index}`;
export const keyOf = (o: { event: string; original: string }): string => `${o.event}|${o.original}`;

/** Whether an occurrence, or a piece of it, lies before a moment as a whole. */
export function isOver(occ: Occ, now: Moment): boolean {
  const nowMin = now.wallMin + dayNumber(now.date) * 1440;
  if (occ.mode === 'allDay') return dayNumber(occ.date) + occ.days <= dayNumber(now.date);
  return dayNumber(occ.date) * 1440 + occ.wallMin + occ.durationMin <= nowMin;
}

function dayNumber(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
}
