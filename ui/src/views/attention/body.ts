// JSON for reading and for sending.

/** JSON in lines; what is not JSON stays as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export interface Compact {
  /** In one line, as it is sent. */
  text: string;
  bytes: number;
  /** Why it is not JSON. */
  fault: string | null;
}

/** JSON in one line, or why it is none. */
export function compact(text: string): Compact {
  try {
    const line = JSON.stringify(JSON.parse(text));
    return { text: line, bytes: new TextEncoder().encode(line).length, fault: null };
  } catch (error) {
    return { text: '', bytes: 0, fault: error instanceof Error ? error.message : String(error) };
  }
}
