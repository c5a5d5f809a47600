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
  /** The task's ID. */
  readonly task: string;
}

/** A task has ended. */
interface EndFact extends TaskFact {
  /** The task's span, 16 hexadecimal digits, in the trace of the run; absent where tasks are not traced. */
  readonly spanId?: string;
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
  /** Who sent it, as they said. */
  readonly by?: string;
}

/** A circuit breaker that is open, and what waits until it lets a call through. */
export interface AwaitedBreaker {
  readonly name: string;
  /** Until when it is open, in milliseconds since the epoch. */
  readonly until: number;
  /** The tasks that wait for it, or items of which do. */
  readonly tasks: readonly string[];
}

/** What a person can say about a task that waits for a decision. */
export type Decision = 'approve' | 'retry' | 'skip' | 'fail';

/**
 * The version of the events that this package tells: 1 had no `eventVersion`; 2 has it, `traceId` and `spanId` in `task.log`, `spanId`
 * in what ends a task, and `admissionMs` in `attempt.started`; 3 has `breakers` in `run.waiting`.
 * It is raised whenever a type or a field is added; none is ever removed or given another meaning.
 */
export const EVENT_VERSION = 3;

/**
 * Everything that can be known about a run, as facts in the order in which they became true. The state of a run
 * and of each of its tasks is a fold over these. The table in `docs/events.md` is made of the comments here.
 */
