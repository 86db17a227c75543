// What the whole window shares and Rust owns: settings, calendars, channels, people, status, the present moment.

import { Refused, type Platform } from '../platform';
import type { About, Boot, CalendarView, ChannelView, Moment, PersonView, Settings, Status, ZoneView } from '../wire/types';

export class Session {
  readonly #platform: Platform;
  readonly #heard: (status: Status) => void;
  #wanted = false;
  #running: Promise<void> | null = null;
  zone = $state.raw<ZoneView>({ id: 'Etc/UTC', city: 'UTC', offset: '', person: null });
  about = $state.raw<About>({ version: '', zones: '', ledger: '' });
  settings = $state.raw<Settings>({ weekStart: 'monday', clock: 'h24', theme: 'system', secondZone: null });
  calendars = $state.raw<readonly CalendarView[]>([]);
  channels = $state.raw<readonly ChannelView[]>([]);
  people = $state.raw<readonly PersonView[]>([]);
  status = $state.raw<Status | null>(null);
  now = $state.raw<Moment>({ utc: '1970-01-01T00:00:00.000Z', date: '1970-01-01', wallMin: 0, ms: 0, zone: 'UTC' });
  /** Why the ledger could not be read the last time; what is shown is of before. */
  unread = $state.raw<string | null>(null);
  /** Goes up whenever something changed: what reads it reads again. */
  revision = $state(0);

  /** `heard` is told each status that is read. */
  constructor(platform: Platform, heard: (status: Status) => void) {
    this.#platform = platform;
    this.#heard = heard;
  }

  start(boot: Boot): void {
    this.zone = boot.zone;
    this.about = boot.about;
    this.settings = boot.settings;
    this.calendars = boot.calendars;
    this.channels = boot.channels;
    this.people = boot.people;
    this.status = boot.status;
    this.now = boot.now;
    this.#heard(boot.status);
  }

  /** Something changed: everything shared is read again, and what is shown after it. What keeps it from that is said in `unread`. */
  refresh(): Promise<void> {
    this.#wanted = true;
    this.#running ??= this.#read().finally(() => (this.#running = null));
    return this.#running;
  }

  /** Many hints while one reading is under way become one more reading. */
  async #read(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      try {
        this.start(await this.#platform.call('boot', {}));
        this.unread = null;
        this.revision += 1;
      } catch (error) {
        this.unread = Refused.from(error).message;
      }
    }
  }

  /** The minute changed. */
  async tick(): Promise<void> {
    if (this.unread !== null) return this.refresh();
    const status = await this.#platform.call('status', {});
    const nextDay = status.now.date !== this.now.date;
    this.status = status;
    this.now = status.now;
    this.#heard(status);
    if (nextDay) this.revision += 1;
  }

  calendar(id: string): CalendarView | undefined {
    return this.calendars.find((calendar) => calendar.id === id);
  }

  color(id: string): string {
    return this.calendar(id)?.color ?? 'slate';
  }
}
