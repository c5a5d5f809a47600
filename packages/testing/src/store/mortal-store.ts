import type { Store } from '@wf-sdk/core';

/** A store as one process sees it. */
export interface MortalStore {
  readonly store: Store;
  /** The process dies: nothing that it has asked for since, or will ask for, is done. Its leases are free at once. */
  die(): Promise<void>;
}

/**
 * Shows a store to a run as to a process that can die in the midst: what the run then still does reaches nobody. Another
 * run of the same ID, with the store itself, goes on with what is kept.
 *
 * @param options.appends It dies by itself after so many appends.
 */
export function mortalStore(
  store: Store,
  { appends = Infinity }: { readonly appends?: number } = {},
): MortalStore {
  let left = appends;
  const owners = new Set<string>();
  const seen = new Proxy(store, {
    get(target, name: keyof Store) {
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]): Promise<unknown> => {
        if (name === 'append') left--;
        if (left < 0) return new Promise(() => undefined);
        for (const given of args) if (isLease(given)) owners.add(given.owner);
        return method.apply(target, args);
      };
    },
  });
  const die = async (): Promise<void> => {
    left = -1;
    for (const { id, lease } of await store.list({ limit: Number.MAX_SAFE_INTEGER }))
      if (lease !== undefined && owners.has(lease.owner)) await store.release(id, lease.owner);
  };
  return { store: seen, die };
}

function isLease(given: unknown): given is { readonly owner: string } {
  return typeof given === 'object' && given !== null && 'owner' in given && 'until' in given;
}
