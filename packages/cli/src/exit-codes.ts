import { type ErrorCode, isWorkflowError, type RunResult, type WorkflowError } from '@wf-sdk/core';

/** What the command's exit code says; these are part of its contract. */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  /** The command line, the pipeline's definition or its input is wrong: nothing was run. */
  usage: 2,
  /** Everything left waits for a decision, and nobody could be asked: the run waits in its store, or was cancelled. */
  waiting: 3,
  timedOut: 124,
  interrupted: 130,
  terminated: 143,
} as const;

/** The signals that cancel a run. */
export type CancellingSignal = 'SIGINT' | 'SIGTERM';

/** The exit code of a run that was cancelled by this signal. */
export function exitCodeOfSignal(signal: CancellingSignal): number {
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
}

/** A run that is kept was not taken up, and is as it was. */
function isRefusal({ code, cause }: WorkflowError): boolean {
  return code === 'run_not_kept' && isWorkflowError(cause) && REFUSALS.has(cause.code);
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'nothing_to_retry',
  'run_active',
  'run_exists',
  'run_not_ended',
  'run_not_found',
  'secret_exposed',
  'structure_changed',
]);

/** Nothing of the run was done. */
const NOT_BEGUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'input_invalid',
  'secrets_missing',
  'secrets_unavailable',
  'too_many_runs',
]);

/** @param by What cancelled the run, if anything did: a signal, or that it waited and nobody could answer. */
export function exitCodeOf(result: RunResult, by: CancellingSignal | 'waiting' | undefined): number {
  switch (result.state) {
    case 'succeeded':
      return EXIT.succeeded;
    case 'cancelled':
      if (by === 'waiting') return EXIT.waiting;
      return by === undefined ? EXIT.failed : exitCodeOfSignal(by);
    case 'failed':
      if (NOT_BEGUN.has(result.error.code) || isRefusal(result.error)) return EXIT.usage;
      return result.error.code === 'run_timeout' ? EXIT.timedOut : EXIT.failed;
  }
}
