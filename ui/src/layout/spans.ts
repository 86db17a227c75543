// A line of text cut where something in it was understood.

export interface Spanned<M> {
  start: number;
  end: number;
  meaning: M;
}

/** A stretch of the line: understood as something, refused, or neither. */
export interface Stretch<M> {
  start: number;
  text: string;
  meaning: M | null;
  refused: boolean;
}

/** How far two texts are the same from their beginning. */
export function sameUntil(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1;
  return at;
}

/** The spans of an older text that still stand in a newer one. */
export function standing<M, S extends Spanned<M>>(spans: readonly S[], older: string, newer: string): S[] {
  const same = sameUntil(older, newer);
  return spans.filter((span) => span.end <= same);
}

/** The line as stretches, in order and without gaps. */
export function stretches<M>(text: string, spans: readonly Spanned<M>[], refused: { start: number; end: number } | null): Stretch<M>[] {
  const marks = [...spans.map((s) => ({ ...s, refused: false })), ...(refused && refused.end > refused.start ? [{ ...refused, meaning: null, refused: true }] : [])];
  marks.sort((a, b) => a.start - b.start);
  const found: Stretch<M>[] = [];
  let at = 0;
  const plain = (until: number): void => {
    if (until > at) found.push({ start: at, text: text.slice(at, until), meaning: null, refused: false });
  };
  for (const mark of marks) {
    const [start, end] = [Math.max(mark.start, at), Math.min(mark.end, text.length)];
    if (end <= start) continue;
    plain(start);
    found.push({ start, text: text.slice(start, end), meaning: mark.meaning, refused: mark.refused });
    at = end;
  }
  plain(text.length);
  return found;
}

/** The text with a span in quotes: it is title then, whatever it says. */
export function quoted(text: string, { start, end }: { start: number; end: number }): string {
  return `${text.slice(0, start)}"${text.slice(start, end)}"${text.slice(end)}`;
}
