import type { Pool, ResourceAmounts } from '../model/placement.ts';
import type { Clock } from '../model/ports.ts';
import { machineResources } from './capacity.ts';
import { poolsOf, type PoolSet } from './pool-set.ts';
import type { Resources } from './resources.ts';
import type { Stage, Waiter } from './stage.ts';

/** What an attempt needs before it may be queued for a slot of its run. */
export interface AdmissionDemand {
  /** Each pool once. */
  readonly pools: readonly {
    readonly pool: Pool;
    readonly slots: number;
    /** For whom; without it, it is one among all that have none, and the pool's limit per key is not for it. */
    readonly key?: string | undefined;
  }[];
  readonly resources?: ResourceAmounts | undefined;
  readonly priority: number;
}

/** A request: it waits, then holds what it asked for, until it is released. */
export interface Ticket {
  readonly granted: boolean;
  /**
   * The attempt starts now. Pools with a rate count it from this moment; until then it counts as about to start, and if
   * it is released before, not at all. To be called for each attempt that was granted its demand and starts.
   */
  start(): void;
  /** Gives everything back, or withdraws the request. What it frees is granted to others before this returns. */
  release(): void;
}

/** Lets attempts in, as pools and resources have room. */
export interface Admission {
  /**
   * @param granted Called once, perhaps before `request` returns, unless the ticket is released first; others that waited
   * may be granted before it returns as well. It must not throw.
   * @throws OptionError where a pool of the same name with other options is in use.
   */
  request(demand: AdmissionDemand, granted: () => void): Ticket;
}

export interface AdmissionOptions {
  /** Goes by the rates of pools; runs by the same clock share their pools. */
  readonly clock: Clock;
  /** @default the machine's, shared by all runs */
  readonly resources?: Resources | undefined;
}

/**
 * Puts pools and resources behind one request.
 *
 * A request enters one pool after the other, by name, and at last the resources, and holds what it has meanwhile.
 * As all go in this one order, none can wait for another that waits for it.
 */
export function createAdmission({ clock, resources }: AdmissionOptions): Admission {
  const pools = poolsOf(clock);
  return {
    request(demand, granted) {
      const request = new Request(demand, pools, resources, granted);
      request.proceed();
      return request;
    },
  };
}

class Request implements Ticket, Waiter {
  readonly #stages: Stage[] = [];
  readonly #whenGranted: () => void;
  #entered = 0;
  #granted = false;
  #released = false;

  constructor(
    { pools, resources, priority }: AdmissionDemand,
    set: PoolSet,
    own: Resources | undefined,
    granted: () => void,
  ) {
    this.#whenGranted = granted;
    for (const { pool, slots, key } of pools.length > 1 ? pools.toSorted(byName) : pools) {
      this.#stages.push(set.queueOf(pool).stage({ slots, key, priority }, this));
    }
    if (resources !== undefined)
      this.#stages.push((own ?? machineResources()).stage(resources, priority, this));
  }

  get granted(): boolean {
    return this.#granted;
  }

  proceed(): void {
    for (let stage = this.#stages[this.#entered]; stage !== undefined; stage = this.#stages[this.#entered]) {
      this.#entered++;
      // As it entered, others may have been let in, and have withdrawn this request.
      if (!stage.enter() || this.#released) return;
    }
    this.#granted = true;
    this.#whenGranted();
  }

  start(): void {
    if (!this.#granted || this.#released) return;
    for (const stage of this.#stages) stage.start();
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    const held = this.#entered;
    for (let index = 0; index < held; index++) this.#stages[index]?.leave();
  }
}

function byName(a: { readonly pool: Pool }, b: { readonly pool: Pool }): number {
  return a.pool.name < b.pool.name ? -1 : 1;
}
