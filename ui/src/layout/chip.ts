// What of a chip is shown at a size. Parts go in this order: note, end, start, title; never bar and glyph.

export interface ChipSize {
  width: number;
  height: number;
  twelveHour: boolean;
  title: string;
  /** There is a glyph. */
  marked: boolean;
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
}

const LINE = 15.6;
const LETTER = 6.4;
const GLYPH = 17;
/** Bar and padding. */
const SIDES = 15;

/** Parts for a chip of a size in pixels; text widths are estimates, cut text is caught by the style. */
export function chipParts(size: ChipSize): ChipParts {
  const { width, height, twelveHour, title, marked } = size;
  const letters = title.length;
  const start = twelveHour ? 50 : 37;
  const range = twelveHour ? 105 : 74;
  const inner = width - SIDES - (marked ? GLYPH : 0);
  if (height < 35) {
    const fits = letters * LETTER + start <= inner;
    return { title: !marked || width >= 46, oneLine: true, time: fits ? 'start' : 'none', note: letters * LETTER + 26 <= inner || width >= 120, lines: 1, glyphBelow: false };
  }
  const glyphBelow = marked && width < 72 && height >= 48;
  const wrapped = wrap(title, Math.max(1, (width - SIDES) / LETTER), marked && !glyphBelow ? GLYPH / LETTER : 0);
  const wanted = wrapped.length;
  const room = Math.max(1, Math.floor((height - 5) / LINE));
  const fitting = width - SIDES >= range ? 'range' : width - SIDES >= start ? 'start' : 'none';
  const timed = fitting !== 'none' && room >= 2 && (wanted < room || width >= 96);
  const beside = (wrapped.at(-1) ?? 0) * LETTER + 15 <= width - 13;
  const glyphLine = glyphBelow && !timed && (wanted > room || (wanted === room && !beside)) ? 1 : 0;
  return { title: true, oneLine: false, time: timed ? fitting : 'none', note: width >= 84, lines: Math.max(1, room - (timed ? 1 : 0) - glyphLine), glyphBelow };
}

/** Letters on each line when words are wrapped; the first line has `less` room. */
function wrap(text: string, perLine: number, less: number): number[] {
  const lines = [0];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const used = lines[last] ?? 0;
    const room = perLine - (last === 0 ? less : 0);
    if (used === 0 || used + 1 + word.length <= room) lines[last] = used === 0 ? word.length : used + 1 + word.length;
    else lines.push(word.length);
  }
  return lines.flatMap((letters) => [...Array<number>(Math.max(0, Math.ceil(letters / perLine) - 1)).fill(perLine), Math.min(letters, perLine)]);
}
