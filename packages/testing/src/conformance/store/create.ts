import { deepEqual, equal } from 'node:assert/strict';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, ids, LEASE, message, newRun, NOON } from './samples.ts';

export const createRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'a new run is kept as it was given, running, with an empty log and its lease',
    why: 'a later process finds out from it what to load and whether somebody is at it',
    async check({ store }) {
      const run = newRun('r1', { parent: 'r0', source: { module: 'file:///a.ts', export: 'default' } });
      const expected = { ...run, state: 'running', length: 0, updatedAt: NOON, lease: LEASE };
      deepEqual({ ...(await store.create(run, LEASE)) }, { created: true, run: expected });
      deepEqual(await store.find('r1'), expected);
    },
  },
  {
    name: 'what a new run does not have is absent',
    why: "a run without a parent is listed by `parent: null`, and `'source' in run` must mean something",
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const keys = Object.keys((await store.find('r1')) ?? {});
      deepEqual(
        keys.toSorted(),
        Object.keys({ ...newRun('r1'), state: 0, length: 0, updatedAt: 0, lease: 0 }).toSorted(),
      );
    },
  },
  {
    name: 'a run that is there already is given, and not changed',
    why: 'a run ID given by the caller makes the start idempotent',
    async check({ store }) {
      await store.create(newRun('r1', { createdAt: NOON - 5 }), LEASE);
      await store.append([append('r1', 0, ['first'])]);
      const before = await store.find('r1');
      const other = { owner: 'two', until: NOON + 9_000 };
      const { created, run } = await store.create(newRun('r1', { workflow: 'invoices' }), other);
      equal(created, false);
      deepEqual(run, before);
      deepEqual(await store.find('r1'), before);
      equal((await store.read('r1')).length, 1);
    },
  },
  {
    name: 'of many who create one run at once, exactly one does',
    why: 'the others would run the same tasks again',
    async check({ store }) {
      const owners = Array.from({ length: 20 }, (_, index) => `owner ${index}`);
      const results = await Promise.all(
        owners.map((owner) => store.create(newRun('r1'), { owner, until: NOON + 1_000 })),
      );
      equal(results.filter(({ created }) => created).length, 1);
      deepEqual(new Set(results.map(({ run }) => run.lease?.owner)).size, 1);
      deepEqual(ids(await store.list()), ['r1']);
    },
  },
  {
    name: 'what is unknown is not there, and asking for it changes nothing',
    why: 'a mistyped ID must not look like an empty run',
    async check({ store }) {
      equal(await store.find('r1'), undefined);
      deepEqual(await store.read('r1'), []);
      deepEqual(await store.receive('r1'), []);
      equal(await store.claim('r1', LEASE, NOON), false);
      equal(await store.send('r1', message('m1')), undefined);
      await store.release('r1', 'one');
      await store.remove('r1');
      deepEqual(await store.append([append('r1', 0, ['lost'])]), ['r1']);
      deepEqual(await store.list(), []);
      await store.create(newRun('r1'), LEASE);
      deepEqual([await store.read('r1'), await store.receive('r1')], [[], []]);
    },
  },
];
