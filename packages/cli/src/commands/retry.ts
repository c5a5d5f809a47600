import { retry } from '@wf-sdk/core';
import { type TakeUpFlags, takeUpRun } from './resume.ts';
import { takeUpAgain } from './take-up.ts';

interface RetryFlags extends TakeUpFlags {
  readonly from?: string;
}

/** `wf-sdk retry <run> [pipeline.ts] [--from task]`: runs again what went wrong in a run. Gives the exit code. */
export function retryRun(given: string, file: string | undefined, flags: RetryFlags): Promise<number> {
  const { from } = flags;
  const begin: typeof retry = (workflow, id, options) =>
    retry(workflow, id, { ...options, ...(from !== undefined && { from }) });
  return takeUpRun({ command: 'retry', takeUp: takeUpAgain, begin }, given, file, flags);
}
