import { deepEqual, equal } from 'node:assert/strict';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, ids, largeText, LEASE, message, newRun, texts } from './samples.ts';

export const removeRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'a run is forgotten with its log, its messages and all runs below it',
    why: 'history that was meant to be gone must be gone',
    async check({ store }) {
      for (const [id, parent] of [['top'], ['part', 'top'], ['deep', 'part'], ['other']] as const) {
        await store.create(newRun(id, parent === undefined ? {} : { parent }), LEASE);
        await store.append([append(id, 0, [`of ${id}`])]);
        await store.send(id, message('m1'));
      }
      await store.remove('top');
      deepEqual(ids(await store.list()), ['other']);
      for (const id of ['top', 'part', 'deep']) {
        equal(await store.find(id), undefined);
        deepEqual([await store.read(id), await store.receive(id)], [[], []]);
      }
      deepEqual(await texts(store, 'other'), ['of other']);
      equal((await store.receive('other')).length, 1);
    },
  },
  {
    name: 'a run of the same ID begins anew',
    why: 'what is left of an old run would be taken for part of the new one',
    async check({ store }) {
      for (const body of ['old', 'new']) {
        const { created, run } = await store.create(newRun('r1'), LEASE);
        deepEqual([created, run.length], [true, 0]);
        deepEqual([await store.read('r1'), await store.receive('r1')], [[], []]);
        await store.append([append('r1', 0, [body])]);
        equal((await store.send('r1', message('m1', { body })))?.body, body);
        if (body === 'old') await store.remove('r1');
      }
      deepEqual(await texts(store, 'r1'), ['new']);
    },
  },
  {
    name: 'large texts that others have too stay theirs',
    why: 'a store that keeps the same text once must not lose it with the first run',
    async check({ store }) {
      const shared = largeText('shared');
      for (const id of ['r1', 'r2', 'r3']) await store.create(newRun(id), LEASE);
      await store.append([append('r1', 0, [shared]), append('r2', 0, [shared])]);
      await store.send('r3', message('m1', { body: shared }));
      await store.cache({ key: 'k', task: 't', workflow: 'w', storedAt: 0, body: shared });
      await store.remove('r1');
      deepEqual(await texts(store, 'r2'), [shared]);
      await store.remove('r2');
      equal((await store.receive('r3'))[0]?.body, shared);
      await store.remove('r3');
      equal((await store.cached('k', 1))?.body, shared);
      await store.clearCache();
      await store.create(newRun('r4'), LEASE);
      await store.append([append('r4', 0, [shared])]);
      deepEqual(await texts(store, 'r4'), [shared]);
    },
  },
];
