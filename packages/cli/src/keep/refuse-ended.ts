import type { StoredRun } from '@wf-sdk/core';
import { UsageError } from '../usage-error.ts';
import { hasRunEnded } from './run-family.ts';

/** @throws UsageError where a run has ended, and nothing that is said to it would be heard */
export function refuseEnded(run: StoredRun): void {
  if (!hasRunEnded(run)) return;
  const verb = run.state === 'cancelled' ? 'was cancelled' : run.state;
  throw new UsageError(`run ${run.id} has ended already: it ${verb}`);
}
