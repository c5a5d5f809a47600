import { deepEqual, equal } from 'node:assert/strict';

import type { RunQuery, Store } from '@wf-sdk/core';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, ids, LEASE, message, newRun, NOON } from './samples.ts';

async function listed(store: Store, query?: RunQuery): Promise<readonly string[]> {
  return ids(await store.list(query)).toSorted();
}

export const listRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'runs are listed as they are found, the newest first',
    why: '`latest` is the first of the list',
    async check({ store }) {
      for (const [id, createdAt] of [
        ['b', 2],
        ['c', 3],
        ['a', 1],
        ['d', 3],
      ] as const)
        await store.create(newRun(id, { createdAt: NOON + createdAt }), LEASE);
      deepEqual(ids(await store.list()), ['d', 'c', 'b', 'a']);
      for (const run of await store.list()) deepEqual(run, await store.find(run.id));
    },
  },
  {
    name: 'so many runs are listed, 100 where nothing is said',
    why: 'a store with a long history must answer at once',
    async check({ store }) {
      for (let index = 0; index < 103; index++)
        await store.create(newRun(`r${index}`, { createdAt: NOON + index }), LEASE);
      equal((await store.list()).length, 100);
      deepEqual(ids(await store.list({ limit: 2 })), ['r102', 'r101']);
      equal((await store.list({ limit: 1_000 })).length, 103);
      deepEqual(await store.list({ limit: 0 }), []);
    },
  },
  {
    name: 'runs are found by workflow, state and age',
    why: 'the history of one workflow, or what failed today',
    async check({ store }) {
      const states = ['running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;
      for (const [index, state] of states.entries()) {
        const workflow = index % 2 === 0 ? 'even' : 'odd';
        await store.create(newRun(state, { workflow, createdAt: NOON + index }), LEASE);
        await store.append([append(state, 0, [], { state })]);
      }
      deepEqual(await listed(store, { workflow: 'odd' }), ['failed', 'waiting']);
      deepEqual(await listed(store, { workflow: 'Odd' }), []);
      deepEqual(await listed(store, { states: ['running', 'failed'] }), ['failed', 'running']);
      deepEqual(await listed(store, { states: [] }), []);
      deepEqual(await listed(store, { since: NOON + 3 }), ['cancelled', 'failed']);
      deepEqual(await listed(store, { workflow: 'even', states: ['failed', 'cancelled'], since: NOON }), [
        'cancelled',
      ]);
    },
  },
  {
    name: 'runs are found by how their IDs begin',
    why: 'a unique prefix is enough wherever a run is named',
    async check({ store }) {
      for (const id of ['ab1', 'ab2', 'aB3', 'a%4', 'a_5', 'ab😀6', 'b1'])
        await store.create(newRun(id), LEASE);
      deepEqual(await listed(store, { prefix: 'ab' }), ['ab1', 'ab2', 'ab😀6']);
      deepEqual(await listed(store, { prefix: 'ab1' }), ['ab1']);
      deepEqual(await listed(store, { prefix: 'a%' }), ['a%4']);
      deepEqual(await listed(store, { prefix: 'a_' }), ['a_5']);
      deepEqual(await listed(store, { prefix: 'ab😀' }), ['ab😀6']);
      deepEqual(await listed(store, { prefix: 'ab12' }), []);
      equal((await store.list({ prefix: '' })).length, 7);
    },
  },
  {
    name: 'runs are found by the run above them, or by having none',
    why: 'the list for a person shows what was started, not its parts',
    async check({ store }) {
      for (const [id, parent] of [['top'], ['part', 'top'], ['deep', 'part'], ['other']] as const)
        await store.create(newRun(id, parent === undefined ? {} : { parent }), LEASE);
      deepEqual(await listed(store, { parent: null }), ['other', 'top']);
      deepEqual(await listed(store, { parent: 'top' }), ['part']);
      deepEqual(await listed(store, { parent: 'deep' }), []);
      equal((await store.list()).length, 4);
    },
  },
  {
    name: 'runs that can be claimed are those that have not ended and that nobody holds',
    why: 'what a dead process left must be found, and nothing else',
    async check({ store }) {
      for (const id of ['held', 'over', 'free', 'waiting', 'ended']) await store.create(newRun(id), LEASE);
      await store.claim('over', { owner: 'one', until: NOON + 500 }, NOON);
      for (const id of ['free', 'waiting', 'ended']) await store.release(id, 'one');
      await store.append([append('waiting', 0, [], { state: 'waiting' })]);
      await store.append([append('ended', 0, [], { state: 'succeeded' })]);
      deepEqual(await listed(store, { unleasedAt: NOON + 499 }), ['free', 'waiting']);
      deepEqual(await listed(store, { unleasedAt: NOON + 500 }), ['free', 'over', 'waiting']);
      deepEqual(await listed(store, { unleasedAt: NOON + 500, states: ['waiting', 'succeeded'] }), [
        'waiting',
      ]);
    },
  },
  {
    name: 'runs that are due wait, and their time has come or they have messages they have not heard',
    why: 'what wakes runs by the clock must miss none, and must not wake one for nothing',
    async check({ store }) {
      const waiting = { state: 'waiting' } as const;
      for (const id of ['late', 'later', 'told', 'heard', 'asks', 'busy', 'ended']) {
        await store.create(newRun(id), LEASE);
        if (id !== 'late' && id !== 'later' && id !== 'asks') await store.send(id, message('one'));
      }
      await store.append([append('late', 0, ['a'], { ...waiting, wakeAt: NOON + 5 })]);
      await store.append([append('later', 0, ['a'], { ...waiting, wakeAt: NOON + 6 })]);
      await store.append([append('told', 0, ['a'], { ...waiting, wakeAt: NOON + 9 })]);
      await store.append([append('heard', 0, ['a'], { heard: 1 })]);
      await store.append([append('heard', 1, ['b'], waiting)]);
      await store.append([append('asks', 0, ['a'], waiting)]);
      await store.append([append('ended', 0, ['a'], { state: 'failed' })]);
      deepEqual(await listed(store, { dueAt: NOON + 4 }), ['told']);
      deepEqual(await listed(store, { dueAt: NOON + 5 }), ['late', 'told']);
      await store.send('heard', message('two'));
      deepEqual(await listed(store, { dueAt: NOON + 6 }), ['heard', 'late', 'later', 'told']);
      await store.append([append('heard', 2, ['c'], { ...waiting, heard: 2 })]);
      await store.append([append('told', 1, ['b'], { heard: 1 })]);
      deepEqual(await listed(store, { dueAt: NOON + 9 }), ['late', 'later']);
    },
  },
];
