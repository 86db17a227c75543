// Files on their way in: what each would bring, how far they are, and the way back.

import { t, tn } from '../shared/t';
import type { FileReport, ImportProgress } from '../wire/types';
import type { App } from './app.svelte';
import { Reading } from './reading.svelte';
import { requestId } from './request';

/** What crosses to the host at most, in bytes. */
const LARGEST = 32 * 1024 * 1024;
/** How often is asked how far an import is. */
const LOOK_MS = 250;

/** A number as it is read. */
export const many = new Intl.NumberFormat('en');

export type Phase = 'looking' | 'taking' | 'stopping';

/** A file as the page has it, or as it was handed over. */
export interface Source {
  readonly name: string;
  readonly size: number;
  text(): Promise<string>;
}

/** One file, and what it would bring. */
export class Incoming {
  readonly name: string;
  readonly preview = new Reading<FileReport>();
  /** `cal_…`; empty is the calendar it names itself. */
  calendar = $state('');
  /** The name of that one. */
  own = $state('');
  /** How many of it were deleted here and could come back, and whether they do. */
  deleted = $state(0);
  bringBack = $state(false);
  progress = $state.raw<ImportProgress | null>(null);
  readonly #file: Source;
  #text: string | null = null;

  constructor(file: Source) {
    this.#file = file;
    this.name = file.name;
  }

