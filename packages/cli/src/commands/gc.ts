import type { StoredRun } from '@wf-sdk/core';
import { EXIT } from '../exit-codes.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { ALL } from '../keep/run-family.ts';
import { formatAge } from '../show/age.ts';
import { count } from '../show/format.ts';
import { print } from './print.ts';
import { say } from './say.ts';

interface GarbageFlags extends StoreFlags {
  readonly olderThan: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `wf-sdk gc --older-than 30d`: removes runs that have ended, with those below them. Gives the exit code. */
export async function collectGarbage(flags: GarbageFlags): Promise<number> {
  const { olderThan, dryRun = false, json = false } = flags;
  const now = Date.now();
  return withStore(flags, dryRun ? 'read' : 'write', async (store) => {
    const ended = await store.list({
      parent: null,
      states: ['succeeded', 'failed', 'cancelled'],
      limit: ALL,
    });
    const old = ended.filter(({ updatedAt }) => updatedAt < now - olderThan);
    for (const run of old) {
      if (!dryRun) await store.remove(run.id);
      print(json ? JSON.stringify(toJson(run, !dryRun)) : line(run, now));
    }
    if (!json)
      say(
        `${count(old.length, 'run')} ${dryRun ? 'would be removed (--dry-run)' : 'removed'}, ${ended.length - old.length} that ended later kept`,
      );
    return EXIT.succeeded;
  });
}

function line({ id, workflow, state, updatedAt }: StoredRun, now: number): string {
  return `${id}  ${workflow}, ${state} ${formatAge(now - updatedAt)}`;
}

function toJson({ id, workflow, state, updatedAt }: StoredRun, removed: boolean): object {
  return { run: id, workflow, status: state, updatedAt, removed };
}
