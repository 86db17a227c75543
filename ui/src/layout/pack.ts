// Places overlapping things side by side. Pure arithmetic on minutes.

import { clamp } from './axis';
import { TWO_LINES } from './chip';

/** Something with a place in time. */
export interface Span {
  start: number;
  end: number;
}

/** A thing with its place: `lane` of `lanes`, `width` lanes wide, drawn until `end`. */
export interface Packed<T> {
  item: T;
  lane: number;
  lanes: number;
  width: number;
  end: number;
}

/** Things too many to stand beside the others. */
export interface Strip<T> extends Span {
  items: T[];
}

export interface Packing<T> {
  placed: Packed<T>[];
  strips: Strip<T>[];
  /** How many lanes there are beside a strip, with it. */
  most: number;
}

/** More lanes than this are not legible: the rest becomes a strip. */
export const MAX_LANES = 6;

interface Slot<T> extends Span {
  item: T;
  lane: number;
}

/**
 * Packs things into lanes, `most` at most. `least` is how long a thing is at least drawn: what touches as it is drawn
 * does not overlap. Each grows to the right while nothing stands in its way. Where there are too many, what `seriesOf`
 * says is of one series with more than `most` others gives way to the rest.
 */
export function pack<T extends Span>(items: readonly T[], least: (item: T) => number, most = MAX_LANES, seriesOf: (item: T) => unknown = itself): Packing<T> {
  const slots = items.map((item) => ({ item, start: item.start, end: Math.max(item.end, item.start + least(item)), lane: 0 }));
  slots.sort((a, b) => a.start - b.start || b.end - a.end);
  const packing: Packing<T> = { placed: [], strips: [], most };
  let cluster: Slot<T>[] = [];
  let until = -Infinity;
  for (const slot of slots) {
    if (slot.start >= until && cluster.length > 0) {
      settle(cluster, packing, seriesOf);
      cluster = [];
    }
    cluster.push(slot);
    until = cluster.length === 1 ? slot.end : Math.max(until, slot.end);
  }
  if (cluster.length > 0) settle(cluster, packing, seriesOf);
  return packing;
}

const itself = (item: unknown): unknown => item;

/** Gives each the first lane that is free, and says how many lanes that takes. */
function lay<T>(slots: readonly Slot<T>[]): number {
  const ends: number[] = [];
  for (const slot of slots) {
    const free = ends.findIndex((end) => end <= slot.start);
    slot.lane = free < 0 ? ends.length : free;
    ends[slot.lane] = slot.end;
  }
  return ends.length;
}

/** Lays a crowd anew: what is of a dense series has a lane only where nothing else is. */
function giveWay<T>(cluster: readonly Slot<T>[], most: number, seriesOf: (item: T) => unknown): void {
  const counts = new Map<unknown, number>();
  for (const { item } of cluster) counts.set(seriesOf(item), (counts.get(seriesOf(item)) ?? 0) + 1);
  const isDense = ({ item }: Slot<T>): boolean => (counts.get(seriesOf(item)) ?? 0) > most;
  const rest = cluster.filter((slot) => !isDense(slot));
  lay(rest);
  const dense = cluster.filter(isDense);
  const stands = (slot: Slot<T>): boolean => rest.some((other) => other.start < slot.end && slot.start < other.end);
  lay(dense.filter((slot) => !stands(slot)));
  for (const slot of dense.filter(stands)) slot.lane = Infinity;
}

function settle<T extends Span>(cluster: Slot<T>[], packing: Packing<T>, seriesOf: (item: T) => unknown): void {
  const needed = lay(cluster);
  const crowded = needed > packing.most;
  if (crowded) giveWay(cluster, packing.most, seriesOf);
  const kept = crowded ? packing.most - 1 : needed;
  const lanes = crowded ? packing.most : needed;
  const seen = cluster.filter((slot) => slot.lane < kept);
  for (const slot of seen) packing.placed.push({ item: slot.item, lane: slot.lane, lanes, width: widthOf(slot, seen, kept), end: slot.end });
  if (!crowded) return;
  let strip: Strip<T> | null = null;
  for (const slot of cluster.filter((other) => other.lane >= kept)) {
    if (strip && slot.start < strip.end) {
      strip.items.push(slot.item);
      strip.end = Math.max(strip.end, slot.end);
    } else {
      strip = { items: [slot.item], start: slot.start, end: slot.end };
      packing.strips.push(strip);
    }
  }
}

/** A column's width and scale in pixels; `text` is how much larger than usual text is. */
export interface Column {
  width: number;
  pxPerMin: number;
  text: number;
}

/** Pixels of a chip's one line and of its two, and what a lane needs to show a word. */
const ONE = 23;
const TWO = TWO_LINES + 4;
const LANE = 40;
const NARROW = 80;

/** Packs so that all can be read: no more lanes than show a word, and a short thing in a narrow lane has two lines, if that pushes nothing aside. */
export function packLegibly<T extends Span>(items: readonly T[], { width, pxPerMin, text }: Column, seriesOf: (item: T) => unknown = itself): Packing<T> {
  const most = clamp(Math.floor(width / (LANE * text)), 2, MAX_LANES);
  const tall = new Set<T>();
  // Ends as each round adds to `tall`.
  for (;;) {
    const packing = pack(items, (item) => ((tall.has(item) ? TWO : ONE) * text) / pxPerMin, most, seriesOf);
    const free = (item: T): boolean => !items.some((other) => other !== item && other.start >= item.start && (other.start - item.start) * pxPerMin < TWO * text);
    const narrow = packing.placed.filter(({ item, end, lanes, width: wide }) => {
      if (tall.has(item) || (end - item.start) * pxPerMin >= TWO * text) return false;
      return (wide * width) / lanes < NARROW * text && (lanes > 1 || free(item));
    });
    if (narrow.length === 0) return packing;
    for (const { item } of narrow) tall.add(item);
  }
}

function widthOf<T>(slot: Slot<T>, others: readonly Slot<T>[], lanes: number): number {
  let reach = lanes;
  for (const other of others) {
    if (other.lane > slot.lane && other.start < slot.end && slot.start < other.end) reach = Math.min(reach, other.lane);
  }
  return reach - slot.lane;
}
