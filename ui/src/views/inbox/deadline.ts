// What can still be snoozed: nothing is told at or after its deadline.

import type { InboxItem, Moment } from '../../wire/types';

/** Whether a snooze of so many minutes would end at or after the deadline. */
export function isTooLate(item: Pick<InboxItem, 'deadline'>, minutes: number, now: Moment): boolean {
  return item.deadline !== null && Date.parse(item.deadline.utc) <= Date.parse(now.utc) + minutes * 60_000;
}
