import type { LogFields, LogLevel } from './context.ts';
import type { RunState } from './state.ts';

interface RunFact {
  /** The run's ID. */
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface TaskFact extends RunFact {
  readonly task: string;
}

interface AttemptFact extends TaskFact {
  /** Which try, from 1. */
  readonly attempt: number;
}

/**
 * Everything that can be known about a run, as facts in the order in which they became true. The state of a run
 * and of each of its tasks is a fold over these.
 */
export type RunEvent =
  | (RunFact & {
      readonly type: 'run.started';
      readonly workflow: string;
      readonly version: string;
      readonly input: unknown;
      /** How many tasks the workflow has. */
      readonly total: number;
    })
  | (TaskFact & { readonly type: 'task.queued' })
  | (AttemptFact & { readonly type: 'attempt.started' })
  | (AttemptFact & {
      readonly type: 'attempt.failed';
      readonly error: unknown;
      /** The wait before the next attempt; absent when this was the last one. */
      readonly retryInMs?: number;
    })
  | (TaskFact & { readonly type: 'task.succeeded'; readonly output: unknown })
  | (TaskFact & { readonly type: 'task.failed'; readonly error: unknown })
  | (TaskFact & {
      readonly type: 'task.upstream_failed';
      /** The dependency that did not succeed. */
      readonly cause: string;
    })
  | (TaskFact & { readonly type: 'task.cancelled' })
  | (AttemptFact & {
      readonly type: 'task.log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields?: LogFields;
    })
  | (RunFact & { readonly type: 'run.cancelling'; readonly reason: unknown })
  | (RunFact & {
      readonly type: 'run.finished';
      readonly state: RunState;
      readonly succeeded: number;
      readonly total: number;
      readonly error?: unknown;
      readonly output?: unknown;
    });
