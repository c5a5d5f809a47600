/** Who waits for a stage: told to go on once it was let in, unless it was at once. */
export interface Waiter {
  proceed(): void;
}

/** One request at one of the places it must be let into: a pool, or the machine's resources. */
export interface Stage {
  /** Whether there was room at once. If not it waits, and its waiter is told. Called once. */
  enter(): boolean;
  /** The work for which it was let in begins now. */
  start(): void;
  /** Gives back what it holds, or waits no longer. Called once, after `enter`. */
  leave(): void;
}
