import { deepEqual, equal } from 'node:assert/strict';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, ids, LEASE, newRun, NOON } from './samples.ts';

const HELD = { owner: 'one', until: NOON + 1_000 };

export const startRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'a run that is pending starts where fewer runs of its workflow are active than may be',
    why: 'maxActiveRuns: a run that waits for a person counts, and one whose process has died',
    async check({ store }) {
      for (const id of ['runs', 'waits', 'died', 'ended']) await store.create(newRun(id), LEASE);
      await store.append([append('waits', 0, ['a'], { state: 'waiting', wakeAt: NOON + 5 })]);
      await store.append([append('ended', 0, ['a'], { state: 'failed' })]);
      await store.release('died', 'one');
      await store.create(newRun('other', { workflow: 'invoices' }), LEASE);
      const { run } = await store.create(newRun('new'), HELD, 'pending');
      equal(run.state, 'pending');
      deepEqual(await store.start('new', 'one', 3, NOON), ['runs', 'waits', 'died']);
      deepEqual(await store.start('new', 'one', 1, NOON), ['runs', 'waits', 'died']);
      deepEqual(await store.find('new'), run);
      deepEqual(await store.start('new', 'one', 4, NOON), []);
      deepEqual(await store.find('new'), { ...run, state: 'running' });
      deepEqual(await store.start('new', 'one', 1, NOON), []);
      deepEqual(await store.start('waits', 'one', 1, NOON), []);
      equal((await store.find('waits'))?.state, 'waiting');
    },
  },
  {
    name: 'runs that are pending start in the order in which they were created, and nobody waits for one that is not held',
    why: 'who was begun first has its turn first; the process of one may have died',
    async check({ store }) {
      await store.create(newRun('active'), LEASE);
      // The clocks of several processes need not agree: their order in the store counts.
      await store.create(newRun('first', { createdAt: NOON + 9 }), HELD, 'pending');
      await store.create(
        newRun('dead', { createdAt: NOON + 5 }),
        { owner: 'one', until: NOON + 10 },
        'pending',
      );
      await store.create(newRun('last'), HELD, 'pending');
      deepEqual(await store.start('last', 'one', 1, NOON), ['active', 'first', 'dead']);
      deepEqual(await store.start('last', 'one', 2, NOON + 10), ['active', 'first']);
      await store.append([append('active', 0, ['a'], { state: 'succeeded' })]);
      deepEqual(await store.start('last', 'one', 1, NOON + 10), ['first']);
      deepEqual(await store.start('first', 'one', 1, NOON + 10), []);
      deepEqual(await store.start('last', 'one', 1, NOON + 10), ['first']);
      deepEqual(ids(await store.list({ states: ['pending'] })), ['dead', 'last']);
      deepEqual(ids(await store.list({ unleasedAt: NOON + 10 })), ['dead']);
    },
  },
  {
    name: 'of many that could start at once no more do than may be',
    why: 'two processes never both start the last run that may be active',
    async check({ store }) {
      const runs = Array.from({ length: 20 }, (_, index) => `r${index}`);
      for (const id of runs) await store.create(newRun(id), { ...HELD, owner: id }, 'pending');
      const asked = await Promise.all(runs.map((id) => store.start(id, id, 3, NOON)));
      deepEqual(
        runs.filter((_, index) => asked[index]?.length === 0),
        ['r0', 'r1', 'r2'],
      );
      equal((await store.list({ states: ['running'] })).length, 3);
    },
  },
  {
    name: 'a run is started by who holds it, and by nobody else',
    why: 'a process that was taken for dead must not start what another has',
    async check({ store }) {
      const { run } = await store.create(newRun('r1'), HELD, 'pending');
      equal(await store.start('r1', 'two', 1, NOON), undefined);
      equal(await store.start('unknown', 'one', 1, NOON), undefined);
      deepEqual(await store.find('r1'), run);
      await store.release('r1', 'one');
      equal(await store.start('r1', 'one', 1, NOON), undefined);
      equal((await store.find('r1'))?.state, 'pending');
    },
  },
  {
    name: 'a run that has ended starts again as a pending one does',
    why: 'a failed run that is retried is active again',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      await store.append([append('r1', 0, ['a'], { state: 'failed' })]);
      await store.create(newRun('r2'), LEASE);
      deepEqual(await store.start('r1', 'one', 1, NOON), ['r2']);
      equal((await store.find('r1'))?.state, 'failed');
      await store.append([append('r2', 0, ['a'], { state: 'succeeded' })]);
      deepEqual(await store.start('r1', 'one', 1, NOON), []);
      equal((await store.find('r1'))?.state, 'running');
      equal((await store.find('r1'))?.length, 1);
    },
  },
];
