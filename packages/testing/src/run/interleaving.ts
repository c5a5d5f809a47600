import type { Pace } from '../clock/pace.ts';
import type { Random } from './random.ts';

/** Lets attempts that could go on at the same time begin and end one by one, in an order that chance decides. */
export class Interleaving {
  readonly #pace: Pace;
  readonly #random: Random;
  readonly #ready: (() => void)[] = [];
  #draining = false;

  constructor(pace: Pace, random: Random) {
    this.#pace = pace;
    this.#random = random;
  }

  /** What a handler gives: it is called when it is its turn, and heard when it is its turn again. */
  async deliver(made: () => unknown, signal: AbortSignal): Promise<unknown> {
    await this.#turn();
    signal.throwIfAborted();
    try {
      return await made();
    } finally {
      await this.#turn();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#ready.push(resolve);
      if (this.#draining) return;
      this.#draining = true;
      this.#pace.yieldTurn(() => this.#drain());
    });
  }

  #drain(): void {
    const [next] = this.#ready.splice(Math.floor(this.#random() * this.#ready.length), 1);
    next?.();
    this.#draining = this.#ready.length > 0;
    if (this.#draining) this.#pace.yieldTurn(() => this.#drain());
  }
}
