import { setImmediate } from 'node:timers/promises';

import type { Store } from '@wf-sdk/core';

import type { Breakages } from './breakage.ts';

const ACTIVE = ['running', 'waiting'] as const;

/** Stores that must not pass, for each case about pending runs and their turn. */
export const starting: Breakages = {
  'a run that is pending starts where fewer runs of its workflow are active than may be': [
    (store) => ({ create: (run, lease) => store.create(run, lease) }),
    (store) => ({ start: (run, owner, limit, now) => store.start(run, owner, limit + 1, now) }),
    (store) => ({ start: (run, owner, limit, now) => store.start(run, owner, Math.max(limit, 4), now) }),
    // One that waits, and one that nobody drives, do not count.
    ...(['waits', 'died'] as const).map((passed) => (store: Store) => ({
      start: async (run: string, owner: string, limit: number, now: number) =>
        (await store.start(run, owner, limit + 1, now))?.filter((id) => id !== passed),
    })),
    // One that is active begins to run again.
    (store) => ({
      start: async (run, owner, limit, now) => {
        const found = await store.find(run);
        if (found?.state === 'waiting')
          await store.append([{ run, expected: found.length, entries: [], state: 'running' }]);
        return store.start(run, owner, limit, now);
      },
    }),
  ],
  'runs that are pending start in the order in which they were created, and nobody waits for one that is not held':
    [
      // Those before it do not count.
      (store) => ({
        start: async (run, owner, limit, now) => {
          const ahead = (await store.start(run, owner, limit, now)) ?? [];
          const active = (await store.list({ states: ACTIVE })).map(({ id }) => id);
          return ahead.filter((id) => active.includes(id));
        },
      }),
      // Whoever held it, it is waited for.
      (store) => ({ start: (run, owner, limit) => store.start(run, owner, limit, 0) }),
      (store) => ({
        list: (query = {}) => store.list(query.unleasedAt === undefined ? query : { states: [] }),
      }),
    ],
  'of many that could start at once no more do than may be': [
    (store) => ({
      start: async (run, owner, limit) => {
        const active = (await store.list({ states: ACTIVE })).map(({ id }) => id);
        await setImmediate();
        if (active.length >= limit) return active;
        await store.append([{ run, expected: 0, entries: [], state: 'running' }]);
        return [];
      },
    }),
  ],
  'a run is started by who holds it, and by nobody else': [
    (store) => ({
      start: async (run, _, limit, now) => {
        const holder = (await store.find(run))?.lease?.owner;
        return holder === undefined ? [] : store.start(run, holder, limit, now);
      },
    }),
  ],
  'a run that has ended starts again as a pending one does': [
    (store) => ({
      start: async (run, owner, limit, now) => {
        const state = (await store.find(run))?.state;
        return state === 'failed' ? [] : store.start(run, owner, limit, now);
      },
    }),
  ],
};
