import { deepEqual, rejects } from 'node:assert/strict';

import type { Store } from '@wf-sdk/core';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, LEASE, message, newRun, NOON } from './samples.ts';

export const closeRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'after it was closed a store does nothing more, and says so',
    why: 'what is written after the end would be lost without a word',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      await store.close();
      await store.close();
      const calls: Record<Exclude<keyof Store, 'close'>, () => Promise<unknown>> = {
        create: () => store.create(newRun('r2'), LEASE),
        start: () => store.start('r1', 'one', 1, NOON),
        append: () => store.append([append('r1', 0, ['a'])]),
        read: () => store.read('r1'),
        find: () => store.find('r1'),
        list: () => store.list(),
        remove: () => store.remove('r1'),
        claim: () => store.claim('r1', LEASE, NOON),
        release: () => store.release('r1', 'one'),
        send: () => store.send('r1', message('m1')),
        receive: () => store.receive('r1'),
        cached: () => store.cached('k', NOON),
        cache: () => store.cache({ key: 'k', task: 't', workflow: 'w', storedAt: NOON, body: '' }),
        clearCache: () => store.clearCache(),
      };
      for (const [name, call] of Object.entries(calls))
        await rejects(call, { name: 'StoreError', code: 'store_closed' }, `${name}() after close()`);
    },
  },
  {
    name: 'what was asked for before it was closed is done',
    why: 'a process closes its store when it ends, with the last events on their way',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const calls = ['a', 'b', 'c'].map((text, index) => store.append([append('r1', index, [text])]));
      await store.close();
      deepEqual(await Promise.all(calls), [[], [], []]);
    },
  },
];
