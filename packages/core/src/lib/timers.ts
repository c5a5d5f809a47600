/** What a timer list needs of a clock. */
export interface TimerSource {
  setTimer(delayMs: number, callback: () => void): () => void;
  now(): number;
}

/** One running timer; give it back to `remove` when it is no longer needed. */
export interface Timer<Owner> {
  readonly owner: Owner;
  readonly dueAt: number;
  before: Timer<Owner> | undefined;
  after: Timer<Owner> | undefined;
  readonly list: TimerList<Owner>;
}

/** Timers of one length, first due first: they are added in the order in which they fall due. */
interface TimerList<Owner> {
  readonly delayMs: number;
  first: Timer<Owner> | undefined;
  last: Timer<Owner> | undefined;
  disarm: (() => void) | undefined;
}

/**
 * Many timers on few of the clock's: one for each length in use. Adding and removing is a change of two links, which
 * is what makes a timeout on every attempt cheap: nearly all of them are removed before they are due.
 */
export class Timers<Owner> {
  readonly #clock: TimerSource;
  readonly #onDue: (owner: Owner) => void;
  readonly #lists = new Map<number, TimerList<Owner>>();

  constructor(clock: TimerSource, onDue: (owner: Owner) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  add(owner: Owner, delayMs: number, now: number): Timer<Owner> {
    let list = this.#lists.get(delayMs);
    if (list === undefined) {
      list = { delayMs, first: undefined, last: undefined, disarm: undefined };
      this.#lists.set(delayMs, list);
    }
    const timer: Timer<Owner> = { owner, dueAt: now + delayMs, before: list.last, after: undefined, list };
    if (list.last === undefined) list.first = timer;
    else list.last.after = timer;
    list.last = timer;
    if (list.disarm === undefined) this.#arm(list, delayMs);
    return timer;
  }

  remove(timer: Timer<Owner>): void {
    const { before, after, list } = timer;
    if (before === undefined) {
      if (list.first !== timer) return;
      list.first = after;
    } else {
      before.after = after;
    }
    if (after === undefined) list.last = before;
    else after.before = before;
    timer.before = undefined;
    timer.after = undefined;
  }

  /** Removes every timer and lets go of the clock's. */
  clear(): void {
    for (const list of this.#lists.values()) {
      list.disarm?.();
      list.first = undefined;
      list.last = undefined;
    }
    this.#lists.clear();
  }

  #arm(list: TimerList<Owner>, delayMs: number): void {
    list.disarm = this.#clock.setTimer(delayMs, () => this.#sweep(list));
  }

  /**
   * Stays armed while a list is empty: in a chain of tasks the next timer comes at once. `clear` ends it. Counts as
   * armed while it goes on, so that a timer added by `onDue` does not arm the list for later than its first is due.
   */
  #sweep(list: TimerList<Owner>): void {
    const now = this.#clock.now();
    for (let timer = list.first; timer !== undefined && timer.dueAt <= now; timer = list.first) {
      this.remove(timer);
      this.#onDue(timer.owner);
    }
    list.disarm = undefined;
    if (list.first !== undefined) this.#arm(list, Math.max(1, list.first.dueAt - now));
  }
}
