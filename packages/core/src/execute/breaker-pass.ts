/** What became of a call that a breaker let through. */
export type CallOutcome = 'succeeded' | 'failed' | 'abandoned';

/** Is told what became of a call; the error where it failed; and when that was, where it is known already. */
export type EndOfCall = (outcome: CallOutcome, error?: unknown, now?: number) => void;

/**
 * Leave to make one call. It has to be ended, by whichever of the three comes first; what comes later is ignored. A
 * pass that is never ended keeps a half-open breaker waiting for its probe.
 */
export class BreakerPass {
  #end: EndOfCall | undefined;

  constructor(end: EndOfCall) {
    this.#end = end;
  }

  /** @param now Milliseconds since the epoch, where somebody has just looked at the clock. */
  succeeded(now?: number): void {
    this.#take()?.('succeeded', undefined, now);
  }

  /** Counts against the breaker unless its `countIf` says no. */
  failed(error: unknown): void {
    this.#take()?.('failed', error);
  }

  /** The call was cancelled: it counts neither way, and a probe leaves its place to the next. */
  abandoned(): void {
    this.#take()?.('abandoned');
  }

  #take(): EndOfCall | undefined {
    const end = this.#end;
    this.#end = undefined;
    return end;
  }
}
