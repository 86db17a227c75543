// What of a chip is shown at a size. Parts go in this order: note, end, start, title; never bar and glyph.

export interface ChipSize {
  width: number;
  height: number;
  title: string;
  /** Letters of the time, the start alone and with the end. */
  start: number;
  range: number;
  /** There is a glyph. */
  marked: boolean;
  /** Letters of the note beside the glyph. */
  note?: number;
  /** How much larger than usual text is. */
  scale?: number;
}

export interface ChipParts {
  /** There is room for some of the title. */
  title: boolean;
  /** Title and time beside each other. */
  oneLine: boolean;
  time: 'none' | 'start' | 'range';
  note: boolean;
  /** Lines the title may take. */
  lines: number;
  /** The glyph goes to the foot, so that the title has the width. */
  glyphBelow: boolean;
  /** A word longer than a line goes on in the next; in a narrow lane it is cut. */
  breakWords: boolean;
}

/** A chip lower than this has one line. */
export const TWO_LINES = 35;
const LINE = 15.6;
const LETTER = 6.8;
/** A figure of a time, which is set smaller. */
const DIGIT = 6.4;
const GLYPH = 17;
/** Bar and padding; a narrow chip has less of it. */
const SIDES = 15;
const TIGHT_SIDES = 10;
export const TIGHT = 52;
/** Lines of fewer letters than this break no word. */
const LETTERS_TO_BREAK = 10;

/** Parts for a chip of a size in pixels; text widths are estimates, cut text is caught by the style. */
export function chipParts(size: ChipSize): ChipParts {
  const scale = size.scale ?? 1;
  const sized = { ...size, width: size.width / scale, height: size.height / scale };
  return sized.height < TWO_LINES ? oneLine(sized) : manyLines(sized);
}

const timeWidth = (letters: number): number => letters * DIGIT + 5;

function oneLine({ width, title, start, marked }: ChipSize): ChipParts {
  const inner = width - SIDES - (marked ? GLYPH : 0);
  const fits = title.length * LETTER + timeWidth(start) <= inner;
  return {
    title: !marked || width >= 46, oneLine: true, time: fits ? 'start' : 'none', note: title.length * LETTER + 26 <= inner || width >= 120,
    lines: 1, glyphBelow: false, breakWords: false,
  };
}

const TIMES: ChipParts['time'][] = ['none', 'start', 'range'];

interface Candidate {
  parts: ChipParts;
  seen: number;
  whole: boolean;
  /** The title begins on the first line. */
  begins: boolean;
  /** Lines it takes. */
  used: number;
}

/** Of the ways to lay a chip out the one that shows most of the title, then most of the time. */
function manyLines(size: ChipSize): ChipParts {
  const { width, height, title, marked, note = 0 } = size;
  const inner = width - (width < TIGHT ? TIGHT_SIDES : SIDES);
  const room = Math.max(1, Math.floor((height - 5) / LINE));
  const noted = width >= 84;
  const perLine = Math.max(1, inner / LETTER);
  const breakWords = perLine >= LETTERS_TO_BREAK;
  const atTop = marked ? (GLYPH + (noted ? note * LETTER : 0)) / LETTER : 0;
  const found: Candidate[] = [];
  for (const glyphBelow of marked ? [false, true] : [false]) {
    for (const time of room >= 2 ? TIMES : TIMES.slice(0, 1)) {
      const timed = time === 'none' ? 0 : timeWidth(time === 'start' ? size.start : size.range);
      const lines = room - (time === 'none' ? 0 : 1);
      const fit = fitted(title, { lines, perLine, breakWords, lessFirst: glyphBelow ? 0 : atTop, lessLast: glyphBelow && time === 'none' ? GLYPH / LETTER : 0 });
      // A glyph at the foot stands beside the time only where the title leaves no line between.
      if (time !== 'none' && timed > inner - (glyphBelow && fit.used >= lines ? GLYPH : 0)) continue;
      found.push({ ...fit, parts: { title: true, oneLine: false, time, note: noted && !glyphBelow, lines, glyphBelow, breakWords } });
    }
  }
  // Where not even all lines hold a long title, one of them is better spent on the time.
  const timed = found.filter(({ parts }) => parts.time !== 'none');
  const among = width >= 96 && room >= 3 && timed.length > 0 && found.every(({ whole }) => !whole) ? timed : found;
  return among.reduce((best, other) => (better(other, best) ? other : best)).parts;
}

function better(one: Candidate, other: Candidate): boolean {
  if (Math.round(one.seen) !== Math.round(other.seen)) return one.seen > other.seen;
  if (one.parts.time !== other.parts.time) return TIMES.indexOf(one.parts.time) > TIMES.indexOf(other.parts.time);
  return one.begins && !other.begins;
}

interface Lines {
  lines: number;
  perLine: number;
  breakWords: boolean;
  /** Letters the first line has less: the glyph stands beside it. */
  lessFirst: number;
  /** Letters of the last line that the glyph covers. */
  lessLast: number;
}

/** How many letters of a text are seen when its words are wrapped into lines. */
function fitted(text: string, { lines, perLine, breakWords, lessFirst, lessLast }: Lines): Omit<Candidate, 'parts'> {
  const words = text.split(' ').filter(Boolean);
  let seen = 0;
  let whole = true;
  let begins = true;
  let line = 0;
  for (; line < lines && words.length > 0; line++) {
    const room = perLine - (line === 0 ? lessFirst : 0);
    const clear = line === lines - 1 ? perLine - lessLast : Infinity;
    let used = 0;
    if (line === 1 && seen === 0) begins = false;
    for (let word = words[0]; word !== undefined; word = words[0]) {
      const at = used === 0 ? 0 : used + 1;
      const fits = at + word.length <= room;
      // A word that is longer than any line is broken, or cut; beside the glyph it would not begin.
      const long = !fits && at === 0 && word.length > perLine;
      if (!fits && !(long && (breakWords || line > 0 || lessFirst === 0))) break;
      words.shift();
      const length = fits ? word.length : Math.floor(room);
      if (long && breakWords) words.unshift(word.slice(length));
      if (length < word.length && !breakWords) whole = false;
      used = at + length;
      seen += Math.min(length, Math.max(0, clear - at));
      if (used > clear) whole = false;
      if (long) break;
    }
  }
  return { seen, whole: whole && words.length === 0, begins, used: line };
}
