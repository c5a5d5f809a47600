import type { RunState, SkipReason, StandIn, TaskState, WaitReason } from '@wf-sdk/core';

/**
 * What a task or an item did for a while. `interrupted`: no process drove the run. `undoing`: it had ended, and was undone. The others
 * are what the task's states of that name say.
 */
export type PhaseKind = 'queued' | 'running' | 'retrying' | 'waiting' | 'undoing' | 'interrupted';

/** How an attempt ended; `lost` with the process that made it. */
export type AttemptEnd = 'succeeded' | 'failed' | 'cancelled' | 'lost';

/** All times are milliseconds since the epoch. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly from: number;
  readonly to: number;
  /** Under `running` and `undoing`: which try, from 1; absent where no attempt runs, as while a fan-out's items do. */
  readonly attempt?: number;
  /** How that attempt ended; absent while it runs. */
  readonly end?: AttemptEnd;
  /** What a failed attempt failed with, in a line. */
  readonly error?: string;
  /** Under `waiting`: for what. */
  readonly for?: WaitReason;
  /** Under `queued`: whose slot it got, where something ended at the very moment at which this began to run. */
  readonly slotOf?: string;
  /** Under `queued`: for what else it waited than a slot of its run, where it had to. */
  readonly admission?: Admission;
}

/** A wait for pools, a share of the machine or a thread. */
interface Admission {
  readonly ms: number;
  /** The names of its pools; none where it needs something else. */
  readonly pools: readonly string[];
}

/** What a task and an item of one have in common. */
export interface UnitSpan {
  readonly state: TaskState;
  /** One after the other, none within another. */
  readonly phases: readonly Phase[];
  /** How many attempts were started, those of earlier rounds of a run that was retried included. */
  readonly attempts: number;
  /** When it was queued, the last time it began anew; absent where it never was. */
  readonly readyAt?: number;
  /** When it came to its final state. */
  readonly endedAt?: number;
  /** What it failed with, in a line; also where something stood in for it. */
  readonly error?: string;
  readonly by?: StandIn;
  /** The runs that it ran: one for each attempt. */
  readonly runs: readonly RunSpan[];
}

export interface ItemSpan extends UnitSpan {
  /** From 0. */
  readonly item: number;
}

export interface TaskSpan extends UnitSpan {
  readonly task: string;
  /** Under `upstream_failed`, and `skipped` for the reason `dependency`: because of which task. */
  readonly cause?: string;
  readonly reason?: SkipReason;
  /** Those of a fanned-out task that something is known of, in their order. */
  readonly items: readonly ItemSpan[];
  /** How many items it has, where that is known. */
  readonly total?: number;
}

/** One task of the critical path, from when it was queued to its end. */
export interface PathStep {
  readonly task: string;
  /** Of a fanned-out task: the item that ended last. */
  readonly item?: number;
  readonly from: number;
  readonly to: number;
  /** Between the end of the step before, or the run's start, and this one's being queued: conditions, or nobody drove the run. */
  readonly beforeMs: number;
  /** How long it was in each kind of phase. */
  readonly spent: Readonly<Partial<Record<PhaseKind, number>>>;
  /** The pools that it waited for most of the time in which it was queued: none, where that was for the machine or a thread. */
  readonly pools?: readonly string[];
  /** Whose slots it got, where it was queued. */
  readonly slotsOf: readonly string[];
}

/** The tasks that the run's length hung on, in the order in which they ran. */
export interface CriticalPath {
  readonly steps: readonly PathStep[];
  /** The sum of its steps. */
  readonly ms: number;
  /** That as a part of the run's whole length, from 0 to 1. */
  readonly share: number;
  /** Whether it was known what depends on what; else it was read from the order in which things happened. */
  readonly dependencies: 'known' | 'inferred';
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface RunSpan extends Span {
  readonly run: string;
  /** The workflow's ID; empty where the source does not say it. */
  readonly workflow: string;
  readonly state: RunState | 'pending' | 'running' | 'waiting' | 'interrupted';
  /** How many tasks succeeded … */
  readonly succeeded: number;
  /** … of how many that the workflow has. */
  readonly total: number;
  /** What the run failed with, in a line. */
  readonly error?: string;
  /** While no process drove it. */
  readonly gaps: readonly Span[];
  /** In the order in which they began; those that never did come last. */
  readonly tasks: readonly TaskSpan[];
  readonly criticalPath: CriticalPath;
}

/** A run as it went in time, and the runs below it. */
export interface Timeline {
  readonly source: 'store' | 'events' | 'result';
  readonly run: RunSpan;
  /** What a reader has to know of it, a sentence each. */
  readonly notes: readonly string[];
}

/** The tasks of a run and what each depends on. */
export type Structure = readonly { readonly id: string; readonly dependsOn: readonly string[] }[];
