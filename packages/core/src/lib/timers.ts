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

/** Owners with times of one length, the first due first: they are added in the order in which they fall due. */
interface Line<Owner> {
  readonly delayMs: number;
  owners: (Owner | undefined)[];
  dueAt: number[];
  /** Those before it have fallen due. */
  head: number;
  /** With so many, those that are over are dropped. */
  pruneAt: number;
  /** What ends the wait for the clock's timer, or for the end of the turn after which it is asked for. */
  disarm: (() => void) | undefined;
}

const FEWEST_PRUNED = 64;

/**
 * Many timers on few of the clock's: one for each length in use. Adding is a push. Nothing is ever removed one by one:
 * whether an owner is over is asked when its time is up, and of all of them each time their number has doubled. That is
 * what makes a timeout on every attempt cheap, since nearly all of them are over before they are due. The clock's timer
 * is asked for after the turn, once for all lists: what is over within a turn never costs one.
 */
export class Timers<Owner> {
  readonly #clock: TimerSource;
  readonly #host: TimerHost<Owner>;
  readonly #lines = new Map<number, Line<Owner>>();
  #last: Line<Owner> | undefined;

  constructor(clock: TimerSource, host: TimerHost<Owner>) {
    this.#clock = clock;
    this.#host = host;
  }

  add(owner: Owner, delayMs: number, now: number): void {
    const line = this.#last?.delayMs === delayMs ? this.#last : this.#lineOf(delayMs);
    if (line.owners.length >= line.pruneAt) this.#prune(line);
    line.owners.push(owner);
    line.dueAt.push(now + delayMs);
    line.disarm ??= afterTurn(this.#clock, () => this.#armForFirst(line));
  }

  /** Forgets every owner and lets go of the clock's timers. */
  clear(): void {
    for (const line of this.#lines.values()) {
      line.disarm?.();
      empty(line);
    }
    this.#lines.clear();
    this.#last = undefined;
  }

  #lineOf(delayMs: number): Line<Owner> {
    let line = this.#lines.get(delayMs);
    if (line === undefined) {
      line = { delayMs, owners: [], dueAt: [], head: 0, pruneAt: FEWEST_PRUNED, disarm: undefined };
      this.#lines.set(delayMs, line);
    }
    this.#last = line;
    return line;
  }

  #prune(line: Line<Owner>): void {
    const { owners, dueAt, head } = line;
    let kept = 0;
    for (let place = head; place < owners.length; place++) {
      const owner = owners[place] as Owner;
      if (this.#host.isOver(owner)) continue;
      owners[kept] = owner;
      dueAt[kept] = dueAt[place] ?? 0;
      kept++;
    }
    owners.length = kept;
    dueAt.length = kept;
    line.head = 0;
    line.pruneAt = Math.max(FEWEST_PRUNED, 2 * kept);
  }

  #armForFirst(line: Line<Owner>): void {
    const dueAt = line.dueAt[line.head] ?? 0;
    this.#arm(line, Math.max(0, dueAt - this.#clock.now()));
  }

  #arm(line: Line<Owner>, delayMs: number): void {
    line.disarm = this.#clock.setTimer(delayMs, () => this.#sweep(line));
  }

  /** Counts as armed while it goes on, so that an owner added meanwhile does not arm it for later than its first is due. */
  #sweep(line: Line<Owner>): void {
    const now = this.#clock.now();
    while (line.head < line.owners.length) {
      const owner = line.owners[line.head] as Owner;
      const dueAt = line.dueAt[line.head] ?? 0;
      const isOver = this.#host.isOver(owner);
      if (dueAt > now && !isOver) {
        this.#arm(line, Math.max(1, dueAt - now));
        return;
      }
      line.owners[line.head++] = undefined;
      if (!isOver) this.#host.due(owner);
    }
    empty(line);
    line.disarm = undefined;
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

function empty<Owner>(line: Line<Owner>): void {
  line.owners = [];
  line.dueAt = [];
  line.head = 0;
}
