import type { LogFields, LogLevel, ParentTask } from './context.ts';
import type { RunMessage } from './message.ts';
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
export type StandIn = 'fallback' | 'recovery' | 'approval' | 'cache' | 'timeout';

/** Which signal a task took, and who sent it. */
export interface TakenSignal {
  /** Its number among the signals of the run. */
  readonly number: number;
  readonly by?: string;
}

/** What a person can say about a task that waits for a decision. */
export type Decision = 'approve' | 'retry' | 'skip' | 'fail';

/**
 * Everything that can be known about a run, as facts in the order in which they became true. The state of a run
 * and of each of its tasks is a fold over these.
 */
export type RunEvent =
  | (RunFact & {
      /** The run waits for its turn: as many runs of its workflow are active as may be. Nothing of it has started. */
      readonly type: 'run.pending';
      readonly workflow: string;
      readonly version: string;
      readonly input: unknown;
      /** How many runs of the workflow may be active at once. */
      readonly limit: number;
      /** The runs it waits for, in the order in which they were begun: active ones, and those whose turn comes before. */
      readonly runs: readonly string[];
      /** As in `run.started`. */
      readonly parent?: ParentTask;
    })
  | (RunFact & {
      readonly type: 'run.started';
      readonly workflow: string;
      readonly version: string;
      readonly input: unknown;
      /** How many tasks the workflow has. */
      readonly total: number;
      /** Present where a task of another run runs this one. */
      readonly parent?: ParentTask;
      /** The W3C traceparent of the run's span, where it is traced: processes that go on with the run join its trace. */
      readonly traceparent?: string;
      /** The most the run may take, where that is limited. */
      readonly timeoutMs?: number;
    })
  | (TaskFact & {
      readonly type: 'task.queued';
      /** The names of the pools that it needs slots of beside one of its run, where it needs any. */
      readonly pools?: readonly string[];
    })
  | (AttemptFact & { readonly type: 'attempt.started' })
  | (AttemptFact & {
      readonly type: 'attempt.failed';
      readonly error: unknown;
      /** The wait before the next attempt; absent when this was the last one. */
      readonly retryInMs?: number;
    })
  | (AttemptFact & {
      /**
       * It succeeded although its run was being cancelled: the task is cancelled all the same, and what was done is undone.
       * Told of tasks that can be undone.
       */
      readonly type: 'attempt.late';
      readonly output: unknown;
    })
  | (TaskFact & {
      /** A fanned-out task has its source. */
      readonly type: 'task.fanned_out';
      /** How many items there will be, where the source says so. */
      readonly items?: number;
    })
  | (TaskFact & {
      readonly type: 'item.succeeded';
      readonly item: number;
      readonly output: unknown;
      /** Absent where the output is the handler's. */
      readonly by?: 'cache';
    })
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
      /** Which signal, where it waits for one. */
      readonly signal?: string;
      /** Why a person is asked. */
      readonly error?: unknown;
      readonly message?: string;
    })
  | (TaskFact & { readonly type: 'task.decided'; readonly decision: Decision })
  | (TaskFact & { readonly type: 'task.sla_missed'; readonly slaMs: number })
  | (TaskFact & {
      readonly type: 'task.succeeded';
      readonly output: unknown;
      /** Absent where the output is the handler's, or a signal's. */
      readonly by?: StandIn;
      /** Of a task that waited for a signal: the one it took. */
      readonly signal?: TakenSignal;
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
      /** The span in which it was written, where the run is traced: 32 hexadecimal digits, and 16. */
      readonly traceId?: string;
      readonly spanId?: string;
    })
  | (RunFact & {
      /** Everything that is left waits: for persons, for signals, or for timers that are not due soon. */
      readonly type: 'run.waiting';
      /** Those that wait for a person or a signal. */
      readonly tasks: readonly string[];
      /** When the earliest of what it waits for is due by itself, in milliseconds since the epoch. */
      readonly until?: number;
    })
  | (RunFact & { readonly type: 'breaker.changed'; readonly breaker: string; readonly state: BreakerState })
  | (RunFact & {
      /** Another process goes on with the run. Attempts that had not ended before are lost, and made again. */
      readonly type: 'run.resumed';
      /** Tasks that were added, changed or removed since. None had begun: what was told of them before does not count. */
      readonly changed?: readonly string[];
      /** The W3C traceparent of the run's span in this process, where it is traced. */
      readonly traceparent?: string;
      /** The most the run may take, where that was said anew. */
      readonly timeoutMs?: number;
    })
  | (RunFact & {
      /** A run that had ended goes on: some of its tasks begin anew, the others keep what they gave. */
      readonly type: 'run.retried';
      /** Those that begin anew, with their attempts counted from 1: what was told of them before does not count. */
      readonly tasks: readonly string[];
      /** Messages up to this number were said to the run as it was before. */
      readonly messages: number;
      /** As in `run.resumed`. */
      readonly changed?: readonly string[];
      /** As in `run.resumed`. */
      readonly traceparent?: string;
      readonly timeoutMs?: number;
    })
  | (RunFact & {
      /** A signal was sent into the run. It is kept until a task takes it. */
      readonly type: 'run.signalled';
      /** Its number among the signals of the run, from 1. */
      readonly number: number;
      readonly name: string;
      readonly value: unknown;
      /** Who sent it, as they said. */
      readonly by?: string;
    })
  | (RunFact & {
      /** Something was said to the run from another process. What it brings about follows: if nothing, this again, and why. */
      readonly type: 'run.told';
      /** Its number among the messages of the run, from 1. */
      readonly message: number;
      readonly what: RunMessage['type'];
      /** Who said it, as they said. */
      readonly by?: string;
      /** Why it brought about nothing. */
      readonly refused?: string;
    })
  | (RunFact & {
      readonly type: 'run.cancelling';
      readonly reason: unknown;
      /** Present where the run has failed with this reason: as a whole, or because a task did. */
      readonly failure?: 'run' | 'task';
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
