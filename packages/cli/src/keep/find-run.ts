import type { Store, StoredRun } from '@wf-sdk/core';
import { didYouMean } from '../load/did-you-mean.ts';
import { formatAge } from '../show/age.ts';
import { UsageError } from '../usage-error.ts';

/** So many runs are named where one has to be chosen. */
const NAMED = 5;
/** Among so many runs, the newest, is looked for what a slip of the finger may have meant. */
const COMPARED = 1_000;

/**
 * The run that a user means: by its ID, by the beginning of it where no other run begins so, or by `latest`.
 *
 * @throws UsageError with those that may have been meant
 */
export async function findRun(store: Store, given: string): Promise<StoredRun> {
  const exact = await store.find(given);
  if (exact !== undefined) return exact;
  if (given === 'latest') return latest(store);
  // A run below another begins as that one does, and is meant only where no other can be.
  for (const parent of [null, undefined]) {
    const query = { prefix: given, limit: NAMED + 1, ...(parent === null && { parent }) };
    const found = await store.list(query);
    const [first] = found;
    if (first !== undefined && found.length === 1) return first;
    if (found.length > 1) throw new UsageError(ambiguous(given, found));
  }
  throw new UsageError(await unknown(store, given));
}

async function latest(store: Store): Promise<StoredRun> {
  const [newest] = await store.list({ parent: null, limit: 1 });
  if (newest === undefined) throw new UsageError('there is no latest run: the store has none yet');
  return newest;
}

function ambiguous(given: string, found: readonly StoredRun[]): string {
  const more = found.length > NAMED ? ['  …'] : [];
  return [
    `several runs begin with '${given}'; write more of the one you mean:`,
    ...lines(found.slice(0, NAMED)),
    ...more,
  ].join('\n');
}

async function unknown(store: Store, given: string): Promise<string> {
  const runs = await store.list({ parent: null, limit: COMPARED });
  if (runs.length === 0) return `there is no run '${given}': the store has none yet`;
  const near = didYouMean(
    given,
    runs.map(({ id }) => id),
  );
  if (near !== undefined) return `there is no run '${given}'; did you mean '${near}'?`;
  return [`there is no run '${given}'; the newest are:`, ...lines(runs.slice(0, NAMED))].join('\n');
}

function lines(runs: readonly StoredRun[]): string[] {
  const now = Date.now();
  return runs.map(
    ({ id, workflow, state, createdAt }) => `  ${id}  ${workflow}, ${state}, ${formatAge(now - createdAt)}`,
  );
}
