import { driverOf, type Store, type StoredRun } from '@wf-sdk/core';
import { EXIT } from '../exit-codes.ts';
import { explain } from '../explain.ts';
import { openExistingForRun } from '../keep/open-store.ts';
import { ALL, hasRunEnded } from '../keep/run-family.ts';
import { UsageError } from '../usage-error.ts';
import { resumeIn, resumeRun, type TakeUpFlags } from './resume.ts';
import { say } from './say.ts';

interface ResumeFlags extends TakeUpFlags {
  readonly due?: true;
}

/** `wf-sdk resume <run> [pipeline.ts]`, or `wf-sdk resume --due`. Gives the exit code. */
export async function resumeOne(
  run: string | undefined,
  file: string | undefined,
  flags: ResumeFlags,
): Promise<number> {
  if (flags.due === true) {
    if (run !== undefined)
      throw new UsageError(`--due goes on with every run that is due: leave out '${run}'`);
    if (flags.output !== undefined)
      throw new UsageError('--output is the result of one run: it does not go with --due');
    return resumeDue(flags);
  }
  if (run === undefined)
    throw new UsageError('which run is to go on? wf-sdk resume <run>, or --due for all that are due');
  return resumeRun(run, file, flags);
}

/** Goes on with each run that is due, until it has ended or waits again. One that cannot go on does not stop the others. */
async function resumeDue(flags: TakeUpFlags): Promise<number> {
  const store = await openExistingForRun(flags, flags.durability);
  let code: number = EXIT.succeeded;
  try {
    const due = await dueRuns(store);
    if (due.length === 0 && flags.quiet !== true) say('no run is due');
    for (const run of due) {
      if (flags.quiet !== true) say(`run ${run.id} of ${run.workflow} is due, and goes on`);
      const one = await goOn(store, run, flags);
      if (one === EXIT.interrupted || one === EXIT.terminated) return one;
      if (one !== EXIT.succeeded && one !== EXIT.waiting) code = EXIT.failed;
    }
  } finally {
    await store.close();
  }
  return code;
}

async function goOn(store: Store, run: StoredRun, flags: TakeUpFlags): Promise<number> {
  try {
    return await resumeIn(store, run, undefined, flags);
  } catch (error) {
    say(explain(error));
    return EXIT.failed;
  }
}

/** Runs that are due, or whose tasks run one that is, the oldest first; not those that some process drives. */
async function dueRuns(store: Store): Promise<readonly StoredRun[]> {
  const now = Date.now();
  const roots = new Map<string, StoredRun>();
  for (const run of await store.list({ dueAt: now, unleasedAt: now, limit: ALL })) {
    const root = await rootOf(store, run);
    if (root !== undefined && !hasRunEnded(root) && driverOf(root, now) === undefined)
      roots.set(root.id, root);
  }
  return [...roots.values()].toSorted((one, other) => one.createdAt - other.createdAt);
}

async function rootOf(store: Store, run: StoredRun): Promise<StoredRun | undefined> {
  let above: StoredRun | undefined = run;
  while (above?.parent !== undefined) above = await store.find(above.parent);
  return above;
}
