import { type Admission, createAdmission, type Ticket } from '../src/admit/admission.ts';
import { pool } from '../src/admit/pool.ts';
import { poolsOf } from '../src/admit/pool-set.ts';
import type { PoolOptions } from '../src/model/placement.ts';
import { VirtualClock } from '@wf-sdk/testing';

/** What a request takes of each of its pools. */
interface Wish {
  readonly slots?: number;
  readonly key?: string;
  readonly priority?: number;
}

/** Requests by name, and the order in which they were granted. */
export class Desk {
  readonly clock: VirtualClock = new VirtualClock();
  readonly granted: string[] = [];
  readonly #admission: Admission = createAdmission({ clock: this.clock });
  readonly #tickets = new Map<string, Ticket>();
  readonly #pools: Readonly<Record<string, PoolOptions>>;

  constructor(pools: Readonly<Record<string, PoolOptions>>) {
    this.#pools = pools;
  }

  /** @param from The pools it takes from; the first one if it does not say. */
  ask(
    name: string,
    { slots = 1, key, priority = 0 }: Wish = {},
    from = Object.keys(this.#pools).slice(0, 1),
  ): void {
    const pools = from.map((one) => ({ pool: pool(one, this.#pools[one] ?? {}), slots, key }));
    this.#tickets.set(
      name,
      this.#admission.request({ pools, priority }, () => void this.granted.push(name)),
    );
  }

  start(...names: readonly string[]): void {
    for (const name of names) this.#tickets.get(name)?.start();
  }

  release(...names: readonly string[]): void {
    for (const name of names) this.#tickets.get(name)?.release();
  }

  /** Releases whoever was granted, one after the other, until nobody is left: the order in which all were granted. */
  drain(): string[] {
    for (const name of this.granted) this.release(name);
    return this.granted;
  }

  get used(): Record<string, number> {
    return Object.fromEntries(
      poolsOf(this.clock)
        .status()
        .map(({ name, used }) => [name, used]),
    );
  }
}
