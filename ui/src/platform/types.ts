// The door outside. Everything the window learns or does goes through it.

import type { Calls } from '../wire/calls';
import type { Code, Dropping, Fault, Open } from '../wire/types';

export type Args<K extends keyof Calls> = Calls[K]['args'];
export type Answer<K extends keyof Calls> = Calls[K]['answer'];

export interface Platform {
  /** Asks Rust. Rejects with a `Refused`. */
  call<K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>>;
  /** Something changed in the ledger: read again what is shown. Answers how to stop listening. */
  onChanged(listener: () => void): () => void;
  /** The window was asked to open something. */
  onOpen(listener: (open: Open) => void): () => void;
  /** Files are carried over the window, or let go, where the page itself is not told. */
  onDropping(listener: (dropping: Dropping) => void): () => void;
  /** Shows this window, which was made out of sight, and gives it the focus. */
  show(): void;
  /** Closes this window. */
  close(): void;
}

/** A refusal of Rust, as an error that can be thrown. */
export class Refused extends Error {
  readonly code: Code;
  readonly field: string | null;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'Refused';
    this.code = fault.code;
    this.field = fault.field;
  }

  static from(error: unknown): Refused {
    if (error instanceof Refused) return error;
    if (isFault(error)) return new Refused(error);
    const message = error instanceof Error ? error.message : String(error);
    return new Refused({ code: 'other', message, field: null });
  }
}

function isFault(error: unknown): error is Fault {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}
