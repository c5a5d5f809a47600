import type { Duration } from './policy.ts';
import type { Schema } from './schema.ts';

/** What a task does when its signal does not come in time: it fails, it is skipped, or a value stands for the payload. */
export type OnSignalTimeout =
  | { readonly kind: 'fail' | 'skip' }
  | { readonly kind: 'value'; readonly value: unknown };

/** A task that waits for a signal: which, what its payload has to be, and what becomes of it without one. */
export interface SignalWait {
  readonly name: string;
  /** Checks the payload; the task's output is what it gives. */
  readonly schema: Schema;
  /** @default it waits without end */
  readonly timeout?: Duration | undefined;
  /** @default it fails */
  readonly onTimeout?: OnSignalTimeout | undefined;
}

/** How long a task waits for its signal, and what then. */
export interface SignalOptions<V = unknown> {
  /** The most it waits. @default it waits without end */
  readonly timeout?: Duration;
  /**
   * What then: `'fail'`, with `SignalTimeoutError`; `'skip'`; or any other value, which is the output then.
   *
   * @default 'fail'
   */
  readonly onTimeout?: V;
}

/** Something sent into a run, as its log has it. */
export interface Signal {
  /** Its number among the signals of its run, from 1. */
  readonly number: number;
  readonly name: string;
  readonly value: unknown;
  /** Who sent it, as they said. */
  readonly by?: string;
}
