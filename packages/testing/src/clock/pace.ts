import { afterRealTurn, realNow, within } from './real-time.ts';
import { type Timer, TimerQueue } from './timer-queue.ts';
import type { Work } from './work.ts';

/**
 * What makes virtual time pass: the timers, and all that time must not be passed over. Whoever moves time takes a turn:
 * what is due next happens together with all that follows from it.
 */
export class Pace {
  now: number;
  readonly patienceMs: number;
  readonly #timers = new TimerQueue();
  readonly #works = new Set<Work>();
  #turns = 0;
  #holds = 0;
  #happened = 0;
  #wake: () => void = () => undefined;
  #woken: Promise<void> | undefined;
  #moved: Promise<unknown> = Promise.resolve();

  constructor(now: number, patienceMs: number) {
    this.now = now;
    this.patienceMs = patienceMs;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, if one waits. */
  get nextDueAt(): number | undefined {
    return this.#timers.peek()?.dueAt;
  }

  /** Gives what cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void {
    const timer: Timer = this.#timers.add(this.now + delayMs, callback);
    this.poke();
    return () => this.#timers.cancel(timer);
  }

  yieldTurn(callback: () => void): void {
    this.#turns++;
    afterRealTurn(() => {
      this.#turns--;
      callback();
    });
  }

  /** Lets everything happen that takes no time. */
  async settle(): Promise<void> {
    do await new Promise<void>(afterRealTurn);
    while (this.#turns > 0);
  }

  /** Counts all that happens, to be compared with a later count. */
  get happened(): number {
    return this.#happened;
  }

  poke(): void {
    this.#happened++;
    this.#woken = undefined;
    this.#wake();
  }

  /** Settled when the next thing happens. */
  somethingHappens(): Promise<void> {
    return (this.#woken ??= new Promise((resolve) => {
      this.#wake = resolve;
    }));
  }

  /** Time does not pass by itself until this is released: the test decides when something ends. */
  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds--;
      this.poke();
    };
  }

  begin(work: Work): void {
    this.#works.add(work);
  }

  end(work: Work): void {
    this.#works.delete(work);
    this.poke();
  }

  /** Has happen all that is due until then. */
  async passUntil(instant: number): Promise<void> {
    while (await this.#move(instant, NEVER));
    this.now = Math.max(this.now, instant);
  }

  /** Has happen what is due next, unless something holds the time. Says whether it did. */
  passOn(isOver: () => boolean): Promise<boolean> {
    return this.#move(Number.POSITIVE_INFINITY, () => this.#holds > 0 || isOver());
  }

  #move(until: number, isBarred: () => boolean): Promise<boolean> {
    const moved = this.#moved.then(() => this.#fireNext(until, isBarred));
    this.#moved = moved.catch(() => undefined);
    return moved;
  }

  async #fireNext(until: number, isBarred: () => boolean): Promise<boolean> {
    await this.#letWork(until);
    const next = this.#timers.peek();
    if (next === undefined || next.dueAt > until || isBarred()) return false;
    this.#timers.take();
    this.now = Math.max(this.now, next.dueAt);
    next.callback();
    await this.settle();
    return true;
  }

  /** While handlers are at work time passes no faster than really, as long as there is patience. */
  async #letWork(until: number): Promise<void> {
    let since = realNow();
    for (await this.settle(); this.#isAtWork(); await this.settle()) {
      const passesTo = Math.min(until, this.#timers.peek()?.dueAt ?? Number.POSITIVE_INFINITY);
      if (passesTo === Number.POSITIVE_INFINITY) return;
      const spent = realNow() - since;
      const left = Math.min(this.patienceMs, passesTo - this.now) - spent;
      if (left <= 0) {
        if (spent >= this.patienceMs) for (const work of this.#works) work.giveUp();
        return;
      }
      if (await within(this.somethingHappens(), left)) since = realNow();
    }
  }

  #isAtWork(): boolean {
    for (const work of this.#works) if (!work.isWaiting) return true;
    return false;
  }
}

const NEVER = (): boolean => false;
