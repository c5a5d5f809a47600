/** What a list of timers needs of a clock. */
export interface TimerSource {
  setTimer(delayMs: number, callback: () => void): () => void;
  yieldTurn(callback: () => void): void;
  now(): number;
}

/** Is told when an owner's time is up, unless it is over by then. */
export interface TimerHost<Owner> {
  isOver(owner: Owner): boolean;
  due(owner: Owner): void;
}

/** A list's part of a line, until the list is cleared. */
export interface Use<Owner> {
  readonly line: Line;
  /** Absent once the list is cleared. */
  host: TimerHost<Owner> | undefined;
  /** How many of its owners were added. */
  entries: number;
}

const FEWEST_PRUNED = 64;

/** The lines of a clock by their length. One that nobody uses any more is not among them. */
const lines = new WeakMap<TimerSource, Map<number, Line>>();

/** The line of that length: all lists on the same clock have it in common. */
export function lineOf(clock: TimerSource, delayMs: number): Line {
  let byLength = lines.get(clock);
  if (byLength === undefined) lines.set(clock, (byLength = new Map<number, Line>()));
  let line = byLength.get(delayMs);
  if (line === undefined) byLength.set(delayMs, (line = new Line(clock, delayMs)));
  return line;
}

/**
 * Owners with times of one length, the first due first: they are added in the order in which they fall due. They have one
 * of the clock's timers, asked for after the turn: what is over within a turn never costs one.
 *
 * Of lists that were cleared it holds no more owners than of those that were not: a run that has ended is not kept by
 * the timeouts that its attempts never needed.
 */
export class Line {
  readonly delayMs: number;
  readonly #clock: TimerSource;
  // An owner is its entry in each of these.
  #uses: (Use<unknown> | undefined)[] = [];
  #owners: unknown[] = [];
  #dueAt: number[] = [];
  /** Those before it have fallen due. */
  #head = 0;
  /** With so many, those that are over are dropped. */
  #pruneAt = FEWEST_PRUNED;
  /** How many lists use it. */
  #lists = 0;
  /** At most so many of the owners are of lists that were cleared. */
  #left = 0;
  /** What ends the wait for the clock's timer, or for the end of the turn after which it is asked for. */
  #disarm: (() => void) | undefined;

  constructor(clock: TimerSource, delayMs: number) {
    this.#clock = clock;
    this.delayMs = delayMs;
  }

  join<Owner>(host: TimerHost<Owner>): Use<Owner> {
    this.#lists++;
    return { line: this, host, entries: 0 };
  }

  add<Owner>(use: Use<Owner>, owner: Owner, dueAt: number): void {
    if (this.#owners.length >= this.#pruneAt) this.#prune();
    this.#uses.push(use);
    this.#owners.push(owner);
    this.#dueAt.push(dueAt);
    use.entries++;
    this.#disarm ??= afterTurn(this.#clock, () => this.#armForFirst());
  }

  /** A list is cleared: what it added is over. */
  leave<Owner>(use: Use<Owner>): void {
    use.host = undefined;
    this.#lists--;
    this.#left += use.entries;
    if (this.#lists === 0) this.#end();
    else if (2 * this.#left > this.#owners.length - this.#head) this.#prune();
  }

  #end(): void {
    this.#disarm?.();
    this.#empty();
    const byLength = lines.get(this.#clock);
    if (byLength?.get(this.delayMs) === this) byLength.delete(this.delayMs);
  }

  #prune(): void {
    const uses = this.#uses;
    const owners = this.#owners;
    const dueAt = this.#dueAt;
    let kept = 0;
    for (let place = this.#head; place < owners.length; place++) {
      const use = uses[place];
      const owner = owners[place];
      if (use?.host?.isOver(owner) !== false) continue;
      uses[kept] = use;
      owners[kept] = owner;
      dueAt[kept] = dueAt[place] ?? 0;
      kept++;
    }
    uses.length = kept;
    owners.length = kept;
    dueAt.length = kept;
    this.#head = 0;
    this.#left = 0;
    this.#pruneAt = Math.max(FEWEST_PRUNED, 2 * kept);
  }

  #armForFirst(): void {
    const dueAt = this.#dueAt[this.#head] ?? 0;
    this.#arm(Math.max(0, dueAt - this.#clock.now()));
  }

  #arm(delayMs: number): void {
    this.#disarm = this.#clock.setTimer(delayMs, () => this.#sweep());
  }

  /** Counts as armed while it goes on, so that an owner added meanwhile does not arm it for later than its first is due. */
  #sweep(): void {
    const now = this.#clock.now();
    try {
      while (this.#head < this.#owners.length) {
        const use = this.#uses[this.#head];
        const owner = this.#owners[this.#head];
        const isOver = use?.host?.isOver(owner) !== false;
        if (!isOver && (this.#dueAt[this.#head] ?? 0) > now) return;
        this.#uses[this.#head] = undefined;
        this.#owners[this.#head++] = undefined;
        if (!isOver) use?.host?.due(owner);
      }
    } finally {
      // Whatever one of them did, the others have theirs.
      if (this.#head < this.#owners.length)
        this.#arm(Math.max(1, (this.#dueAt[this.#head] ?? 0) - this.#clock.now()));
      else this.#empty();
    }
  }

  #empty(): void {
    this.#uses = [];
    this.#owners = [];
    this.#dueAt = [];
    this.#head = 0;
    this.#left = 0;
    this.#disarm = undefined;
  }
}

const waiting = new WeakMap<TimerSource, Set<() => void>>();

/** Calls back after this turn, all that ask for it within the turn together. Gives what cancels that. */
function afterTurn(clock: TimerSource, callback: () => void): () => void {
  const callbacks = waiting.get(clock) ?? new Set();
  if (!waiting.has(clock)) {
    waiting.set(clock, callbacks);
    clock.yieldTurn(() => {
      waiting.delete(clock);
      for (const each of callbacks) each();
    });
  }
  callbacks.add(callback);
  return () => void callbacks.delete(callback);
}
