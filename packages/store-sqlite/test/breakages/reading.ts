import { type Breakages, changing, without } from './breakage.ts';

const trimsTexts = changing((append) => ({
  ...append,
  entries: append.entries.map((entry) => ({ ...entry, body: entry.body.replace(/\0.*/s, '') })),
}));

/** Stores that must not pass, for each case about reading logs. */
export const reading: Breakages = {
  'events are numbered from 1 without gaps, and read in order as they were given': [
    trimsTexts,
    (store) => ({
      read: async (run) => (await store.read(run)).map((entry) => ({ ...entry, seq: entry.seq - 1 })),
    }),
    (store) => ({ read: async (run) => (await store.read(run)).toReversed() }),
    (store) => ({ read: async (run) => (await store.read(run)).map((entry) => without(entry, 'task')) }),
    (store) => ({
      read: async (run) => (await store.read(run)).map((entry) => ({ ...entry, at: 1_800_000_000_000 })),
    }),
  ],
  'a log is read from any place on, and so many events at a time': [
    (store) => ({ read: (run, after) => store.read(run, after) }),
    (store) => ({ read: (run, after = 0, limit) => store.read(run, Math.max(0, after - 1), limit) }),
    (store) => ({ read: async (run, after = 0, limit) => (await store.read(run, 0, limit)).slice(after) }),
  ],
  'a group of any size is kept whole': [
    changing((append) => ({ ...append, entries: append.entries.slice(0, 4_999) })),
    changing((append) =>
      append.entries.length === 17
        ? {
            ...append,
            entries: [...append.entries.slice(0, 16), { ...append.entries[0], type: '', at: 0, body: '' }],
          }
        : append,
    ),
  ],
  'logs do not mix': [
    (store) => ({
      create: (run, lease) => store.create({ ...run, id: run.id.toLowerCase() }, lease),
      append: (appends) => store.append(appends.map((one) => ({ ...one, run: one.run.toLowerCase() }))),
      read: (run) => store.read(run.toLowerCase()),
    }),
    (store) => ({ read: (run) => store.read(run.slice(0, 2)) }),
  ],
  'large texts are read as they were given, also many of them and the same one twice': [
    changing((append) => ({
      ...append,
      entries: append.entries.map((entry) => ({ ...entry, body: entry.body.slice(0, 500_000) })),
    })),
    changing((append) => ({
      ...append,
      entries: append.entries.filter(
        ({ body }, index, all) => body === 'small' || all.findIndex((other) => other.body === body) === index,
      ),
    })),
  ],
};
