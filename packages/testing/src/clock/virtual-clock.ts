import { type Clock, type Duration, OptionError, parseDuration } from '@wf-sdk/core';
import { Pace } from './pace.ts';
import { within } from './real-time.ts';
import { currentWork } from './work.ts';

/** How a virtual clock is set. */
export interface VirtualClockOptions {
  /** The instant at which it starts: a date, or milliseconds since the epoch. @default the first of January 2025, UTC */
  readonly startAt?: Date | number;
  /**
   * How long, in real time, a handler of a test run may be at work with nothing happening before it is taken to wait for
   * time, which then passes. @default '2s'
   */
  readonly patience?: Duration;
}

let paceIn: (clock: VirtualClock) => Pace;

/**
 * Time that passes only when a test says so, or when nothing else is left to happen (`passUntil`, a test run). What
 * falls due on the way happens in its order, each thing together with all that follows from it before the next. Promises
 * and I/O are real; no timer of the process is replaced.
 */
export class VirtualClock implements Clock {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly #pace: Pace;
  #sleepers = 0;

  static {
    paceIn = (clock) => clock.#pace;
  }

  /** @throws OptionError */
  constructor({ startAt = Date.UTC(2025, 0, 1), patience = '2s' }: VirtualClockOptions = {}) {
    this.startedAt = Number(startAt);
    if (!Number.isFinite(this.startedAt)) throw new OptionError('startAt', 'a valid date', startAt);
    this.#pace = new Pace(this.startedAt, toMs('patience', patience));
  }

  now(): number {
    return this.#pace.now;
  }

  /** How much time has passed since the clock was made, in milliseconds. */
  get elapsedMs(): number {
    return this.#pace.now - this.startedAt;
  }

  /** How many timers wait, those of `sleep` aside. */
  get timers(): number {
    return this.#pace.timers - this.#sleepers;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY))
      throw new RangeError(`a timer of ${delayMs} ms: its length must be finite and not negative`);
    return this.#pace.setTimer(delayMs, callback);
  }

  yieldTurn(callback: () => void): void {
    this.#pace.yieldTurn(callback);
  }

  /**
   * Passes this much time. What falls due meanwhile happens, in order, with all that follows from it.
   *
   * @throws OptionError where this is no duration.
   */
  async advance(by: Duration): Promise<void> {
    await this.#pace.passUntil(this.now() + toMs('by', by));
  }

  /** Lets everything happen that takes no time. */
  settle(): Promise<void> {
    return this.#pace.settle();
  }

  /** Passes time while nothing else goes on, as a handler does that computes for so long. @throws OptionError */
  spend(time: Duration): void {
    this.#pace.now += toMs('time', time);
  }

  /**
   * Settled after this much virtual time: for handlers and stubs that take their time.
   *
   * @param options.signal Ends the sleep when it is aborted: the promise is rejected with its reason.
   * @throws OptionError
   */
  sleep(length: Duration, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const ms = toMs('length', length);
    const over = new Promise<void>((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      this.#sleepers++;
      const end = (settle: () => void): void => {
        this.#sleepers--;
        signal?.removeEventListener('abort', stop);
        settle();
      };
      const disarm = this.#pace.setTimer(ms, () => end(resolve));
      const stop = (): void => {
        disarm();
        end(() => reject(signal?.reason as Error));
      };
      signal?.addEventListener('abort', stop, { once: true });
    });
    return currentWork()?.waiting(over) ?? over;
  }

  /**
   * Passes as much time as it takes until a promise is settled, and gives what it is settled with.
   *
   * @throws Error when no timer waits and, for as long as the clock has patience, nothing happens.
   */
  async passUntil<T>(promise: PromiseLike<T>): Promise<T> {
    const pace = this.#pace;
    let over = false;
    const result = Promise.resolve(promise).finally(() => {
      over = true;
    });
    // A rejection is for whoever awaits what this gives, later.
    result.catch(() => undefined);
    const isOver = (): boolean => over;
    for (await pace.settle(); !isOver();) {
      if (await pace.passOn(isOver)) continue;
      if (isOver() || (await within(Promise.race([result, pace.somethingHappens()]), pace.patienceMs)))
        continue;
      throw new Error('this never ends: no timer waits, and nothing else happens');
    }
    return result;
  }
}

/** What makes this clock's time pass. */
export function paceOf(clock: VirtualClock): Pace {
  return paceIn(clock);
}

/** @throws OptionError */
function toMs(option: string, duration: Duration): number {
  const ms = parseDuration(duration);
  if (ms !== undefined) return ms;
  throw new OptionError(option, `a duration: milliseconds, or '250ms', '5s', '1.5m', '2h', '1d'`, duration);
}
