import { lineOf, type TimerHost, type TimerSource, type Use } from './timer-line.ts';

/**
 * Many timers on few of the clock's: one for each length in use, whoever uses it (`Line`). Adding is a push. Nothing is ever
 * removed one by one: whether an owner is over is asked when its time is up, and of all of them each time their number has
 * doubled. That is what makes a timeout on every attempt cheap, since nearly all of them are over before they are due.
 */
export class Timers<Owner> {
  readonly #clock: TimerSource;
  readonly #host: TimerHost<Owner>;
  #last: Use<Owner> | undefined;
  /** By length, once there is more than one: most lists have one. */
  #uses: Map<number, Use<Owner>> | undefined;

  constructor(clock: TimerSource, host: TimerHost<Owner>) {
    this.#clock = clock;
    this.#host = host;
  }

  add(owner: Owner, delayMs: number, now: number): void {
    const use = this.#last?.line.delayMs === delayMs ? this.#last : this.#useOf(delayMs);
    use.line.add(use, owner, now + delayMs);
  }

  /** Forgets every owner. */
  clear(): void {
    if (this.#uses !== undefined) for (const use of this.#uses.values()) use.line.leave(use);
    else if (this.#last !== undefined) this.#last.line.leave(this.#last);
    this.#last = undefined;
    this.#uses = undefined;
  }

  #useOf(delayMs: number): Use<Owner> {
    let use = this.#uses?.get(delayMs);
    if (use === undefined) {
      use = lineOf(this.#clock, delayMs).join(this.#host);
      if (this.#last !== undefined) {
        this.#uses ??= new Map([[this.#last.line.delayMs, this.#last]]);
        this.#uses.set(delayMs, use);
      }
    }
    this.#last = use;
    return use;
  }
}
