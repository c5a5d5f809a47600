import { setImmediate } from 'node:timers/promises';

import { type Breakage, type Breakages, without } from './breakage.ts';

const claimsInTwoSteps: Breakage = (store) => ({
  claim: async (id, lease, now) => {
    const held = (await store.find(id))?.lease;
    await setImmediate();
    if (held !== undefined && held.until > now) return false;
    if (held !== undefined) await store.release(id, (await store.find(id))?.lease?.owner ?? '');
    return store.claim(id, lease, now);
  },
});

/** Stores that must not pass, for each case about lists and leases. */
export const finding: Breakages = {
  'runs are listed as they are found, the newest first': [
    (store) => ({ list: async (query) => (await store.list(query)).toReversed() }),
    (store) => ({
      list: async (query) =>
        (await store.list(query)).toReversed().toSorted((one, other) => other.createdAt - one.createdAt),
    }),
    (store) => ({ list: async (query) => (await store.list(query)).map((run) => without(run, 'lease')) }),
  ],
  'so many runs are listed, 100 where nothing is said': [
    (store) => ({ list: (query) => store.list({ limit: 1_000, ...query }) }),
    (store) => ({ list: (query = {}) => store.list(without(query, 'limit')) }),
    (store) => ({ list: (query) => store.list({ ...query, limit: query?.limit || 100 }) }),
  ],
  'runs are found by workflow, state and age': [
    (store) => ({ list: (query = {}) => store.list(without(query, 'workflow')) }),
    (store) => ({ list: (query = {}) => store.list(without(query, 'states')) }),
    (store) => ({ list: (query = {}) => store.list(without(query, 'since')) }),
    (store) => ({
      list: (query = {}) =>
        store.list(query.since === undefined ? query : { ...query, since: query.since + 1 }),
    }),
  ],
  'runs are found by how their IDs begin': [
    (store) => ({ list: (query = {}) => store.list(without(query, 'prefix')) }),
    (store) => ({
      list: async ({ prefix = '', ...query } = {}) =>
        (await store.list(query)).filter(({ id }) => id.toLowerCase().startsWith(prefix.toLowerCase())),
    }),
    (store) => ({
      list: async ({ prefix = '', ...query } = {}) =>
        (await store.list(query)).filter(({ id }) =>
          new RegExp(`^${prefix.replaceAll('%', '.*').replaceAll('_', '.')}`, 'u').test(id),
        ),
    }),
  ],
  'runs are found by the run above them, or by having none': [
    (store) => ({ list: (query = {}) => store.list(without(query, 'parent')) }),
    (store) => ({ list: (query) => store.list({ ...query, parent: query?.parent ?? null }) }),
  ],
  'runs that can be claimed are those that have not ended and that nobody holds': [
    (store) => ({ list: (query = {}) => store.list(without(query, 'unleasedAt')) }),
    (store) => ({ list: (query = {}) => store.list({ ...query, unleasedAt: (query.unleasedAt ?? 0) - 1 }) }),
    (store) => ({
      list: async ({ unleasedAt = 0, ...query } = {}) =>
        (await store.list(query)).filter(({ lease }) => lease === undefined || lease.until <= unleasedAt),
    }),
  ],
  'runs that are due wait, and their time has come or they have messages they have not heard': [
    (store) => ({ list: (query = {}) => store.list(without(query, 'dueAt')) }),
    (store) => ({ list: (query = {}) => store.list({ ...query, dueAt: (query.dueAt ?? 0) - 1 }) }),
    (store) => ({ append: (appends) => store.append(appends.map((one) => without(one, 'heard'))) }),
    (store) => ({ append: (appends) => store.append(appends.map((one) => ({ heard: 0, ...one }))) }),
    (store) => ({
      list: async ({ dueAt = 0, ...query } = {}) =>
        (await store.list({ ...query, states: ['waiting'] })).filter(
          ({ wakeAt }) => wakeAt !== undefined && wakeAt <= dueAt,
        ),
    }),
  ],
  'a lease is refused to others until the instant at which it is over': [
    (store) => ({ claim: (id, lease, now) => store.claim(id, lease, now + 1) }),
    (store) => ({ claim: (id, lease, now) => store.claim(id, lease, now - 1) }),
    (store) => ({ claim: (id, lease, now) => store.claim(id, { ...lease, until: 0 }, now) }),
  ],
  'who has a lease renews it, also when it was over': [
    (store) => ({
      claim: async (id, lease, now) =>
        ((await store.find(id))?.lease?.until ?? 0) > now ? false : store.claim(id, lease, now),
    }),
    (store) => ({
      claim: async (id, lease, now) =>
        ((await store.find(id))?.lease?.until ?? 0) < now ? false : store.claim(id, lease, now),
    }),
  ],
  'a lease is given back by who has it, and by nobody else': [
    (store) => ({ release: (id) => store.release(id, 'one') }),
    (store) => ({ release: async (id, owner) => void (await store.claim(id, { owner, until: 0 }, 0)) }),
  ],
  'of many who claim a run at once, exactly one gets it': [claimsInTwoSteps],
  'a lease outlives appends, and a run that ended can be claimed': [
    (store) => ({
      append: async (appends) => {
        const refused = await store.append(appends);
        for (const { run, owner } of appends) await store.release(run, owner ?? '');
        return refused;
      },
    }),
    (store) => ({
      claim: async (id, lease, now) =>
        (await store.find(id))?.state === 'running' && store.claim(id, lease, now),
    }),
  ],
};
