import assert from 'node:assert/strict';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import type { Pool, ResourceAmounts } from '../model/placement.ts';
import { type Admission, type AdmissionDemand, createAdmission, type Ticket } from './admission.ts';
import { createResources } from './capacity.ts';
import { pool } from './pool.ts';
import { poolsOf } from './pool-set.ts';
import type { Resources } from './resources.ts';

const INTERVAL_MS = 20;

interface Asked {
  readonly demand: AdmissionDemand;
  readonly order: number;
  ticket: Ticket | undefined;
  state: 'waiting' | 'granted' | 'started' | 'released';
}

/** An admission, and everything that was asked of it: after each step what must hold is looked at from outside. */
class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly resources: Resources = createResources({ cpu: 4, gpu: 1, memory: 1_000, disk: 100 });
  readonly pools: readonly Pool[];
  readonly asked: Asked[] = [];
  /** When work of each pool started. */
  readonly starts: Map<string, number[]> = new Map();
  readonly #admission: Admission = createAdmission({ clock: this.clock, resources: this.resources });
  readonly #onGranted: (asked: Asked) => void;

  constructor(pools: readonly Pool[], onGranted: (asked: Asked) => void = () => undefined) {
    this.pools = pools;
    this.#onGranted = onGranted;
  }

  in(...states: readonly Asked['state'][]): Asked[] {
    return this.asked.filter(({ state }) => states.includes(state));
  }

  ask(demand: AdmissionDemand): void {
    const asked: Asked = { demand, order: this.asked.length, ticket: undefined, state: 'waiting' };
    this.asked.push(asked);
    asked.ticket = this.#admission.request(demand, () => {
      assert.equal(asked.state, 'waiting', 'granted once, and not after it was withdrawn');
      asked.state = 'granted';
      this.#onGranted(asked);
      this.check();
    });
  }

  start(asked: Asked): void {
    asked.state = 'started';
    asked.ticket?.start();
    for (const { pool: one } of asked.demand.pools) {
      const starts = this.starts.get(one.name) ?? [];
      this.starts.set(one.name, [...starts, this.clock.now()]);
    }
  }

  release(asked: Asked): void {
    asked.state = 'released';
    asked.ticket?.release();
  }

  /** What holds at any time. */
  check(): void {
    const holding = this.in('granted', 'started');
    for (const one of this.pools) {
      const held = holding.flatMap(({ demand }) => demand.pools.filter((share) => share.pool === one));
      assert(sum(held.map(({ slots }) => slots)) <= (one.slots ?? Infinity), 'slots held');
      for (const key of new Set(held.map((share) => share.key))) {
        if (key === undefined) continue;
        const ofKey = held.filter((share) => share.key === key);
        assert(sum(ofKey.map(({ slots }) => slots)) <= (one.perKey ?? Infinity), 'slots held by a key');
      }
      if (one.rate === undefined) continue;
      const recent = (this.starts.get(one.name) ?? []).filter((at) => at > this.clock.now() - INTERVAL_MS);
      assert(recent.length <= one.rate.limit, 'starts in an interval');
    }
    for (const { name, slots = Infinity, used } of poolsOf(this.clock).status())
      assert(used >= 0 && used <= slots, `slots of ${name} in use`);
    for (const what of ['cpu', 'gpu', 'memoryBytes', 'diskBytes'] as const) {
      const held = sum(holding.map(({ demand }) => demand.resources?.[what] ?? 0));
      assert(held <= this.resources.capacity[what] + 1e-9, `${what} held`);
      assert(this.resources.used[what] <= this.resources.capacity[what], `${what} in use`);
    }
  }

  /** Lets all work be done: whoever was granted starts and ends, until nobody waits. */
  async finish(): Promise<void> {
    while (this.in('waiting', 'granted', 'started').length > 0) {
      const [next] = this.in('started', 'granted');
      if (next === undefined) {
        const waiting = this.in('waiting');
        await this.clock.advance(INTERVAL_MS);
        assert(
          waiting.some(({ state }) => state !== 'waiting'),
          `${waiting.length} wait for ever`,
        );
        continue;
      }
      if (next.state === 'granted') this.start(next);
      this.release(next);
      this.check();
    }
  }

  /** What is still held, waited for or armed. */
  get leftOver(): object {
    const status = poolsOf(this.clock).status();
    return {
      slots: sum(status.map(({ used }) => used)),
      waiting: sum(status.map(({ waiting }) => waiting)),
      resources: sum(Object.values(this.resources.used)),
      timers: this.clock.timers,
    };
  }
}

