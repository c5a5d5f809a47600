import { parseDuration } from '../lib/duration.ts';
import { OptionError } from '../model/error.ts';
import type { Pool } from '../model/placement.ts';
import type { Clock } from '../model/ports.ts';
import { PoolQueue } from './pool-queue.ts';

/** A pool that was used in this process, as it is now. */
export interface PoolStatus {
  readonly name: string;
  /** How many slots it has; `undefined` for no limit. */
  readonly slots: number | undefined;
  /** How many of them are held. */
  readonly used: number;
  /** How many tasks and items wait for it. */
  readonly waiting: number;
}

/** Every pool of one clock, by name. */
export class PoolSet {
  readonly #clock: Clock;
  readonly #queues = new Map<string, PoolQueue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws OptionError where a pool of the same name has other options. */
  queueOf(pool: Pool): PoolQueue {
    const queue = this.#queues.get(pool.name);
    if (queue !== undefined) {
      if (queue.pool !== pool) checkSame(queue.pool, pool);
      return queue;
    }
    const made = new PoolQueue(pool, this.#clock);
    this.#queues.set(pool.name, made);
    return made;
  }

  status(): PoolStatus[] {
    return Array.from(this.#queues.values(), ({ pool: { name, slots }, used, waiting }) => ({
      name,
      slots,
      used,
      waiting,
    }));
  }
}

const sets = new WeakMap<Clock, PoolSet>();
const known: WeakRef<PoolSet>[] = [];

/**
 * The pools that all runs by this clock share. Runs by another clock have pools of their own: a test run in virtual time
 * neither waits for a real one nor holds it up.
 */
export function poolsOf(clock: Clock): PoolSet {
  let set = sets.get(clock);
  if (set === undefined) {
    set = new PoolSet(clock);
    sets.set(clock, set);
    known.push(new WeakRef(set));
  }
  return set;
}

/** Every pool that was used in this process: how many slots it has, how many are held, and how many wait. */
export function pools(): readonly PoolStatus[] {
  return known.flatMap((set) => set.deref()?.status() ?? []);
}

function checkSame(inUse: Pool, pool: Pool): void {
  const before = optionsOf(inUse);
  const now = optionsOf(pool);
  for (const option of Object.keys(before) as (keyof typeof before)[]) {
    if (before[option] === now[option]) continue;
    const wanted = `${before[option]} as in the pool of that name that is in use (pools are shared by name)`;
    throw new OptionError(`${option}' of pool '${pool.name}`, wanted, pool[option], now[option]);
  }
}

function optionsOf({ slots, perKey, rate }: Pool): Readonly<Record<'slots' | 'perKey' | 'rate', string>> {
  const show = (limit: number | undefined): string => (limit === undefined ? 'without limit' : String(limit));
  return {
    slots: show(slots),
    perKey: show(perKey),
    rate: rate === undefined ? show(undefined) : `${rate.limit} in ${parseDuration(rate.interval) ?? '?'} ms`,
  };
}
