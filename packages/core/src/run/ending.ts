import {
  OutputSelectorError,
  RecursionError,
  RunCancelledError,
  RunFailedError,
  TaskFailedError,
  type WorkflowError,
} from '../model/error.ts';
import { RunNotKeptError } from '../model/durable-error.ts';
import type { RunEventOf } from '../model/event.ts';
import type { RunResult } from '../model/result.ts';
import type { RunState } from '../model/state.ts';
import { TooManyRunsError } from '../model/turn-error.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** How a run ended, beside what became of its tasks. */
export interface Ending {
  readonly state: RunState;
  readonly output: unknown;
  readonly error: WorkflowError | undefined;
}

/** What comes of a run of which no task is open any more. Calls the function given to `.output()`, if there is one. */
export function endingOf(runtime: Runtime): Ending {
  const { state, failure, cancelReason, plan } = runtime;
  const failed = (error: WorkflowError): Ending => ({ state, output: undefined, error });
  if (failure !== undefined) return failed(failure);
  switch (state) {
    case 'cancelled':
      return failed(new RunCancelledError(runtime.info.id, plan.id, cancelReason));
    case 'failed':
      return failed(new RunFailedError(runtime.info.id, plan.id, taskErrors(runtime)));
    case 'succeeded':
      return succeeded(runtime);
  }
}

/** How a run ends that cannot be kept, or was not to wait for its turn. */
export function notKept(run: string, cause: Error): Ending {
  const error = cause instanceof TooManyRunsError ? cause : new RunNotKeptError(run, cause);
  return { state: 'failed', output: undefined, error };
}

/** How a run had ended in a process before this one. */
export function pastEnding({ state, output, error }: RunEventOf<'run.finished'>): Ending {
  return { state, output, error: error instanceof Error ? (error as WorkflowError) : undefined };
}

/** The errors of those tasks whose failure was not allowed. */
function taskErrors({ ledger, plan }: Runtime): TaskFailedError[] {
  return Array.from(ledger.failures())
    .filter(([task]) => plan.tasks[task]?.definition.allowFailure !== true)
    .map(
      ([task, error]) => new TaskFailedError(plan.tasks[task]?.id ?? '', ledger.attempts[task] ?? 0, error),
    );
}

function succeeded(runtime: Runtime): Ending {
  const { plan, ledger, scheduler, outputs } = runtime;
  const select = plan.definition.output;
  if (select === undefined) return { state: 'succeeded', output: undefined, error: undefined };
  const done = plan.tasks.filter(({ index }) => scheduler.stateOf(index) === 'succeeded');
  const byId = Object.fromEntries(done.map((task) => [task.id, ledger.outputs[task.index]]));
  try {
    const output = select({ ...byId, input: outputs.input } as never);
    return { state: 'succeeded', output, error: undefined };
  } catch (error) {
    const failure = new RunFailedError(runtime.info.id, plan.id, [new OutputSelectorError(plan.id, error)]);
    return { state: 'failed', output: undefined, error: failure };
  }
}

/** The output of a run below a task. @throws WorkflowError where it has none */
export function childOutput({ state, output, error }: RunResult): unknown {
  if (state !== 'succeeded') throw endless(error) ?? error;
  return output;
}

/** Workflows that run each other without end: said once, not by each of the runs on the way, and never retried. */
function endless(error: unknown): RecursionError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RecursionError) return cause;
  }
  return undefined;
}
