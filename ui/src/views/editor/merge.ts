// What two hands changed of one draft, field by field.

import type { Draft } from '../../wire/types';

export type DraftField = keyof Draft;

const FIELDS: DraftField[] = ['title', 'kind', 'timing', 'rule', 'reminders', 'calendar', 'place', 'url', 'notes', 'person', 'notice', 'overlap'];

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields in which a draft differs from what it was. */
export function changedFields(was: Draft, is: Draft): DraftField[] {
  return FIELDS.filter((field) => !same(was[field], is[field]));
}

/** What was changed here stays; what was not is as it was changed there. */
export function mergeDrafts(was: Draft, mine: Draft, theirs: Draft): Draft {
  const kept = changedFields(was, mine).map((field) => [field, mine[field]]);
  return { ...theirs, ...(Object.fromEntries(kept) as Partial<Draft>) };
}
