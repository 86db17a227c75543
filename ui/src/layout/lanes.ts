// Bars over several days keep their lane through a row of days; single chips fill what is left.

/** A bar over columns `from` to `to`, both included. */
export interface Bar<T> {
  item: T;
  from: number;
  to: number;
  lane: number;
  /** It came from before the row, or goes on after it. */
  cutLeft: boolean;
  cutRight: boolean;
}

export interface Stretch<T> {
  item: T;
  /** Columns, may lie outside the row. */
  from: number;
  to: number;
}

/** Gives each stretch the lowest free lane, longer ones first where they begin together. */
export function lanes<T>(stretches: readonly Stretch<T>[], columns: number): Bar<T>[] {
  const order = stretches
    .filter((s) => s.to >= 0 && s.from < columns)
    .map((s) => ({ ...s }))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const taken: number[] = [];
  return order.map((s) => {
    const from = Math.max(0, s.from);
    const to = Math.min(columns - 1, s.to);
    let lane = taken.findIndex((last) => last < from);
    if (lane < 0) lane = taken.length;
    taken[lane] = to;
    return { item: s.item, from, to, lane, cutLeft: s.from < 0, cutRight: s.to >= columns };
  });
}

/** What one day of a row shows. */
export interface Cell<T, U> {
  /** Bars that cover this day and are shown, by lane. */
  bars: Bar<T>[];
  chips: U[];
  /** How many things are not shown. */
  more: number;
  /** Lanes the bars take. */
  lanes: number;
}

/**
 * Caps a row of days to `rows` lines each. A bar hidden on one day is hidden on all of that row, so that none is
 * torn; where something is hidden, one line is kept for "n more".
 */
export function capRow<T, U>(bars: readonly Bar<T>[], chips: readonly (readonly U[])[], rows: number): Cell<T, U>[] {
  const shown = new Set(bars.filter((bar) => barFits(bar, bars, chips, rows)));
  return chips.map((own, day) => {
    const covering = bars.filter((bar) => bar.from <= day && day <= bar.to);
    const visible = covering.filter((bar) => shown.has(bar));
    const used = visible.reduce((most, bar) => Math.max(most, bar.lane + 1), 0);
    const hiddenBars = covering.length - visible.length;
    const room = Math.max(0, rows - used);
    const fits = hiddenBars === 0 && own.length <= room ? own.length : Math.min(own.length, Math.max(0, room - 1));
    return { bars: visible, chips: own.slice(0, fits), more: hiddenBars + own.length - fits, lanes: used };
  });
}

function barFits<T, U>(bar: Bar<T>, bars: readonly Bar<T>[], chips: readonly (readonly U[])[], rows: number): boolean {
  for (let day = bar.from; day <= bar.to; day++) {
    const highest = bars.reduce((most, b) => (b.from <= day && day <= b.to ? Math.max(most, b.lane + 1) : most), 0);
    const crowded = highest > rows || (highest === rows && (chips[day]?.length ?? 0) > 0);
    if (bar.lane >= (crowded ? rows - 1 : rows)) return false;
  }
  return true;
}
