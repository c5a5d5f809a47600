import { deepEqual, equal } from 'node:assert/strict';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, LEASE, newRun, NOON } from './samples.ts';

export const leaseRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'a lease is refused to others until the instant at which it is over',
    why: 'two processes never drive the same run',
    async check({ store }) {
      const { run } = await store.create(newRun('r1'), LEASE);
      const other = { owner: 'two', until: NOON + 5_000 };
      equal(await store.claim('r1', other, NOON), false);
      equal(await store.claim('r1', other, LEASE.until - 1), false);
      deepEqual((await store.find('r1'))?.lease, LEASE);
      equal(await store.claim('r1', other, LEASE.until), true);
      deepEqual(await store.find('r1'), { ...run, lease: other });
    },
  },
  {
    name: 'who has a lease renews it, also when it was over',
    why: 'a heartbeat that came late is not a death, if nobody took the run',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      for (const now of [NOON, LEASE.until + 10_000]) {
        equal(await store.claim('r1', { owner: 'one', until: now + 1_000 }, now), true);
        deepEqual((await store.find('r1'))?.lease, { owner: 'one', until: now + 1_000 });
      }
    },
  },
  {
    name: 'a lease is given back by who has it, and by nobody else',
    why: 'a process that lost its run must not free it when it ends',
    async check({ store }) {
      const { run } = await store.create(newRun('r1'), LEASE);
      await store.release('r1', 'two');
      deepEqual(await store.find('r1'), run);
      await store.release('r1', 'one');
      const { lease: _, ...free } = run;
      deepEqual(await store.find('r1'), free);
      equal(await store.claim('r1', { owner: 'two', until: NOON + 1 }, NOON), true);
    },
  },
  {
    name: 'of many who claim a run at once, exactly one gets it',
    why: 'two processes never drive the same run',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const owners = Array.from({ length: 20 }, (_, index) => `owner ${index}`);
      const now = LEASE.until;
      const got = await Promise.all(
        owners.map((owner) => store.claim('r1', { owner, until: now + 1_000 }, now)),
      );
      equal(got.filter(Boolean).length, 1);
      equal((await store.find('r1'))?.lease?.owner, owners[got.indexOf(true)]);
    },
  },
  {
    name: 'a lease outlives appends, and a run that ended can be claimed',
    why: 'a failed run is taken up again to retry what failed',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      await store.append([append('r1', 0, ['a'], { owner: 'one', state: 'failed' })]);
      deepEqual((await store.find('r1'))?.lease, LEASE);
      await store.release('r1', 'one');
      equal(await store.claim('r1', { owner: 'two', until: NOON + 1 }, NOON), true);
      equal((await store.find('r1'))?.state, 'failed');
    },
  },
];
