import type { RunEvent } from './event.ts';

/** Where time comes from. The default is the machine's; a test's may be virtual. */
export interface Clock {
  /** Milliseconds since the epoch, fractions allowed; never goes back. */
  now(): number;
  /** Calls `callback` once, when `delayMs` (any finite length) have passed. Gives what cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** Calls `callback` after pending I/O, timers and signals had their turn. */
  yieldTurn(callback: () => void): void;
}

/** Is told each event of a run, in order, right after it became true. It must not throw, and cannot delay the run. */
export type Observer = (event: RunEvent) => void;
