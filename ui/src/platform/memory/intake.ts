// Files in the demo world: counted, not read. A large one goes on with each look at it, and one called held.ics waits to be ended.

import type { Calls } from '../../wire/calls';
import type { FileReport, ImportFile, ImportProgress, ImportReport } from '../../wire/types';
import { Refused } from '../types';

type Asked = Calls['import']['args'];
type Handlers = { [K in 'importProgress' | 'undoImport']: (args: Calls[K]['args']) => Calls[K]['answer'] };

const LARGE = 1000;
const STEPS = 5;

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;
const sizeOf = ({ text }: ImportFile): number => count(text, /BEGIN:V(EVENT|CARD)/g);

function reportOf(file: ImportFile): FileReport {
  const nothing = { besides: [], created: 0, updated: 0, unchanged: 0, leftOut: 0, deleted: 0, birthdays: 0, anniversaries: 0, remarks: [], standing: null, moreRemarks: 0, first: null };
  const { text } = file;
  if (text.startsWith('BEGIN:VCARD')) {
    return { ...nothing, calendar: null, created: sizeOf(file), birthdays: count(text, /^BDAY/gm), anniversaries: count(text, /^ANNIVERSARY/gm) };
  }
  const calendar = file.name.replace(/\.[^.]*$/, '');
  if (!text.startsWith('BEGIN:VCALENDAR')) return { ...nothing, calendar, remarks: [{ line: 1, reason: 'this is not an iCalendar file: it does not begin with BEGIN:VCALENDAR' }] };
  // One called again.ics brings two that were deleted.
  if (file.name === 'again.ics' && !file.bringBack) {
    const gone = ['Choir', 'Flat viewing'].map((title, i) => ({ line: 12 + 9 * i, reason: `“${title}” was deleted here and stays deleted` }));
    return { ...nothing, calendar, unchanged: 6, deleted: 2, remarks: gone };
  }
  if (file.name === 'again.ics') return { ...nothing, calendar, created: 2, unchanged: 4, first: '2026-11-23' };
  // One called all.ics names two calendars.
  if (file.name === 'all.ics' && !file.calendar) return { ...nothing, calendar: 'Personal', besides: ['Choir'], created: 5 };
  // One called copy.ics is in the calendar Work already.
  if (file.name === 'copy.ics' && file.calendar) return { ...nothing, calendar: 'Work', unchanged: 4 };
  if (file.name === 'copy.ics') {
    const twice = ['Stand-up', 'Review', 'Plan', 'Retro'].map((title, i) => ({ line: 3 + 7 * i, reason: `“${title}” is in the calendar Work, too` }));
    return { ...nothing, calendar, created: 4, first: '2026-11-23', remarks: twice, standing: { calendar: 'cal_work', name: 'Work', count: 4 } };
  }
  // One called torn.ics has three events that say no time.
  if (file.name === 'torn.ics') {
    const torn = [8, 14, 20].map((line) => ({ line, reason: 'VEVENT without DTSTART is not imported' }));
    return { ...nothing, calendar, created: 2, leftOut: 3, first: '2026-11-23', remarks: torn };
  }
  const remarks = [{ line: 42, reason: 'the zone "Mars/Olympus" is not known: taken as floating' }];
  return { ...nothing, calendar, created: sizeOf(file) || 3, updated: 1, first: '2026-11-23', remarks };
}

export function createIntake(changed: () => void): { take: (asked: Asked) => Promise<ImportReport>; handlers: Handlers } {
  const idle: ImportProgress = { file: 0, through: 0, total: 0, stopping: false };
  let running: { id: string; at: ImportProgress; held: boolean; settle: (stopped: boolean) => void } | null = null;
  let last: { id: string; removed: number } | null = null;

  const through = (id: string, file: number, { name, text }: ImportFile): Promise<boolean> =>
    new Promise((resolve) => {
      const at = { file, through: 0, total: sizeOf({ name, text, calendar: null, bringBack: false }), stopping: false };
      running = { id, at, held: name === 'held.ics', settle: resolve };
    });

  return {
    async take({ files, dryRun, requestId }) {
      const reports = files.map(reportOf);
      let stopped = false;
      for (const [n, file] of files.entries()) {
        if (!dryRun && !stopped && sizeOf(file) >= LARGE) stopped = await through(requestId, n, file);
      }
      running = null;
      if (!dryRun) {
        last = stopped ? null : { id: requestId, removed: reports.reduce((sum, r) => sum + r.created, 0) };
        queueMicrotask(changed);
      }
      return { files: reports, stopped };
    },
    handlers: {
      importProgress({ import: id, stop }) {
        if (running?.id !== id) return idle;
        const { at, held, settle } = running;
        const step = Math.ceil(at.total / STEPS);
        at.through = held ? step : Math.min(at.total, at.through + step);
        at.stopping ||= stop;
        if (at.stopping || at.through >= at.total) settle(at.stopping);
        return at;
      },
      undoImport({ import: id }) {
        if (last?.id !== id) throw new Refused({ code: 'other', message: 'this import can no longer be taken back: only the last one can, while the window is open', field: null });
        const { removed } = last;
        last = null;
        queueMicrotask(changed);
        return { removed, restored: 0, kept: 0 };
      },
    },
  };
}
