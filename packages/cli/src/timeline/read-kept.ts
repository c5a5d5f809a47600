import { driverOf, keptTasks, type Store, type StoredRun } from '@wf-sdk/core';
import { phaseOf } from '../keep/phase.ts';
import { RunEvents } from '../keep/run-events.ts';
import { runsBelow } from '../keep/run-family.ts';
import { UsageError } from '../usage-error.ts';
import { timelineOf } from './from-events.ts';
import type { Structure, Timeline } from './timeline.ts';

/**
 * The timeline of a run that is kept, and of the runs below it.
 *
 * @param now Milliseconds since the epoch: one that a process drives is shown up to then.
 * @throws UsageError where nothing has happened to it yet; StoreError
 */
export async function timelineOfKept(store: Store, run: StoredRun, now: number): Promise<Timeline> {
  const runs = new Map([run, ...(await runsBelow(store, run.id))].map((one) => [one.id, one]));
  const structureOf = (id: string): Structure | undefined => {
    const kept = runs.get(id);
    return kept === undefined ? undefined : keptTasks(kept);
  };
  const timeline = await timelineOf(new RunEvents(store, run.id).read(), {
    source: 'store',
    structureOf,
    state: await phaseOf(store, run, now),
    ...(driverOf(run, now) !== undefined && { now }),
  });
  if (timeline === undefined) throw new UsageError(`nothing has happened to run ${run.id} yet`);
  return timeline;
}