  async text(): Promise<string> {
    if (this.#file.size > LARGEST) throw new Error(t('import.tooLarge', { name: this.name, size: Math.floor(this.#file.size / 1024 / 1024) }));
    return (this.#text ??= await this.#file.text());
  }

  /** It was looked at, and something of it can come in. */
  get ready(): boolean {
    return this.preview.value !== null && !this.refused;
  }

  /** It was looked at, and nothing of it can come in. */
  get refused(): boolean {
    const report = this.preview.value;
    return this.preview.fault !== null || (report !== null && report.created + report.updated + report.unchanged === 0);
  }
}

const isCards = ({ name }: Incoming): boolean => /\.(vcf|vcard)$/i.test(name);

export class Intake {
  files = $state.raw<readonly Incoming[]>([]);
  phase = $state<Phase>('looking');
  progress = $state.raw<ImportProgress | null>(null);
  /** The files that are being taken in. */
  taken = $state.raw<readonly Incoming[]>([]);
  readonly #app: App;
  #closed = false;

  constructor(app: App, files: readonly Source[]) {
    this.#app = app;
    this.add(files);
  }

  get ready(): boolean {
    return this.phase === 'looking' && this.files.every((file) => !file.preview.loading) && this.files.some((file) => file.ready);
  }

  /** More files, unless the first are on their way in. */
  add(files: readonly Source[]): void {
    if (this.phase !== 'looking') return;
    const more = files.map((file) => new Incoming(file));
    // As they go in: people come before the events that are theirs.
    const all = [...this.files, ...more];
    this.files = [...all.filter(isCards), ...all.filter((file) => !isCards(file))];
    void Promise.all(more.map((file) => this.look(file)));
  }

  async look(file: Incoming): Promise<void> {
    const { platform } = this.#app;
    const { calendar, bringBack } = file;
    await file.preview.read(async () => {
      const id = requestId();
      const asked = { files: [{ name: file.name, text: await file.text(), calendar: calendar || null, bringBack }], dryRun: true, requestId: id };
      const answer = platform.call('import', asked);
      const { files: [report] } = await this.#attend(id, answer, () => this.#closed, (progress) => (file.progress = progress));
      if (!report) throw new Error('BUG: a file without a report');
      if (!bringBack) file.deleted = report.deleted;
      if (!calendar) file.own = report.calendar ?? '';
      return report;
    });
    file.progress = null;
  }

  /** Takes them in; what is refused is left out. */
  async take(): Promise<void> {
    if (!this.ready) return;
    const app = this.#app;
    const id = requestId();
    this.taken = this.files.filter((file) => file.ready);
    this.phase = 'taking';
    try {
      const files = await Promise.all(this.taken.map(async (file) => ({ name: file.name, text: await file.text(), calendar: file.calendar || null, bringBack: file.bringBack })));
      const answer = app.platform.call('import', { files, dryRun: false, requestId: id });
      const { files: reports, stopped } = await this.#attend(id, answer, () => this.#closed, (progress) => (this.progress = progress));
      if (this.#closed) await this.#leaveNothing(id, stopped);
      else this.#done(id, reports);
    } catch (error) {
      app.refused(error);
      this.#over();
    }
    await app.session.refresh();
  }

  /** Closed before it is through: nothing of it stays. */
  close(): void {
    this.#closed = true;
    if (this.phase === 'looking') this.#over();
    else this.phase = 'stopping';
  }

  /** Looks how far an import is until it answers. */
  async #attend<T>(id: string, answer: Promise<T>, stop: () => boolean, note: (progress: ImportProgress) => void): Promise<T> {
    let waiting = true;
    const settled = answer.finally(() => (waiting = false));
    const over = settled.then(() => undefined, () => undefined);
    while (waiting) {
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
      if (!waiting) break;
      try {
        note(await this.#app.platform.call('importProgress', { import: id, stop: stop() }));
      } catch {
        // How far it is matters less than that it goes on.
      }
    }
    return settled;
  }

  async #leaveNothing(id: string, stopped: boolean): Promise<void> {
    // It was through before it could be ended.
    if (!stopped) await this.#app.platform.call('undoImport', { import: id, requestId: requestId() });
    this.#over();
    this.#app.toasts.show(t('import.stopped'));
  }

  #done(id: string, reports: readonly FileReport[]): void {
    const app = this.#app;
    const first = reports.flatMap(({ first }) => first ?? []).sort()[0];
    this.#over();
    const isNew = reports.some((report) => report.created + report.updated > 0);
    const [one, ...others] = this.taken;
    const what = wordsOf(reports);
    const words = one && others.length === 0 ? t('import.doneOf', { name: one.name, what }) : t('import.done', { what });
    if (isNew) app.imported(words, () => this.#undo(id));
    else app.toasts.show(t('import.doneNothing'));
    if (first) app.goTo(first);
    else app.go('people');
  }

  async #undo(id: string): Promise<void> {
    const undone = await this.#app.ask('undoImport', { import: id, requestId: requestId() });
    if (!undone) return;
    this.#app.toasts.show(undone.kept > 0 ? tn('import.undoneBut', undone.kept) : t('import.undone'));
    await this.#app.session.refresh();
  }

  #over(): void {
    const { overlay } = this.#app;
    if (overlay.kind === 'import' && overlay.batch === this) this.#app.close();
  }
}

/** "3 new events, 1 changed; 2 new people, 1 birthday". */
export function wordsOf(reports: readonly FileReport[]): string {
  const sum = (list: readonly FileReport[], of: (report: FileReport) => number): number => list.reduce((all, report) => all + of(report), 0);
  const group = (list: readonly FileReport[], kind: 'import.events' | 'import.people'): string => {
    const parts = ([
      [kind, sum(list, (r) => r.created)],
      ['import.birthdays', sum(list, (r) => r.birthdays)],
      ['import.anniversaries', sum(list, (r) => r.anniversaries)],
      ['import.updated', sum(list, (r) => r.updated)],
      ['import.unchanged', sum(list, (r) => r.unchanged - r.deleted)],
      ['import.deleted', sum(list, (r) => r.deleted)],
      ['import.leftOut', sum(list, (r) => r.leftOut)],
    ] as const).filter(([, n]) => n > 0);
    return parts.map(([key, n]) => tn(key, n, { n: many.format(n) })).join(', ');
  };
  const groups = [group(reports.filter((r) => r.calendar !== null), 'import.events'), group(reports.filter((r) => r.calendar === null), 'import.people')];
  return groups.filter((words) => words !== '').join('; ');
}
