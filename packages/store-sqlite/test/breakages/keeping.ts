import { setImmediate } from 'node:timers/promises';

import { type Breakages, without } from './breakage.ts';

/** Stores that must not pass, for each case about messages, cached outputs, removing and closing. */
export const keeping: Breakages = {
  'messages are kept as they were sent, numbered from 1 for each run': [
    (store) => ({ send: (run, message) => store.send(run, without(message, 'by')) }),
    (store) => ({
      receive: async (run) => (await store.receive(run)).map((one) => ({ ...one, seq: one.seq - 1 })),
    }),
    (store) => ({ send: async (run, message) => (await store.send(run, message), { ...message, seq: 1 }) }),
  ],
  'messages are received from any place on': [
    (store) => ({ receive: (run) => store.receive(run) }),
    (store) => ({ receive: (run, after = 0) => store.receive(run, Math.max(0, after - 1)) }),
  ],
  'a message sent twice is kept once, as it was the first time': [
    (store) => {
      let sent = 0;
      return { send: (run, message) => store.send(run, { ...message, id: `${message.id} ${sent++}` }) };
    },
    (store) => ({ send: async (run, message) => (await store.send(run, message), { ...message, seq: 1 }) }),
  ],
  'a message is kept whoever drives the run, also when it has ended, and the run stays as it is': [
    (store) => ({
      send: async (run, message) =>
        (await store.find(run))?.state === 'running' ? store.send(run, message) : undefined,
    }),
    (store) => ({
      send: async (run, message) => {
        await store.append([{ run, expected: 1, entries: [], state: 'running' }]);
        return store.send(run, message);
      },
    }),
  ],
  'of many messages sent at once none is lost': [
    (store) => {
      let busy = false;
      return {
        send: async (run, message) => {
          if (busy) return { ...message, seq: 1 };
          busy = true;
          await setImmediate();
          busy = false;
          return store.send(run, message);
        },
      };
    },
  ],
  'an output is found by its key, as it was kept': [
    (store) => ({ cache: (entry) => store.cache(without(entry, 'expiresAt')) }),
    (store) => ({ cache: (entry) => store.cache({ ...entry, body: entry.body.slice(0, 1_000) }) }),
    (store) => ({ cached: (key, now) => store.cached(key.toLowerCase(), now) }),
    (store) => ({ cached: async (key, now) => (await store.cached(key, now)) ?? store.cached('k1', now) }),
  ],
  'an output takes the place of what had its key': [
    (store) => {
      const known = new Set<string>();
      return {
        cache: async (entry) =>
          known.has(entry.key) ? undefined : (known.add(entry.key), store.cache(entry)),
      };
    },
  ],
  'an output is found until the instant at which it expires': [
    (store) => ({ cached: (key, now) => store.cached(key, now - 1) }),
    (store) => ({ cached: (key, now) => store.cached(key, now + 1) }),
    (store) => ({
      cache: (entry) => store.cache({ ...entry, expiresAt: entry.expiresAt ?? entry.storedAt + 100 }),
    }),
  ],
  'outputs are forgotten: all, or those of a workflow, of a task, or of both': [
    (store) => ({ clearCache: () => store.clearCache() }),
    (store) => ({ clearCache: async (which) => (await store.clearCache(which), 4) }),
    (store) => ({ clearCache: (which = {}) => store.clearCache(without(which, 'task')) }),
    () => ({ clearCache: async () => 4 }),
  ],
  'a run is forgotten with its log, its messages and all runs below it': [
    (store) => ({
      remove: async (id) => {
        const below = await store.list({ parent: id });
        await store.remove(id);
        for (const { lease, ...run } of below)
          if (lease !== undefined) await store.create({ ...run, parent: 'gone' }, lease);
      },
    }),
    (store) => ({
      remove: async () => {
        for (const { id } of await store.list()) await store.remove(id);
      },
    }),
    () => ({ remove: async () => undefined }),
  ],
  'a run of the same ID begins anew': [
    (store) => {
      const removed = new Set<string>();
      const old = (id: string): string => (removed.has(id) ? `${id} again` : id);
      return {
        create: (run, lease) => store.create({ ...run, id: old(run.id) }, lease),
        append: (appends) => store.append(appends.map((one) => ({ ...one, run: old(one.run) }))),
        read: (id) => store.read(old(id)),
        remove: async (id) => void removed.add(id),
      };
    },
  ],
  'large texts that others have too stay theirs': [
    (store) => {
      const gone = new Set<string>();
      return {
        remove: async (id) => {
          for (const { body } of await store.read(id)) gone.add(body);
          await store.remove(id);
        },
        read: async (id) => (await store.read(id)).filter(({ body }) => !gone.has(body)),
      };
    },
  ],
  'after it was closed a store does nothing more, and says so': [
    () => ({ close: async () => undefined }),
    () => ({ find: async () => undefined }),
    (store) => {
      let closed = false;
      return {
        close: async () => {
          if (closed) throw new Error('closed twice');
          closed = true;
          await store.close();
        },
      };
    },
  ],
  'what was asked for before it was closed is done': [
    (store) => ({
      append: async (appends) => {
        await setImmediate();
        return store.append(appends);
      },
    }),
  ],
};
