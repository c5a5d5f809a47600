import type { Store, StoredRun } from '@wf-sdk/core';

/** More than any store has. */
export const ALL: number = Number.MAX_SAFE_INTEGER;

/** The runs that tasks of this run have run, and those below them, the oldest first. */
export async function runsBelow(store: Store, id: string): Promise<readonly StoredRun[]> {
  // Such a run has an ID that begins with the one above it; a run of its own may be named so, too.
  const candidates = await store.list({ prefix: `${id}~`, limit: ALL });
  const family = new Set([id]);
  return candidates.toReversed().filter(({ id: below, parent }) => {
    if (parent === undefined || !family.has(parent)) return false;
    family.add(below);
    return true;
  });
}

/** Whether nothing more becomes of a run. */
export function hasRunEnded({ state }: Pick<StoredRun, 'state'>): boolean {
  switch (state) {
    case 'pending':
    case 'running':
    case 'waiting':
      return false;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return true;
  }
}
