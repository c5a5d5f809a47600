import { OptionError } from '../model/error.ts';
import { EventsLostError } from '../model/event-error.ts';
import type { RunEvent } from '../model/event.ts';

/** What becomes of events that come faster than they are read. The run never waits for a reader. */
export interface EventsOptions {
  /** How many events are kept for this reader, from 1. @default 100_000 */
  readonly limit?: number;
  /**
   * What happens where it is further behind. `drop-oldest`: it goes on after a gap, and always gets the end of the run. `error`: it
   * gets what was kept, without a gap, and then an `EventsLostError`; events after that are not kept for it.
   *
   * @default 'drop-oldest'
   */
  readonly whenFull?: 'drop-oldest' | 'error';
  /**
   * Is called where there is a gap, right before the event after it is given, with how many are missing. What it throws, the
   * reader gets. @default the process is warned, once
   */
  readonly onLag?: (lost: number) => void;
}

type Next = IteratorResult<RunEvent, undefined>;

const LIMIT = 100_000;
const WHEN_FULL: readonly unknown[] = ['drop-oldest', 'error'];

/** There is room for so many at first; it is doubled up to the limit. */
const FIRST_ROOM = 64;

/** Events as an async iterator: a limited number is kept until they are read, at the reader's own pace. */
export class EventStream implements AsyncIterableIterator<RunEvent, undefined> {
  readonly #onClose: () => void;
  readonly #warn: (message: string) => void;
  readonly #limit: number;
  readonly #dropsOldest: boolean;
  readonly #onLag: ((lost: number) => void) | undefined;
  /** A ring: what is kept begins at `#first`, and goes on at its beginning when it has come to its end. */
  #ring: (RunEvent | undefined)[] = [];
  #first = 0;
  #count = 0;
  /** How many are missing before the first of those that are kept. */
  #lost = 0;
  #hasWarned = false;
  /** More came than may be kept: after those that are, there is only this. */
  #failure: EventsLostError | undefined;
  #waiting: ((next: Next) => void)[] = [];
  #ended = false;

  /** @throws OptionError */
  constructor(onClose: () => void, warn: (message: string) => void, options: EventsOptions = {}) {
    const { limit = LIMIT, whenFull = 'drop-oldest', onLag } = options;
    if (!Number.isInteger(limit) || limit < 1) throw new OptionError('limit', 'a whole number from 1', limit);
    if (!WHEN_FULL.includes(whenFull))
      throw new OptionError('whenFull', "one of 'drop-oldest', 'error'", whenFull);
    if (onLag !== undefined && whenFull === 'error')
      throw new OptionError('onLag', "left out where whenFull is 'error', which leaves no gap", onLag);
    if (onLag !== undefined && typeof onLag !== 'function')
      throw new OptionError('onLag', 'a function that is told how many events are missing', onLag);
    this.#onClose = onClose;
    this.#warn = warn;
    this.#limit = limit;
    this.#dropsOldest = whenFull === 'drop-oldest';
    this.#onLag = onLag;
  }

  readonly push = (event: RunEvent): void => {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting({ value: event, done: false });
    if (this.#count === this.#limit) {
      if (!this.#dropsOldest) return this.#fail();
      this.#drop(event.run);
    }
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#first + this.#count++) % this.#ring.length] = event;
  };

  /** No more events will come; those kept can still be read. */
  end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting) waiting({ value: undefined, done: true });
    this.#waiting = [];
  }

  async next(): Promise<Next> {
    const event = this.#ring[this.#first];
    if (event !== undefined) {
      const lost = this.#lost;
      this.#lost = 0;
      if (lost > 0) this.#onLag?.(lost);
      this.#forget();
      return { value: event, done: false };
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    if (this.#ended) return { value: undefined, done: true };
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** The reader left its loop. */
  return(): Promise<Next> {
    this.#onClose();
    this.#clear();
    this.#failure = undefined;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(run: string): void {
    this.#forget();
    this.#lost++;
    if (this.#onLag !== undefined || this.#hasWarned) return;
    this.#hasWarned = true;
    this.#warn(
      `a reader of the events of run ${run} is more than ${this.#limit} behind: the oldest are dropped (handle.events({ limit, whenFull, onLag }) says what else can be done)`,
    );
  }

  #fail(): void {
    this.#failure = new EventsLostError(this.#limit);
    this.#onClose();
    this.end();
  }

  /** Lets go of the first of those that are kept. */
  #forget(): void {
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#count--;
    // Who was far behind once need not be so again.
    if (this.#count === 0 && this.#ring.length > FIRST_ROOM) this.#clear();
  }

  #grow(): void {
    const kept = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)];
    kept.length = Math.min(this.#limit, Math.max(FIRST_ROOM, 2 * kept.length));
    this.#ring = kept.fill(undefined, this.#count);
    this.#first = 0;
  }

  #clear(): void {
    this.#ring = [];
    this.#first = 0;
    this.#count = 0;
  }
}