export type RunEvent =
  | (RunFact & {
      /** The run waits for its turn: as many runs of its workflow are active as may be. Nothing of it has started. */
      readonly type: 'run.pending';
      /** The workflow's ID. */
      readonly workflow: string;
      /** The workflow's version. */
      readonly version: string;
      /** By which version of the events the rest is told. */
      readonly eventVersion?: number;
      /** As it was given, before the schema. */
      readonly input: unknown;
      /** How many runs of the workflow may be active at once. */
      readonly limit: number;
      /** The runs it waits for, in the order in which they were begun: active ones, and those whose turn comes before. */
      readonly runs: readonly string[];
      /** As in `run.started`. */
      readonly parent?: ParentTask;
    })
  | (RunFact & {
      /** The run has begun: its first event, unless it had to wait for its turn. */
      readonly type: 'run.started';
      /** The workflow's ID. */
      readonly workflow: string;
      /** The workflow's version. */
      readonly version: string;
      /** By which version of the events the rest is told; absent in version 1. */
      readonly eventVersion?: number;
      /** As it was given, before the schema. */
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
      /** A task may run, and waits for its turn. */
      readonly type: 'task.queued';
      /** The names of the pools that it needs slots of beside one of its run, where it needs any. */
      readonly pools?: readonly string[];
    })
  | (AttemptFact & {
      /** A handler is called. */
      readonly type: 'attempt.started';
      /**
       * How much of the time before it was queued for its pools, its share of the machine or a thread, in milliseconds; the rest was for
       * a slot of its run. Absent where there was room at once.
       */
      readonly admissionMs?: number;
    })
  | (AttemptFact & {
      /** An attempt failed, whether or not another follows. */
      readonly type: 'attempt.failed';
      /** What it failed with. */
      readonly error: unknown;
      /** The wait before the next attempt, in milliseconds; absent when this was the last one. */
      readonly retryInMs?: number;
    })
  | (AttemptFact & {
      /**
       * It succeeded although its run was being cancelled: the task is cancelled all the same, and what was done is undone.
       * Told of tasks that can be undone.
       */
      readonly type: 'attempt.late';
      /** What it gave. */
      readonly output: unknown;
    })
  | (TaskFact & {
      /** A fanned-out task has its source. */
      readonly type: 'task.fanned_out';
      /** How many items there will be, where the source says so. */
      readonly items?: number;
    })
  | (TaskFact & {
      /** An item of a fanned-out task has its output. */
      readonly type: 'item.succeeded';
      /** Which item, from 0. */
      readonly item: number;
      /** What it gave. */
      readonly output: unknown;
      /** Absent where the output is the handler's. */
      readonly by?: 'cache';
    })
  | (TaskFact & {
      /** An item of a fanned-out task failed, after its last attempt. */
      readonly type: 'item.failed';
      /** Which item, from 0. */
      readonly item: number;
      /** What it failed with. */
      readonly error: unknown;
    })
  | (TaskFact & {
      /** A recovery rule matched after the last attempt the retry policy allows. */
      readonly type: 'task.recovering';
      /** Its place in the list of rules, from 0. */
      readonly rule: number;
      /** What the rule does. */
      readonly action: RecoveryAction['type'];
      /** The wait before the next attempt, in milliseconds, where the rule makes one. */
      readonly retryInMs?: number;
    })
  | (TaskFact & {
      /** A task waits, and holds no slot. */
      readonly type: 'task.waiting';
      /** For what. */
      readonly for: WaitReason;
      /** When the wait ends by itself, in milliseconds since the epoch. */
      readonly until?: number;
      /** Which signal, where it waits for one. */
      readonly signal?: string;
      /** Why a person is asked. */
      readonly error?: unknown;
      /** What the person is told, by the rule that asks. */
      readonly message?: string;
    })
  | (TaskFact & {
      /** A person said what becomes of a task that waited for that. */
      readonly type: 'task.decided';
      /** What was said. */
      readonly decision: Decision;
    })
  | (TaskFact & {
      /** A task takes longer than its `sla`. Nothing is stopped. */
      readonly type: 'task.sla_missed';
      /** The `sla`, in milliseconds. */
      readonly slaMs: number;
    })
  | (EndFact & {
      /** A task has its output. */
      readonly type: 'task.succeeded';
      /** What it gave, or what stands for that. */
      readonly output: unknown;
      /** Absent where the output is the handler's, or a signal's. */
      readonly by?: StandIn;
      /** Of a task that waited for a signal: the one it took. */
      readonly signal?: TakenSignal;
    })
  | (EndFact & {
      /** A task failed, after its last attempt. */
      readonly type: 'task.failed';
      /** What it failed with. */
      readonly error: unknown;
    })
  | (EndFact & {
      /** A task is not run: something it depends on did not succeed. */
      readonly type: 'task.upstream_failed';
      /** The dependency that did not succeed. */
      readonly cause: string;
    })
  | (EndFact & {
      /** A task is left out, which is no failure. */
      readonly type: 'task.skipped';
      /** Why. */
      readonly reason: SkipReason;
      /** Under `dependency`: the dependency that brought it about. */
      readonly cause?: string;
    })
  | (EndFact & {
      /** A task was cancelled, with its run. */
      readonly type: 'task.cancelled';
    })
  | (AttemptFact & {
      /** What a task had done begins to be undone. */
      readonly type: 'compensation.started';
    })
  | (AttemptFact & {
      /** What a task had done is undone. */
      readonly type: 'compensation.succeeded';
    })
  | (AttemptFact & {
      /** An attempt to undo what a task had done failed. */
      readonly type: 'compensation.failed';
      /** What it failed with. */
      readonly error: unknown;
      /** The wait before the next attempt, in milliseconds; absent when this was the last one. */
      readonly retryInMs?: number;
    })
  | (AttemptFact & {
      /** A task said something through `ctx.log`. */
      readonly type: 'task.log';
      /** How grave. */
      readonly level: LogLevel;
      /** What was said. */
      readonly message: string;
      /** What was given with it. */
      readonly fields?: LogFields;
      /** The trace in which it was said, 32 hexadecimal digits; absent where nothing traces the run. */
      readonly traceId?: string;
      /** The span in which it was said, 16 hexadecimal digits; present with `traceId`. */
      readonly spanId?: string;
    })
  | (RunFact & {
      /** Everything that is left waits: for persons, for signals, for runs below it that wait, or for time that is not over soon. */
      readonly type: 'run.waiting';
      /** Those that wait for a person or a signal. */
      readonly tasks: readonly string[];
      /** When the earliest of what it waits for is due by itself, in milliseconds since the epoch. */
      readonly until?: number;
      /** The open breakers that it waits for, where it does for any. */
      readonly breakers?: readonly AwaitedBreaker[];
    })
  | (RunFact & {
      /** A circuit breaker that tasks of the run share opened, closed or lets a call through to see. */
      readonly type: 'breaker.changed';
      /** Its name. */
      readonly breaker: string;
      /** How it is now. */
      readonly state: BreakerState;
    })
  | (RunFact & {
      /** Another process goes on with the run. Attempts that had not ended before are lost, and made again. */
      readonly type: 'run.resumed';
      /** By which version of the events the rest is told; absent in version 1. */
      readonly eventVersion?: number;
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
      /** By which version of the events the rest is told; absent in version 1. */
      readonly eventVersion?: number;
      /** Those that begin anew, with their attempts counted from 1: what was told of them before does not count. */
      readonly tasks: readonly string[];
      /** Messages up to this number were said to the run as it was before. */
      readonly messages: number;
      /** Tasks that were added, changed or removed since. */
      readonly changed?: readonly string[];
      /** As in `run.resumed`. */
      readonly traceparent?: string;
      /** As in `run.resumed`. */
      readonly timeoutMs?: number;
    })
  | (RunFact & {
      /** A signal was sent into the run. It is kept until a task takes it. */
      readonly type: 'run.signalled';
      /** Its number among the signals of the run, from 1. */
      readonly number: number;
      /** Its name. */
      readonly name: string;
      /** Its payload. */
      readonly value: unknown;
      /** Who sent it, as they said. */
      readonly by?: string;
    })
  | (RunFact & {
      /** Something was said to the run from another process. What it brings about follows: if nothing, this again, and why. */
      readonly type: 'run.told';
      /** Its number among the messages of the run, from 1. */
      readonly message: number;
      /** What was said. */
      readonly what: RunMessage['type'];
      /** What it is about: the name of the signal, or the task that is decided. */
      readonly about?: string;
      /** Who said it, as they said. */
      readonly by?: string;
      /** Why it brought about nothing. */
      readonly refused?: string;
    })
  | (RunFact & {
      /** The run is being stopped: it was cancelled, timed out or failed fast. */
      readonly type: 'run.cancelling';
      /** Why, as whoever cancelled it said; or the error. */
      readonly reason: unknown;
      /** Present where the run has failed with this reason: as a whole, or because a task did. */
      readonly failure?: 'run' | 'task';
      /** Tasks that always run are cancelled too. */
      readonly wholly?: boolean;
    })
  | (RunFact & {
      /** The run has ended: its last event, unless it is retried. */
      readonly type: 'run.finished';
      /** How it ended. */
      readonly state: RunState;
      /** How many of its tasks succeeded. */
      readonly succeeded: number;
      /** How many tasks the workflow has. */
      readonly total: number;
      /** Why it did not succeed. */
      readonly error?: unknown;
      /** The workflow's output, where it gives one. */
      readonly output?: unknown;
    });

/** The events about a task. */
export type TaskEvent = Extract<RunEvent, { readonly task: string }>;

/** The event of one type; of `'*'`, any. */
export type RunEventOf<Type extends RunEvent['type'] | '*'> = Type extends '*'
  ? RunEvent
  : Extract<RunEvent, { readonly type: Type }>;
