import type { LogFields, LogLevel, ParentTask } from './context.ts';
import type { BreakerState } from './policy.ts';
import type { RecoveryAction } from './recovery.ts';
import type { RunState, SkipReason, WaitReason } from './state.ts';

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
  /** Which item of a fanned-out task, from 0. */
  readonly item?: number;
}

/** Where a task's output came from, if not from its handler. */
export type StandIn = 'fallback' | 'recovery' | 'approval';

/** What a person can say about a task that waits for a decision. */
export type Decision = 'approve' | 'retry' | 'skip' | 'fail';

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
      /** Present where a task of another run runs this one. */
      readonly parent?: ParentTask;
    })
  | (TaskFact & { readonly type: 'task.queued' })
  | (AttemptFact & { readonly type: 'attempt.started' })
  | (AttemptFact & {
      readonly type: 'attempt.failed';
      readonly error: unknown;
      /** The wait before the next attempt; absent when this was the last one. */
      readonly retryInMs?: number;
    })
  | (TaskFact & {
      /** A fanned-out task has its source. */
      readonly type: 'task.fanned_out';
      /** How many items there will be, where the source says so. */
      readonly items?: number;
    })
  | (TaskFact & { readonly type: 'item.succeeded'; readonly item: number; readonly output: unknown })
  | (TaskFact & { readonly type: 'item.failed'; readonly item: number; readonly error: unknown })
  | (TaskFact & {
      /** A recovery rule matched after the last attempt the retry policy allows. */
      readonly type: 'task.recovering';
      /** Its place in the list of rules, from 0. */
      readonly rule: number;
      readonly action: RecoveryAction['type'];
      /** The wait before the next attempt, where the rule makes one. */
      readonly retryInMs?: number;
    })
  | (TaskFact & {
      readonly type: 'task.waiting';
      readonly for: WaitReason;
      /** When the wait ends by itself, in milliseconds since the epoch. */
      readonly until?: number;
      /** Why a person is asked. */
      readonly error?: unknown;
      readonly message?: string;
    })
  | (TaskFact & { readonly type: 'task.decided'; readonly decision: Decision })
  | (TaskFact & { readonly type: 'task.sla_missed'; readonly slaMs: number })
  | (TaskFact & {
      readonly type: 'task.succeeded';
      readonly output: unknown;
      /** Absent where the output is the handler's. */
      readonly by?: StandIn;
    })
  | (TaskFact & { readonly type: 'task.failed'; readonly error: unknown })
  | (TaskFact & {
      readonly type: 'task.upstream_failed';
      /** The dependency that did not succeed. */
      readonly cause: string;
    })
  | (TaskFact & {
      readonly type: 'task.skipped';
      readonly reason: SkipReason;
      /** Under `dependency`: the dependency that brought it about. */
      readonly cause?: string;
    })
  | (TaskFact & { readonly type: 'task.cancelled' })
  | (AttemptFact & { readonly type: 'compensation.started' })
  | (AttemptFact & { readonly type: 'compensation.succeeded' })
  | (AttemptFact & {
      readonly type: 'compensation.failed';
      readonly error: unknown;
      readonly retryInMs?: number;
    })
  | (AttemptFact & {
      readonly type: 'task.log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields?: LogFields;
    })
  | (RunFact & {
      /** Everything that is left waits for a person. */
      readonly type: 'run.waiting';
      readonly tasks: readonly string[];
    })
  | (RunFact & { readonly type: 'breaker.changed'; readonly breaker: string; readonly state: BreakerState })
  | (RunFact & {
      readonly type: 'run.cancelling';
      readonly reason: unknown;
      /** Tasks that always run are cancelled too. */
      readonly wholly?: boolean;
    })
  | (RunFact & {
      readonly type: 'run.finished';
      readonly state: RunState;
      readonly succeeded: number;
      readonly total: number;
      readonly error?: unknown;
      readonly output?: unknown;
    });
