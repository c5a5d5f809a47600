import { driverOf, type Store, type StoredRun, type StoredRunState } from '@wf-sdk/core';
import { runsBelow } from './run-family.ts';

/** The state of a run as a reader wants it: `interrupted` is one that should be running, or waiting for its turn, and that nobody drives. */
export type Phase = StoredRunState | 'interrupted';

/** Whether nothing more is to come of the run, unless it is retried. */
export function isFinal(phase: Phase): boolean {
  return phase === 'succeeded' || phase === 'failed' || phase === 'cancelled';
}

/** @param now Milliseconds since the epoch. */
export async function phaseOf(store: Store, run: StoredRun, now: number): Promise<Phase> {
  if (run.state === 'pending') return driverOf(run, now) === undefined ? 'interrupted' : 'pending';
  if (run.state !== 'running' || driverOf(run, now) !== undefined) return run.state;
  // A run whose task runs another one that waits, waits with it.
  const below = await runsBelow(store, run.id);
  return below.some(({ state }) => state === 'waiting') ? 'waiting' : 'interrupted';
}