const NOTHING = { slots: 0, waiting: 0, resources: 0, timers: 0 };

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const upTo = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most });
const orNone = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const randomKey = orNone(fc.constantFrom('a', 'b', 'c'));

const randomPools = fc
  .array(
    fc.record({
      slots: orNone(upTo(4)),
      perKey: orNone(upTo(3)),
      rate: orNone(upTo(3).map((limit) => ({ limit, interval: INTERVAL_MS }))),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) =>
    list.map((options, index) =>
      pool(
        `p${index}`,
        Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
      ),
    ),
  );

const randomResources: fc.Arbitrary<ResourceAmounts> = fc.record({
  cpu: fc.constantFrom(0, 0.1, 1 / 3, 1, 2, 4),
  gpu: fc.constantFrom(0, 0, 0, 0.5, 1),
  memoryBytes: fc.constantFrom(0, 0, 400, 1_000),
  diskBytes: fc.constantFrom(0, 0, 60),
});

function randomDemand(pools: readonly Pool[]): fc.Arbitrary<AdmissionDemand> {
  const share = (one: Pool): fc.Arbitrary<AdmissionDemand['pools'][number]> =>
    randomKey.chain((key) => {
      const most = Math.min(one.slots ?? 3, key === undefined ? 3 : (one.perKey ?? 3));
      return upTo(most).map((slots) => ({ pool: one, slots, key }));
    });
  return fc.record({
    pools: fc.shuffledSubarray([...pools]).chain((some) => fc.tuple(...some.map(share))),
    resources: orNone(randomResources),
    priority: fc.integer({ min: 0, max: 2 }),
  });
}

type Step =
  | { readonly do: 'ask'; readonly demand: AdmissionDemand }
  | { readonly do: 'start' | 'release' | 'withdraw'; readonly which: number }
  | { readonly do: 'pass'; readonly ms: number };

function randomSteps(pools: readonly Pool[]): fc.Arbitrary<Step[]> {
  const which = fc.nat(20);
  return fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('ask' as const), demand: randomDemand(pools) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), which }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('release' as const), which }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: upTo(25) }) },
    ),
    { maxLength: 40, size: 'max' },
  );
}

async function take(world: World, step: Step): Promise<void> {
  const nth = (asked: readonly Asked[], which: number): Asked | undefined => asked[which % asked.length];
  switch (step.do) {
    case 'ask':
      return world.ask(step.demand);
    case 'start': {
      const asked = nth(world.in('granted'), step.which);
      return asked && world.start(asked);
    }
    case 'release': {
      const asked = nth(world.in('granted', 'started'), step.which);
      return asked && world.release(asked);
    }
    case 'withdraw': {
      const asked = nth(world.in('waiting'), step.which);
      return asked && world.release(asked);
    }
    case 'pass':
      return world.clock.advance(step.ms);
  }
}

test('whatever is asked, started, released and withdrawn: no limit is passed, all are granted, all is free in the end', async () => {
  const random = randomPools.chain((pools) => fc.tuple(fc.constant(pools), randomSteps(pools)));
  await fc.assert(
    fc.asyncProperty(random, async ([pools, steps]) => {
      const world = new World(pools);
      for (const step of steps) {
        await take(world, step);
        world.check();
      }
      await world.finish();
      expect(world.leftOver).toEqual(NOTHING);
    }),
    { numRuns: 300 },
  );
});

