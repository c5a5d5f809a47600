import { EventEmitter } from 'node:events';

import Opossum from 'opossum';

import type { BreakerPolicy } from '../model/policy.ts';
import type { Clock } from '../model/ports.ts';

/** The window moves on by one of so many slices at a time. */
const SLICES = 10;

/** In per cent. Opossum opens above its threshold, we open at it: without this a rate of 1 would never be reached. */
const JUST_BELOW = 1e-9;

const FAILED = new Error('the call failed');

/** How many calls ended within the window, and how many of them failed. */
export interface CallCounts {
  readonly calls: number;
  readonly failures: number;
}

/**
 * The calls of a breaker from one closing to the next opening. Opossum counts them in its rolling window and says
 * when too many have failed. What it would do by itself on the machine's time is ours: it is told each call's outcome
 * when the call has ended, so that calls under way and abandoned ones do not dilute the rate and timeouts stay the
 * attempt's; our clock turns its window; and its half-open state, which a timer brings about, is not used.
 */
export class BreakerWindow {
  readonly #clock: Clock;
  readonly #opossum: Opossum<[], never>;
  readonly #turn = new EventEmitter();
  readonly #sliceMs: number;
  #sliceStart: number;
  /** Successes of the slice that opossum has not been told: it gets them together, before it has to judge. */
  #successes = 0;

  constructor({ failureRate, minimumCalls, windowMs }: BreakerPolicy, clock: Clock) {
    this.#clock = clock;
    this.#sliceMs = windowMs / SLICES;
    this.#sliceStart = clock.now();
    this.#opossum = new Opossum(failed, {
      timeout: false,
      errorThresholdPercentage: failureRate * 100 - JUST_BELOW,
      volumeThreshold: minimumCalls,
      rollingCountBuckets: SLICES,
      rollingPercentilesEnabled: false,
      rotateBucketController: this.#turn,
      enableSnapshots: false,
    });
  }

  succeeded(now?: number): void {
    this.#moveOn(now);
    this.#successes++;
  }

  /** Whether the breaker has to open. Then the window is at its end. */
  failed(): boolean {
    this.#moveOn();
    this.#tell();
    void this.#opossum.fire().catch(ignore);
    this.#slice().latencyTimes.length = 0; // opossum keeps one for each call, and they are of no use here
    if (!this.#opossum.opened) return false;
    this.#opossum.shutdown(); // in the same turn: the timer that opossum has just set never falls due
    return true;
  }

  counts(): CallCounts {
    this.#moveOn();
    this.#tell();
    const { fires, failures } = this.#opossum.stats;
    return { calls: fires, failures };
  }

  /** Brings the window to the present. Time is looked at only here: no timer runs while nothing is called. */
  #moveOn(now: number = this.#clock.now()): void {
    const passed = Math.floor((now - this.#sliceStart) / this.#sliceMs);
    if (passed < 1) return;
    this.#tell();
    for (let turns = Math.min(passed, SLICES); turns > 0; turns--) this.#turn.emit('rotate');
    this.#sliceStart += passed * this.#sliceMs;
  }

  #tell(): void {
    if (this.#successes === 0) return;
    const slice = this.#slice();
    slice.fires += this.#successes;
    slice.successes += this.#successes;
    this.#successes = 0;
  }

  #slice(): Opossum.Bucket {
    const [slice] = this.#opossum.status.window;
    if (slice === undefined) throw new Error('a window is never without a slice');
    return slice;
  }
}

/** Thrown at once, not in a promise, it is judged before `fire` returns. */
function failed(): never {
  throw FAILED;
}

function ignore(): void {}
