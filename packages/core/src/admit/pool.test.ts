import { describe, expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { OptionError } from '../model/error.ts';
import type { PoolOptions } from '../model/placement.ts';
import { createAdmission } from './admission.ts';
import { pool } from './pool.ts';
import { pools, poolsOf } from './pool-set.ts';

const ignore = (): void => undefined;

describe('pool()', () => {
  test('gives frozen plain data, without what was not said', () => {
    const rate = { limit: 10, interval: '1s' } as const;
    const db = pool('db', { slots: 3, rate });
    expect(db).toEqual({ name: 'db', slots: 3, rate });
    expect(Object.keys(db).toSorted()).toEqual(['name', 'rate', 'slots']);
    expect([db, db.rate].every((part) => Object.isFrozen(part))).toBe(true);
    expect(Object.isFrozen(rate)).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ['no slots', { slots: 0 }, `option 'slots' of pool 'db' must be a whole number from 1, not 0`],
    ['half a slot', { slots: 1.5 }, `option 'slots' of pool 'db' must be a whole number from 1, not 1.5`],
    ['slots as a text', { slots: '3' }, `option 'slots' of pool 'db' must be a whole number from 1, not '3'`],
    [
      'no slots for a key',
      { perKey: 0 },
      `option 'perKey' of pool 'db' must be a whole number from 1, not 0`,
    ],
    [
      'a rate that is a number',
      { rate: 5 },
      `option 'rate' of pool 'db' must be a rate such as { limit: 10, interval: '1s' }, not 5`,
    ],
    [
      'a rate of nothing',
      { rate: { limit: 0, interval: '1s' } },
      `option 'rate.limit' of pool 'db' must be a whole number from 1, not 0`,
    ],
    [
      'a rate without an interval',
      { rate: { limit: 1, interval: 0 } },
      `option 'rate.interval' of pool 'db' must be a duration longer than nothing, in milliseconds or as '250ms', '5s', '1m', not 0`,
    ],
    [
      'a rate with another option',
      { rate: { limit: 1, interval: 1, per: 'key' } },
      `option 'rate.per' of pool 'db' must be left out, as a rate has limit and interval, not 'key'`,
    ],
    [
      "another library's option",
      { concurrency: 3 },
      `option 'concurrency' of pool 'db' must be left out, as a pool has slots, perKey and rate, not 3`,
    ],
    [
      'no options',
      undefined,
      `option 'pool('db')' must be given options such as { slots: 3 }, not undefined`,
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => pool('db', options as PoolOptions)).toThrow(OptionError);
    expect(() => pool('db', options as PoolOptions)).toThrow(message);
  });

  test('refuses an empty name', () => {
    expect(() => pool('', { slots: 1 })).toThrow(`option 'name' of pool '' must be some text`);
  });
});

describe('two pools of one name', () => {
  test.each<[PoolOptions, PoolOptions, string]>([
    [{ slots: 3 }, { slots: 5 }, `option 'slots' of pool 'db' must be 3 as in the pool of that name`],
    [{ slots: 3 }, {}, `not without limit`],
    [{ slots: 3 }, { slots: 3, perKey: 1 }, `option 'perKey' of pool 'db' must be without limit as`],
    [
      { rate: { limit: 5, interval: '1s' } },
      { rate: { limit: 5, interval: '1m' } },
      `option 'rate' of pool 'db' must be 5 in 1000 ms as in`,
    ],
  ])('%j and %j: the second is refused at its first use, by what differs', (first, second, message) => {
    const admission = createAdmission({ clock: new VirtualClock() });
    const request = (options: PoolOptions): unknown =>
      admission.request({ pools: [{ pool: pool('db', options), slots: 1 }], priority: 0 }, ignore);
    request(first);
    expect(() => request(second)).toThrow(OptionError);
    expect(() => request(second)).toThrow(message);
  });

  test('are one, where their options mean the same', () => {
    const clock = new VirtualClock();
    const admission = createAdmission({ clock });
    for (const interval of ['1s', 1_000] as const) {
      const db = pool('db', { slots: 3, rate: { limit: 5, interval } });
      admission.request({ pools: [{ pool: db, slots: 1 }], priority: 0 }, ignore);
    }
    expect(poolsOf(clock).status()).toEqual([{ name: 'db', slots: 3, used: 2, waiting: 0 }]);
  });
});

describe('pools()', () => {
  test('tells how many slots are held and how many wait, over all runs by one clock', () => {
    const clock = new VirtualClock();
    const shared = pool('shared by runs', { slots: 2 });
    const open = pool('without a limit', {});
    for (const slots of [1, 1, 1]) {
      const demand = { pools: [shared, open].map((one) => ({ pool: one, slots })), priority: 0 };
      createAdmission({ clock }).request(demand, ignore);
    }
    expect(pools()).toEqual(
      expect.arrayContaining([
        { name: 'shared by runs', slots: 2, used: 2, waiting: 1 },
        { name: 'without a limit', slots: undefined, used: 2, waiting: 0 },
      ]),
    );
    const other = createAdmission({ clock: new VirtualClock() });
    expect(other.request({ pools: [{ pool: shared, slots: 2 }], priority: 0 }, ignore).granted).toBe(true);
  });
});
