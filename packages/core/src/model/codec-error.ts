import { WorkflowError } from './error.ts';

/** So much of a long path stands in a message, at either end of it. */
const SHOWN = 120;

/** A value that a store cannot keep, so that it would come back exactly as it was. Never retried. */
export class UnstorableError extends WorkflowError {
  readonly code = 'output_unstorable' as const;
  /** Where in the value stands what cannot be stored: `output.rows[3].when`. */
  readonly path: string;

  /**
   * @param subject What the value is: `the output of task 'a'`.
   * @param what What stands there: `is a function`.
   */
  constructor(subject: string, path: string, what: string, options?: ErrorOptions) {
    super(
      `${subject} cannot be stored: ${shorten(path)} ${what}. A run with a store keeps plain objects and arrays, strings, numbers, booleans, bigint, null, undefined, Date, Map, Set, bytes, RegExp, URL and errors: return these`,
      options,
    );
    this.path = path;
  }
}

/** An output that is larger than a run keeps. Never retried. */
export class OutputTooLargeError extends WorkflowError {
  readonly code = 'output_too_large' as const;
  /** How large it is as text, in characters. */
  readonly size: number;

  constructor(task: string, size: number, limit: number) {
    super(
      `the output of task '${task}' is ${toMegabytes(size)} as text, and a run keeps ${toMegabytes(limit)} at most (option outputLimit): store it elsewhere, and return where it is`,
    );
    this.size = size;
  }
}

/** What a store has is not what this version of wf-sdk writes: it is damaged, or a newer version wrote it. */
export class UnreadableError extends WorkflowError {
  readonly code = 'stored_unreadable' as const;

  constructor(subject: string, why: string, options?: ErrorOptions) {
    super(`${subject} cannot be read from the store: ${why}`, options);
  }
}

function shorten(path: string): string {
  return path.length > 2 * SHOWN ? `${path.slice(0, SHOWN)} … ${path.slice(-SHOWN)}` : path;
}

function toMegabytes(size: number): string {
  return `${(size / 1_000_000).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`;
}
