import type { Store, StoredRun } from '../model/store.ts';

/**
 * Frees a run whose driver is known to be dead, instead of waiting until its lease runs out.
 *
 * @param isKnownDead Whether nothing can come any more of the process that this owner of a lease names.
 * @returns Whether the run was freed.
 */
export async function freeIfDead(
  store: Store,
  { id, lease }: StoredRun,
  isKnownDead: (owner: string) => boolean,
): Promise<boolean> {
  if (lease === undefined || !isKnownDead(lease.owner)) return false;
  await store.release(id, lease.owner);
  return true;
}
