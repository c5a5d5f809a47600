import type { Outputs } from '../execute/data.ts';
import type { TaskLimits } from '../execute/task-limits.ts';
import type { StandIn } from '../model/event.ts';
import type { Plan, TaskIndex } from '../model/plan.ts';
import type { Clock } from '../model/ports.ts';
import type { SkipReason } from '../model/state.ts';
import type { Journal } from '../record/journal.ts';
import type { Ledger } from '../record/ledger.ts';
import type { Scheduler } from '../schedule/scheduler.ts';

/** `open`: the run is known, and its input is being checked. `going`: tasks may start. */
export type Phase = 'new' | 'open' | 'going' | 'ended';

/**
 * What the parts of a run's loop have in common. Whoever is called from outside (a timer, a promise, a person) first
 * calls `tick`, says what became true, and ends with `proceed`.
 */
export interface Loop {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly random: () => number;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  /** What handlers and conditions may read. */
  readonly outputs: Outputs;
  /** The time of this step, in milliseconds since the epoch. */
  readonly now: number;
  /** Made when a task first has a limit. */
  readonly limits: TaskLimits | undefined;
  tick(): void;
  /** Starts what can be started, and ends the run when nothing is open. */
  proceed(): void;
  succeedTask(task: TaskIndex, output: unknown, by?: StandIn): void;
  /** @param error Final: neither a fallback nor a recovery rule is asked. */
  failTask(task: TaskIndex, error: Error): void;
  skipTask(task: TaskIndex, reason: SkipReason): void;
  /** A running task of a cancelled run has ended. */
  cancelTask(task: TaskIndex): void;
  /** Lets a task's fallback and recovery rules say what becomes of it. */
  rescueTask(task: TaskIndex, error: Error): void;
  /** An open task holds nothing and wants nothing until it is queued again. */
  standBack(task: TaskIndex): void;
  /** Writes to the run's log on behalf of a task. */
  warn(task: TaskIndex, message: string): void;
}
