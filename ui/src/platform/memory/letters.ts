// What failed or is uncertain in the demo world, and what a person decides about it.

import type { DeliveryRow, Letter, LettersView } from '../../wire/types';
import { change } from './edits';
import type { Calls } from '../../wire/calls';
import { allRows } from './deliver';
import { later } from './moments';
import type { World } from './world';

type Decide = Calls['decideLetters'];

function answerOf(row: DeliveryRow): string {
  if (row.mark === 'review') return '';
  return row.reason?.code === 'dead.gone' ? 'answered 410 Gone' : 'answered 404 Not Found: {"error":"no such hook"}';
}

export function lettersOf(world: World): LettersView {
  const waiting = allRows(world).filter(({ row }) => row.mark === 'failed' || row.mark === 'review');
  const isOver = (row: DeliveryRow): boolean => row.due.date < '2026-11-10';
  const letters = waiting.map(({ row }): Letter => ({
    row: { ...row, canRetry: row.canRetry && !isOver(row) }, over: isOver(row), closed: null, editable: row.channelKind === 'webhook',
    tried: row.attempts.made > 0 ? 'yes' : 'never',
    last: row.attempts.made > 0 ? { at: later(row.due, 41_000), known: row.mark !== 'review', text: answerOf(row) } : null,
  }));
  return { letters, more: 0, heldUp: [] };
}

export function bodyOf(world: World, delivery: string): string {
  const row = lettersOf(world).letters.find((letter) => letter.row.id === delivery)?.row;
  const data = { delivery, event: row?.event, occurrence: { original: row?.original }, kind: row?.kind, title: row?.title, place: '', description: '', due: row?.due.utc };
  return JSON.stringify({ type: 'occurrence.due', timestamp: row?.due.utc, data });
}

/** Sent at once, what waited is taken; what failed for good fails again. */
export function retry(world: World, deliveries: readonly string[]): void {
  const waiting = new Set(allRows(world).filter(({ row }) => row.waits).map(({ row }) => row.id));
  for (const id of deliveries) world.fates.set(id, waiting.has(id) ? { mark: 'told' } : { mark: 'retrying', made: 5, max: 10, statuses: [404] });
}

export function decide(world: World, { deliveries, decision }: Decide['args']): Decide['answer'] {
  for (const id of deliveries) {
    if (decision === 'discard') world.fates.set(id, { mark: 'skipped' });
    else world.fates.set(id, { mark: 'retrying', made: 5, max: 10, statuses: [404] });
  }
  const did = decision === 'discard' ? 'setAside' : decision === 'retry' ? 'retried' : 'sentAsNew';
  return change(did, { count: deliveries.length });
}
