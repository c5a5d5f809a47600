import { deepEqual, equal } from 'node:assert/strict';

import type { CacheEntry, Store } from '@wf-sdk/core';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { largeText, NOON } from './samples.ts';

function output(key: string, more: Partial<CacheEntry> = {}): CacheEntry {
  return { key, task: 'load', workflow: 'orders', storedAt: NOON, body: `output of ${key}`, ...more };
}

export const cacheRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'an output is found by its key, as it was kept',
    why: 'an output of other inputs would be taken for this one',
    async check({ store }) {
      const kept = [
        output('k1'),
        output('k2', { expiresAt: NOON + 10 }),
        output('K1', { body: largeText('x') }),
      ];
      for (const one of kept) await store.cache(one);
      for (const one of kept) deepEqual(await store.cached(one.key, NOON), one);
      equal(await store.cached('k', NOON), undefined);
      equal(await store.cached('k11', NOON), undefined);
    },
  },
  {
    name: 'an output takes the place of what had its key',
    why: 'what has expired is worked out and kept again',
    async check({ store }) {
      await store.cache(output('k1', { expiresAt: NOON + 5, body: largeText('old') }));
      const second = output('k1', { task: 'read', storedAt: NOON + 9 });
      await store.cache(second);
      deepEqual(await store.cached('k1', NOON + 100), second);
      equal(await store.clearCache(), 1);
    },
  },
  {
    name: 'an output is found until the instant at which it expires',
    why: 'what is older than its time to live must not be used',
    async check({ store }) {
      await store.cache(output('k1', { expiresAt: NOON + 10 }));
      await store.cache(output('k2'));
      equal((await store.cached('k1', NOON + 9))?.key, 'k1');
      equal(await store.cached('k1', NOON + 10), undefined);
      equal((await store.cached('k2', NOON + 1e12))?.key, 'k2');
    },
  },
  {
    name: 'outputs are forgotten: all, or those of a workflow, of a task, or of both',
    why: '`cache clear` must take what it says, and nothing else',
    async check(_, another) {
      const fill = async (): Promise<Store> => {
        const { store } = await another();
        for (const workflow of ['a', 'b'])
          for (const task of ['x', 'y']) await store.cache(output(`${workflow}${task}`, { workflow, task }));
        return store;
      };
      const left = async (store: Store): Promise<readonly string[]> => {
        const found = await Promise.all(['ax', 'ay', 'bx', 'by'].map((key) => store.cached(key, NOON)));
        return found.flatMap((one) => one?.key ?? []);
      };
      const expected = [
        [undefined, 4, []],
        [{}, 4, []],
        [{ workflow: 'a' }, 2, ['bx', 'by']],
        [{ task: 'x' }, 2, ['ay', 'by']],
        [{ workflow: 'b', task: 'y' }, 1, ['ax', 'ay', 'bx']],
        [{ workflow: 'c' }, 0, ['ax', 'ay', 'bx', 'by']],
      ] as const;
      for (const [which, count, rest] of expected) {
        const store = await fill();
        equal(await store.clearCache(which), count);
        deepEqual(await left(store), rest);
      }
    },
  },
];
