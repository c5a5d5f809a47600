import { currentWork, type Work } from '../clock/work.ts';

/** Holds tasks until the test says how they end: as a stub, or wherever a handler calls `pass()`. */
export interface Gate<T> {
  readonly '~gate': true;
  /** Settled when the first task has come to the gate. */
  readonly reached: Promise<void>;
  /** How many wait at it now. */
  readonly waiting: number;
  /** What it is opened with, as a promise of its own: whoever awaits it does not count as waiting. */
  readonly promise: Promise<T>;
  /**
   * Waits until the gate is opened. A task that is told to stop waits no longer: this rejects with the reason. While a
   * task of a test run waits here, time does not pass by itself.
   */
  pass(): Promise<T>;
  /** Lets through whoever waits, and all who come later. */
  open(value: T): void;
  /** Fails whoever waits, and all who come later. */
  fail(error: unknown): void;
}

/** A gate that is closed. `gate<Row[]>()` can stand for the handler of a task that gives `Row[]`. */
export function gate<T = void>(): Gate<T> {
  return new TestGate<T>();
}

class TestGate<T> implements Gate<T> {
  readonly '~gate' = true;
  readonly promise: Promise<T>;
  readonly reached: Promise<void>;
  waiting = 0;
  open: (value: T) => void = () => undefined;
  fail: (error: unknown) => void = () => undefined;
  #reach: () => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.open = resolve;
      this.fail = reject;
    });
    // One that fails before anybody comes is no error of the process.
    this.promise.catch(() => undefined);
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  async pass(): Promise<T> {
    const work = currentWork();
    this.waiting++;
    this.#reach();
    try {
      return await (work === undefined ? this.promise : work.held(this.#orStopped(work)));
    } finally {
      this.waiting--;
    }
  }

  #orStopped({ signal }: Work): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      void this.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }
}

export function isGate(value: unknown): value is Gate<unknown> {
  return value instanceof TestGate;
}
