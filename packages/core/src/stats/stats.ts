import type { Distribution } from './distribution.ts';
import type { ErrorKind } from '../model/error-kind.ts';

/** What runs of one workflow have in common: all of them that were looked at. */
export interface WorkflowStats {
  readonly workflow: string;
  readonly runs: RunCounts;
  /** When the first and the last of these runs began, in milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of the runs that succeeded or failed, those that failed: 0 to 1. Absent where there is none. */
  readonly errorRate?: number;
  /**
   * How long they took, in milliseconds, waits and pauses included. Of a run that was retried, each time from its begin to its
   * end counts; one that was cancelled does not.
   */
  readonly durationMs?: Distribution;
  /** In the order in which they came up first. */
  readonly tasks: readonly TaskStats[];
}

/** Runs by what became of them. */
export interface RunCounts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that failed, the ones of which some tasks succeeded. */
  readonly partial: number;
  readonly cancelled: number;
  /** Those that have not ended: they run, wait, or were interrupted. */
  readonly active: number;
  /** Of all, those that a task of another run ran. */
  readonly below: number;
}

/** One task in all of these runs. Times are in milliseconds. */
export interface TaskStats {
  readonly task: string;
  /** How often it ended, by how. A task of a run that was retried may have ended several times. */
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly upstreamFailed: number;
  readonly cancelled: number;
  /** Of those that succeeded, the ones whose output was that of an earlier run. */
  readonly cached: number;
  /** Of those that succeeded, the ones whose output a fallback, a recovery rule, a person or a time limit gave. */
  readonly stoodIn: number;
  /** Of the times that it succeeded or failed, those that it failed: 0 to 1. Absent where there is none. */
  readonly errorRate?: number;
  /** How many attempts were started, of the task or of its items. */
  readonly attempts: number;
  /** How often another attempt was to follow one that failed. */
  readonly retries: number;
  /** Attempts that ran out of time, and times that a deadline or a queue timeout passed. */
  readonly timeouts: number;
  readonly slaMissed: number;
  /** How many items ended, where it is fanned out. */
  readonly items: number;
  readonly itemsFailed: number;
  readonly itemsCached: number;
  /** From when it first ran, asked for its items or waited to its end, with all its attempts and what lies between them. */
  readonly durationMs?: Distribution;
  /** Attempts, of the task or of its items, that succeeded or failed. */
  readonly attemptMs?: Distribution;
  /** How long it was queued in all: for a slot, a pool or resources. Not what its items wait for one by one. */
  readonly queuedMs?: Distribution;
  /** The names of the pools that it was queued for; without one, it was queued for a slot of its run or for resources. */
  readonly pools: readonly string[];
  /** The most frequent kinds of its errors, of all attempts, the first the most frequent. */
  readonly errors: readonly (ErrorKind & { readonly count: number })[];
  readonly path: PathShare;
}

/** How much of the critical paths of the runs that succeeded or failed a task takes. Times are in milliseconds. */
export interface PathShare {
  /** On how many of them it was. */
  readonly runs: number;
  readonly ms: number;
  /** Of the length of all these paths: 0 to 1. */
  readonly share: number;
  /** Of `ms`, what it spent queued, in `task.waiting`, and between two attempts. The rest it ran, or was checked. */
  readonly queuedMs: number;
  /**
   * Of `queuedMs`, what passed for its pools, its share of the machine or a thread. The rest was for a slot of its run, but for what never
   * got so far as to start.
   */
  readonly admissionMs: number;
  readonly waitingMs: number;
  readonly retryingMs: number;
}
