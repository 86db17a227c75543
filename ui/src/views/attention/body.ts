// JSON for reading and for sending. Only the white space between its parts changes: numbers, escapes, the order of
// names and names that come twice stay as they were written.

/** Strings whole, brackets, commas and colons one by one, and whatever lies between them. */
const PARTS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gu;

function fault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** JSON in lines; what is not JSON stays as it is. */
export function pretty(text: string): string {
  if (fault(text) !== null) return text;
  const parts = text.match(PARTS) ?? [];
  let depth = 0;
  let shown = '';
  const line = (): string => `\n${'  '.repeat(depth)}`;
  parts.forEach((part, i) => {
    const before = parts[i - 1];
    const empty = before === '{' || before === '[';
    if (part === '}' || part === ']') {
      depth -= 1;
      shown += empty ? part : line() + part;
    } else {
      if (empty || before === ',') shown += line();
      shown += part === ':' ? ': ' : part;
      if (part === '{' || part === '[') depth += 1;
    }
  });
  return shown;
}

export interface Compact {
  /** As it is sent. */
  text: string;
  bytes: number;
  /** Why it is not JSON. */
  fault: string | null;
}

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** What is sent when `text` was made of `original` in the editor: without an edit the original, byte for byte, else one line. */
export function compact(text: string, original: string | null): Compact {
  const why = fault(text);
  if (why !== null) return { text: '', bytes: 0, fault: why };
  if (original !== null && text === pretty(original)) return { text: original, bytes: bytes(original), fault: null };
  const line = (text.match(PARTS) ?? []).join('');
  return { text: line, bytes: bytes(line), fault: null };
}
