import { setImmediate } from 'node:timers/promises';

import type { StoredRun } from '@wf-sdk/core';

import { type Breakage, type Breakages, changing, findingRuns, without } from './breakage.ts';

/** Who looks and then acts, with a pause between. */
const createsInTwoSteps: Breakage = (store) => ({
  create: async (run, lease) => {
    const existing = await store.find(run.id);
    await setImmediate();
    if (existing !== undefined) return { created: false, run: existing };
    return { ...(await store.create(run, lease)), created: true };
  },
});

const appendsInTwoSteps: Breakage = (store) => ({
  append: async ([first]) => {
    if (first === undefined) return [];
    const before = await store.find(first.run);
    await setImmediate();
    const refused = before?.length !== first.expected;
    if (!refused) await store.append([{ ...first, expected: (await store.find(first.run))?.length ?? 0 }]);
    return refused ? [first.run] : [];
  },
});

/** Stores that must not pass, for each case about creating runs and appending to them. */
export const writing: Breakages = {
  'a new run is kept as it was given, running, with an empty log and its lease': [
    findingRuns((run) => without(run, 'source')),
    findingRuns((run) => ({ ...run, updatedAt: 0 })),
    (store) => ({ create: async (run, lease) => ({ ...(await store.create(run, lease)), created: false }) }),
  ],
  'what a new run does not have is absent': [
    findingRuns((run) => ({ ...run, parent: undefined }) as unknown as StoredRun),
  ],
  'a run that is there already is given, and not changed': [
    (store) => ({
      create: async (run, lease) => {
        await store.remove(run.id);
        return store.create(run, lease);
      },
    }),
    (store) => ({
      create: async (run, lease) => {
        await store.release(run.id, 'one');
        await store.claim(run.id, lease, 0);
        return store.create(run, lease);
      },
    }),
  ],
  'of many who create one run at once, exactly one does': [createsInTwoSteps],
  'what is unknown is not there, and asking for it changes nothing': [
    (store) => ({ append: async (appends) => (await store.append(appends), []) }),
    (store) => ({ claim: async () => true, find: (id) => store.find(id) }),
    (store) => ({
      send: async (run, message) => {
        await store.create(
          { id: run, workflow: '', version: '', structure: '', createdAt: 0 },
          { owner: 'x', until: 0 },
        );
        return store.send(run, message);
      },
    }),
  ],
  'an append makes the run what it says': [
    changing((append) => ({ ...append, state: 'running' })),
    changing((append) => without(append, 'wakeAt')),
    findingRuns((run) => ({ ...run, updatedAt: run.createdAt })),
    findingRuns((run) =>
      run.state === 'running' && run.length === 3 ? { ...run, wakeAt: 1_800_000_060_000 } : run,
    ),
  ],
  'an append can give the run another structure, and one that does not leaves it': [
    changing((append) => without(append, 'structure')),
    changing((append) => ({ ...append, structure: append.structure ?? 's1' })),
  ],
  'an append decided on another length of the log is refused, and changes nothing': [
    (store) => ({
      append: async (appends) => {
        const lengths = await Promise.all(
          appends.map(async ({ run }) => (await store.find(run))?.length ?? 0),
        );
        return store.append(appends.map((append, index) => ({ ...append, expected: lengths[index] ?? 0 })));
      },
    }),
    (store) => ({ append: async (appends) => (await store.append(appends), []) }),
  ],
  "an append is refused while another has the run's lease, be it over or not": [
    changing((append) => without(append, 'owner')),
  ],
  'an append without an owner, or to a run that nobody has, is not refused for that': [
    changing((append) => ({ owner: 'nobody', ...append })),
    (store) => ({
      append: async (appends) => {
        const run = await store.find(appends[0]?.run ?? '');
        return run?.lease === undefined ? appends.map((append) => append.run) : store.append(appends);
      },
    }),
  ],
  'what is refused of one call does not keep back the rest': [
    (store) => ({
      append: async (appends) => {
        for (const [index, append] of appends.entries())
          if ((await store.append([append])).length > 0) return appends.slice(index).map(({ run }) => run);
        return [];
      },
    }),
  ],
  'appends to one run in one call are applied in order': [
    (store) => ({ append: (appends) => store.append(appends.toReversed()) }),
    (store) => ({ append: (appends) => store.append(appends.slice(-1)) }),
  ],
  'calls that do not wait for each other are applied in the order in which they were made': [
    (store) => ({
      append: async (appends) => {
        if (appends.some(({ entries }) => entries.some(({ body }) => body.length > 1_000)))
          await setImmediate();
        return store.append(appends);
      },
    }),
  ],
  'of many who append on one length, exactly one does': [appendsInTwoSteps],
  'what the caller does to its objects afterwards is not in the log': [
    (store) => {
      let given: readonly { readonly body: string }[] = [];
      return {
        append: async (appends) => {
          given = appends[0]?.entries ?? [];
          return store.append(appends);
        },
        read: async (run) =>
          (await store.read(run)).map((entry, index) => ({ ...entry, body: given[index]?.body ?? '' })),
      };
    },
  ],
};