test('all are granted when each, let in as another goes, goes at once too, withdraws another and asks again', () => {
  const random = randomPools.chain((pools) =>
    fc.tuple(fc.constant(pools), fc.array(randomDemand(pools), { maxLength: 12, size: 'max' })),
  );
  return fc.assert(
    fc.asyncProperty(random, async ([pools, demands]) => {
      const again = [...demands];
      const world = new World(pools, (asked) => {
        if (asked.ticket === undefined) return;
        world.start(asked);
        world.release(asked);
        const demand = again.pop();
        if (demand === undefined) return;
        world.ask(demand);
        const others = world.in('waiting').filter(({ ticket }) => ticket !== undefined);
        const other = again.length % 3 === 0 ? others.at(-1) : undefined;
        if (other !== undefined) world.release(other);
      });
      for (const demand of demands) world.ask(demand);
      await world.finish();
      expect(world.leftOver).toEqual(NOTHING);
    }),
    { numRuns: 300 },
  );
});

test('in one pool nobody goes before one that is more important, or of the same key and earlier', () => {
  const random = fc
    .tuple(upTo(4), orNone(upTo(3)))
    .map(([slots, perKey]) => pool('p', perKey === undefined ? { slots } : { slots, perKey }))
    .chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.array(
          randomDemand([one])
            .filter(({ pools }) => pools.length === 1)
            .map((demand) => ({ ...demand, resources: undefined })),
          { maxLength: 20, size: 'max' },
        ),
      ),
    );
  return fc.assert(
    fc.asyncProperty(random, async ([one, demands]) => {
      const world = new World([one], (asked) => {
        const [mine] = asked.demand.pools;
        for (const other of world.in('waiting')) {
          const [theirs] = other.demand.pools;
          if (other.order === asked.order || theirs === undefined) continue;
          const isLimited = one.perKey !== undefined && theirs.key !== undefined;
          const { priority } = asked.demand;
          if (theirs.key === mine?.key) {
            const isBehind = other.demand.priority < priority || other.order > asked.order;
            assert(isBehind && other.demand.priority <= priority, 'of one key');
          } else if (!isLimited) assert(other.demand.priority <= priority, 'of different keys');
        }
      });
      for (const demand of demands) world.ask(demand);
      await world.finish();
    }),
    { numRuns: 300 },
  );
});

test('while a key waits, no other of the same priority is granted more than once', () => {
  const random = fc.tuple(
    upTo(3),
    fc.array(fc.record({ key: randomKey, slots: upTo(3) }), { minLength: 4, maxLength: 30, size: 'max' }),
  );
  return fc.assert(
    fc.asyncProperty(random, async ([slots, wishes]) => {
      const one = pool('p', { slots });
      /** For each key that waits: how often each other one was granted meanwhile. */
      const passed = new Map<string | undefined, Map<string | undefined, number>>();
      const keyOf = ({ demand }: Asked): string | undefined => demand.pools[0]?.key;
      const world = new World([one], (asked) => {
        const key = keyOf(asked);
        passed.delete(key);
        for (const waiting of new Set(world.in('waiting').map(keyOf))) {
          if (waiting === key) continue;
          const counts = passed.get(waiting) ?? new Map<string | undefined, number>();
          counts.set(key, (counts.get(key) ?? 0) + 1);
          passed.set(waiting, counts);
        }
        for (const counts of passed.values()) assert(Math.max(...counts.values()) <= 1, 'passed twice');
      });
      for (const wish of wishes)
        world.ask({ pools: [{ pool: one, ...wish, slots: Math.min(wish.slots, slots) }], priority: 0 });
      await world.finish();
      expect(world.in('released')).toHaveLength(wishes.length);
    }),
    { numRuns: 300 },
  );
});
