import type { RunCancelledError, WorkflowError } from './error.ts';
import type { CompensationResult } from './compensation.ts';
import type { StandIn } from './event.ts';
import type { FanOutSummary } from './fan-out.ts';
import type { SkipReason, TaskState } from './state.ts';

/** What became of one task in a run. Times are milliseconds since the epoch. */
export interface TaskResult {
  readonly id: string;
  readonly state: TaskState;
  /** How many attempts were started. */
  readonly attempts: number;
  /** When the first attempt started; absent if none did. */
  readonly startedAt: number | undefined;
  /** When the task reached its final state; absent if no attempt started. */
  readonly endedAt: number | undefined;
  /** From the first start to the end, waits between attempts included. */
  readonly durationMs: number | undefined;
  /** Why the task failed: what its last attempt threw, as it was thrown. */
  readonly error: Error | undefined;
  /** What each failed attempt threw, in order; those that were retried with success too. */
  readonly attemptErrors: readonly Error[];
  /** Under `upstream_failed`, and under `skipped` for the reason `dependency`: the dependency because of which. */
  readonly cause: string | undefined;
  /** Under `skipped`: why. */
  readonly reason: SkipReason | undefined;
  /** Under `succeeded`: what gave the output, where that was not the handler. */
  readonly by: StandIn | undefined;
  /** What became of the items of a fanned-out task. */
  readonly items: FanOutSummary | undefined;
}

interface RunResultBase<Ids extends string> {
  readonly run: string;
  readonly workflow: string;
  readonly version: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  /** How many tasks succeeded … */
  readonly succeeded: number;
  /** … of how many. */
  readonly total: number;
  readonly tasks: { readonly [Id in Ids]: TaskResult };
  /** What was undone of a run that failed or was cancelled, in the order in which that was done. */
  readonly compensations: readonly CompensationResult[];
}

/** A run all of whose tasks succeeded: every output is there. */
export interface SucceededRun<Ids extends string, Outputs, Output> extends RunResultBase<Ids> {
  readonly state: 'succeeded';
  readonly outcome: 'success';
  readonly outputs: Outputs;
  readonly output: Output;
  readonly error: undefined;
}

/** A run in which a task failed, the run's timeout passed, or its input did not fit. */
export interface FailedRun<Ids extends string, Outputs> extends RunResultBase<Ids> {
  readonly state: 'failed';
  readonly outcome: 'partial' | 'failed';
  /** The outputs of those tasks that succeeded. */
  readonly outputs: Partial<Outputs>;
  readonly output: undefined;
  /** A `RunFailedError`, a `RunTimeoutError`, or a `ValidationError` of the input. */
  readonly error: WorkflowError;
}

/** A run that was cancelled before it ended. */
export interface CancelledRun<Ids extends string, Outputs> extends RunResultBase<Ids> {
  readonly state: 'cancelled';
  readonly outcome: 'cancelled';
  readonly outputs: Partial<Outputs>;
  readonly output: undefined;
  readonly error: RunCancelledError;
}

/** How a run ended. Narrow on `outcome` or `state` to read `output` and all of `outputs`. */
export type RunResult<
  Ids extends string = string,
  Outputs = Readonly<Record<string, unknown>>,
  Output = unknown,
> = SucceededRun<Ids, Outputs, Output> | FailedRun<Ids, Outputs> | CancelledRun<Ids, Outputs>;
