import { driverOf, type Store, type StoredRun, type StoredRunState } from '@wf-sdk/core';

/** The state of a run as a reader wants it: `interrupted` is one that should be running, or waiting for its turn, and that nobody drives. */
export type Phase = StoredRunState | 'interrupted';

/** Whether nothing more is to come of the run, unless it is retried. */
export function isFinal(phase: Phase): boolean {
  return phase === 'succeeded' || phase === 'failed' || phase === 'cancelled';
}

/** @param now Milliseconds since the epoch. */
export async function phaseOf(store: Store, run: StoredRun, now: number): Promise<Phase> {
  const { state, parent } = run;
  if ((state !== 'pending' && state !== 'running') || driverOf(run, now) !== undefined) return state;
  // Behind a run of the same parent, which waits with both of them, and needs no process.
  const waits =
    state === 'pending' && parent !== undefined && (await store.find(parent))?.state === 'waiting';
  return waits ? 'pending' : 'interrupted';
}
