import type { Append, Store, StoredRun } from '@wf-sdk/core';

/** What is wrong with a store, in place of what is right. */
export type Breakage = (store: Store) => Partial<Store>;

/** By the name of the case that finds them out. */
export type Breakages = Readonly<Record<string, readonly Breakage[]>>;

/** Appends which are changed before they get to a store. */
export function changing(change: (append: Append) => Append): Breakage {
  return (store) => ({ append: (appends) => store.append(appends.map(change)) });
}

export function findingRuns(change: (run: StoredRun) => StoredRun): Breakage {
  return (store) => ({
    find: async (id) => {
      const run = await store.find(id);
      return run === undefined ? undefined : change(run);
    },
  });
}

/** An object as if it had never had a property. */
export function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<T, K>;
}
