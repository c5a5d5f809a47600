import type { Store, StoredRun, StoredRunState } from '@wf-sdk/core';
import { runsBelow } from './run-family.ts';

/** The state of a run as a reader wants it: `interrupted` is one that should be running, or waiting for its turn, and that nobody drives. */
export type Phase = StoredRunState | 'interrupted';

/** Whether nothing more is to come of the run, unless it is retried. */
export function isFinal(phase: Phase): boolean {
  return phase === 'succeeded' || phase === 'failed' || phase === 'cancelled';
}

/** Who drives a run at this instant, in words; nothing where nobody does. */
export function driverOf({ lease }: StoredRun, now: number): string | undefined {
  if (lease === undefined || lease.until <= now) return undefined;
  // The owner's last word tells two runs of one process apart.
  return lease.owner.replace(/ [\da-z]{26}$/, '');
}

/** @param now Milliseconds since the epoch. */
export async function phaseOf(store: Store, run: StoredRun, now: number): Promise<Phase> {
  if (run.state === 'pending') return driverOf(run, now) === undefined ? 'interrupted' : 'pending';
  if (run.state !== 'running' || driverOf(run, now) !== undefined) return run.state;
  // A run whose task runs another one that waits, waits with it.
  const below = await runsBelow(store, run.id);
  return below.some(({ state }) => state === 'waiting') ? 'waiting' : 'interrupted';
}
