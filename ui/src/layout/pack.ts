// Places overlapping things side by side. Pure arithmetic on minutes.

/** Something with a place in time. */
export interface Span {
  start: number;
  end: number;
}

/** A thing with its place: `lane` of `lanes`, `width` lanes wide. */
export interface Packed<T> {
  item: T;
  lane: number;
  lanes: number;
  width: number;
}

/** Things too many to stand beside the others. */
export interface Strip<T> extends Span {
  items: T[];
}

export interface Packing<T> {
  placed: Packed<T>[];
  strips: Strip<T>[];
}

/** More lanes than this are not legible: the rest becomes a strip. */
export const MAX_LANES = 6;

interface Slot<T> extends Span {
  item: T;
  lane: number;
}

/**
 * Packs things into lanes. `least` is how long a thing is at least drawn. Things that touch do not overlap;
 * each grows to the right while nothing stands in its way.
 */
export function pack<T extends Span>(items: readonly T[], least: number): Packing<T> {
  const slots = items.map((item) => ({ item, start: item.start, end: Math.max(item.end, item.start + least), lane: 0 }));
  slots.sort((a, b) => a.start - b.start || b.end - a.end);
  const packing: Packing<T> = { placed: [], strips: [] };
  let cluster: Slot<T>[] = [];
  let until = -Infinity;
  for (const slot of slots) {
    if (slot.start >= until && cluster.length > 0) {
      settle(cluster, packing);
      cluster = [];
    }
    cluster.push(slot);
    until = cluster.length === 1 ? slot.end : Math.max(until, slot.end);
  }
  if (cluster.length > 0) settle(cluster, packing);
  return packing;
}

function settle<T extends Span>(cluster: Slot<T>[], packing: Packing<T>): void {
  const ends: number[] = [];
  for (const slot of cluster) {
    const free = ends.findIndex((end) => end <= slot.start);
    slot.lane = free < 0 ? ends.length : free;
    ends[slot.lane] = slot.end;
  }
  const crowded = ends.length > MAX_LANES;
  const kept = crowded ? MAX_LANES - 1 : ends.length;
  const lanes = crowded ? MAX_LANES : ends.length;
  const seen = cluster.filter((slot) => slot.lane < kept);
  for (const slot of seen) packing.placed.push({ item: slot.item, lane: slot.lane, lanes, width: widthOf(slot, seen, kept) });
  if (!crowded) return;
  const rest = cluster.filter((slot) => slot.lane >= kept);
  packing.strips.push({
    items: rest.map((slot) => slot.item),
    start: Math.min(...rest.map((slot) => slot.start)),
    end: Math.max(...rest.map((slot) => slot.end)),
  });
}

function widthOf<T>(slot: Slot<T>, others: readonly Slot<T>[], lanes: number): number {
  let reach = lanes;
  for (const other of others) {
    if (other.lane > slot.lane && other.start < slot.end && slot.start < other.end) reach = Math.min(reach, other.lane);
  }
  return reach - slot.lane;
}
