import type { Pace } from '../clock/pace.ts';
import { within } from '../clock/real-time.ts';

/** What a driver needs of its run. */
export interface Driven {
  readonly pace: Pace;
  /** Whether time passes by itself. */
  readonly advances: boolean;
  /** Why the run will never end, now that nothing happens any more. */
  stuck(): Error;
  /** Nobody will hear of the run any more. */
  abandon(): void;
}

/** Passes time while a run goes on, and gives up a run that somebody awaits and that would never end. */
export class Driver {
  readonly #run: Driven;
  #over = false;
  #error: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(run: Driven) {
    this.#run = run;
  }

  async drive(): Promise<void> {
    const { pace, advances } = this.#run;
    const isOver = (): boolean => this.#over;
    for (await pace.settle(); !isOver();) {
      const { happened } = pace;
      if (advances && (await pace.passOn(isOver))) continue;
      if (isOver() || happened !== pace.happened) continue;
      if (this.#waiting.size === 0) await pace.somethingHappens();
      else if (!(await within(pace.somethingHappens(), pace.patienceMs))) this.fail(this.#run.stuck());
    }
  }

  /** The run has ended. */
  end(): void {
    this.#over = true;
  }

  /** There is nothing to be waited for any more: whoever does hears why. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#error = error;
    this.#over = true;
    this.#run.abandon();
    for (const reject of this.#waiting) reject(error);
  }

  /** Somebody waits for this. */
  awaited<T>(promise: Promise<T>): Promise<T> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#run.pace.poke();
      promise.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }
}
