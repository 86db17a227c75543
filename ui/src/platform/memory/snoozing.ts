// Until when something can be snoozed in the demo world, and what quiet hours would make of that.

import type { Moment, SnoozeChoice, SnoozeUntil } from '../../wire/types';
import type { Calls } from '../../wire/calls';
import { inboxOf } from './deliver';
import { later, moment } from './moments';
import type { World } from './world';

const clock = (min: number): string => `${String(Math.floor(min / 60)).padStart(2, '0')}:${String(min % 60).padStart(2, '0')}`;

/** The minutes from now until then. */
function minutesUntil(world: World, until: SnoozeUntil, startsIn: number): number {
  switch (until.type) {
    case 'for': return until.minutes;
    case 'beforeStart': return startsIn - until.minutes;
    case 'tonight': return 1080 - world.now.wallMin;
    case 'tomorrow': return 1440 + 540 - world.now.wallMin;
  }
}

function isQuiet(world: World, wallMin: number): boolean {
  const { on, fromMin, toMin } = world.quiet;
  return on && (fromMin < toMin ? wallMin >= fromMin && wallMin < toMin : wallMin >= fromMin || wallMin < toMin);
}

function warned(world: World, wallMin: number): string | null {
  return isQuiet(world, wallMin) ? `quiet hours last until ${clock(world.quiet.toMin)}: it will be told then` : null;
}

/** Until when it is quiet now, if it is. */
export function quietUntil(world: World): Moment | null {
  const { now, quiet } = world;
  return isQuiet(world, now.wallMin) ? moment(now.date, quiet.toMin + (quiet.toMin > now.wallMin ? 0 : 1440)) : null;
}

export function snoozeChoices(world: World, { delivery, minutes }: Calls['snoozeChoices']['args']): SnoozeChoice[] {
  const item = inboxOf(world).items.find((one) => one.delivery === delivery);
  const startsIn = item ? Math.round((Date.parse(item.starts.utc) - Date.parse(world.now.utc)) / 60_000) : 0;
  const usual: SnoozeUntil[] = [
    { type: 'beforeStart', minutes: 5 }, { type: 'beforeStart', minutes: 0 }, { type: 'for', minutes: 30 }, { type: 'for', minutes: 60 }, { type: 'tonight' }, { type: 'tomorrow' },
  ];
  const asked: SnoozeUntil[] = minutes ? [{ type: 'for', minutes }] : usual;
  return asked.flatMap((until) => {
    const wait = minutesUntil(world, until, startsIn);
    if (wait <= 0) return [];
    const at = later(world.now, wait * 60_000);
    return [{ until, at, warning: warned(world, at.wallMin), refused: false }];
  });
}
