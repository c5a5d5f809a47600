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

/** An empty line with room for more than so many gives it up. */
const MOST_ROOM = 1_024;

/** The lines of a clock by their length, while anybody uses them. */
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
  // An owner is its entry in each of these, from the head on. They are not cut short: their room is used again.
  #uses: (Use<unknown> | undefined)[] = [];
  #owners: unknown[] = [];
  #dueAt: number[] = [];
  #size = 0;
  /** Those before it have fallen due. */
  #head = 0;
  /** With so many, those that are over are dropped. */
  #pruneAt = FEWEST_PRUNED;
  /** How many lists use it. */
  #lists = 0;
  /** At most so many of the owners are of lists that were cleared. */
  #left = 0;
  /** At the end of the turn it is seen to. */
  #awaitsTurn = false;
  /** It has one of the clock's timers, or is being looked through because of one. */
  #armed = false;
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
    if (this.#size >= this.#pruneAt) this.#prune();
    const place = this.#size++;
    this.#uses[place] = use;
    this.#owners[place] = owner;
    this.#dueAt[place] = dueAt;
    use.entries++;
    if (this.#armed || this.#awaitsTurn) return;
    this.#awaitsTurn = true;
    afterTurn(this.#clock, this);
  }

  /** A list is cleared: what it added is over. */
  leave<Owner>(use: Use<Owner>): void {
    use.host = undefined;
    this.#lists--;
    this.#left += use.entries;
    if (this.#lists === 0) {
      this.#empty();
      this.#disarm?.();
      this.#endUnlessUsed();
    } else if (2 * this.#left > this.#size - this.#head) {
      this.#prune();
    }
  }

  /** In the same turn, the next run may well use it. */
  #endUnlessUsed(): void {
    if (this.#lists > 0 || this.#awaitsTurn) return;
    const byLength = lines.get(this.#clock);
    if (byLength?.get(this.delayMs) === this) byLength.delete(this.delayMs);
  }

  turnEnded(): void {
    this.#awaitsTurn = false;
    if (this.#head < this.#size) this.#armForFirst();
    else this.#endUnlessUsed();
  }

  #prune(): void {
    let kept = 0;
    for (let place = this.#head; place < this.#size; place++) {
      const use = this.#uses[place];
      const owner = this.#owners[place];
      if (use?.host?.isOver(owner) !== false) continue;
      this.#uses[kept] = use;
      this.#owners[kept] = owner;
      this.#dueAt[kept] = this.#dueAt[place] ?? 0;
      kept++;
    }
    this.#forget(kept);
    this.#head = 0;
    this.#left = 0;
    this.#pruneAt = Math.max(FEWEST_PRUNED, 2 * kept);
  }

  #armForFirst(): void {
    this.#armed = true;
    const delayMs = Math.max(0, (this.#dueAt[this.#head] ?? 0) - this.#clock.now());
    this.#disarm = this.#clock.setTimer(delayMs, () => this.#sweep());
  }

  /** Counts as armed while it goes on, so that an owner added meanwhile does not arm it for later than its first is due. */
  #sweep(): void {
    this.#disarm = undefined;
    const now = this.#clock.now();
    try {
      while (this.#head < this.#size) {
        const use = this.#uses[this.#head];
        const owner = this.#owners[this.#head];
        const isOver = use?.host?.isOver(owner) !== false;
        if (!isOver && (this.#dueAt[this.#head] ?? 0) > now) return;
        this.#uses[this.#head] = undefined;
        this.#owners[this.#head++] = undefined;
        if (!isOver) use?.host?.due(owner);
      }
    } finally {
      // Whatever one of them did, the others have their turn.
      this.#armed = false;
      if (this.#head < this.#size) {
        this.#armForFirst();
      } else {
        this.#empty();
        this.#endUnlessUsed();
      }
    }
  }

  #empty(): void {
    this.#forget(0);
    this.#head = 0;
    this.#left = 0;
    this.#pruneAt = FEWEST_PRUNED;
  }

  /** Lets go of all owners but the first so many. */
  #forget(kept: number): void {
    if (kept === 0 && this.#size > MOST_ROOM) {
      this.#uses = [];
      this.#owners = [];
      this.#dueAt = [];
    } else {
      this.#uses.fill(undefined, kept, this.#size);
      this.#owners.fill(undefined, kept, this.#size);
    }
    this.#size = kept;
  }
}

const waiting = new WeakMap<TimerSource, Line[]>();

/** Sees to a line after this turn, to all that ask for it within the turn together. */
function afterTurn(clock: TimerSource, line: Line): void {
  const asked = waiting.get(clock);
  if (asked !== undefined) {
    asked.push(line);
    return;
  }
  const all = [line];
  waiting.set(clock, all);
  clock.yieldTurn(() => {
    waiting.delete(clock);
    for (const each of all) each.turnEnded();
  });
}
