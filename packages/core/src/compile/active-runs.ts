import type { WorkflowDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { show } from './show.ts';

/** Checks how many runs of a workflow may be active at once, where it says so. */
export function checkActiveRuns(
  { maxActiveRuns }: WorkflowDefinition,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (maxActiveRuns === undefined || (Number.isSafeInteger(maxActiveRuns) && maxActiveRuns >= 1)) return;
  report({
    code: 'bad_max_active_runs',
    message: `maxActiveRuns is a whole number from 1, not ${show(maxActiveRuns)}; leave it out for no limit`,
  });
}
