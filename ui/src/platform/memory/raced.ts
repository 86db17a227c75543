// Somebody else at work in the same ledger: an event that is opened in the form is changed behind it, once.

import type { World } from './world';

/** Brunch is deleted; everything else begins half an hour later, in another room. */
export function raceOnce(world: World, event: string): void {
  if (world.occs.some((o) => o.event === event && o.place === 'Room Rhein')) return;
  world.occs = world.occs.flatMap((o) => {
    if (o.event !== event) return [o];
    return o.title === 'Brunch' ? [] : [{ ...o, version: o.version + 1, place: 'Room Rhein', wallMin: o.wallMin + 30 }];
  });
}
