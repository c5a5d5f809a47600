import type { Attempt, Unit } from '../execute/attempt.ts';
import type { Outputs } from '../execute/data.ts';
import type { TaskLimits } from '../execute/task-limits.ts';
import type { StandIn, TakenSignal } from '../model/event.ts';
import type { Plan, PlannedTask, TaskIndex } from '../model/plan.ts';
import type { Clock } from '../model/ports.ts';
import type { SignalWait } from '../model/signal.ts';
import type { SkipReason } from '../model/state.ts';
import type { Tracing } from '../model/tracing.ts';
import type { Journal } from '../record/journal.ts';
import type { Ledger } from '../record/ledger.ts';
import type { Scheduler } from '../schedule/scheduler.ts';

/** `open`: the run is known, and its input is being checked. `going`: tasks may start. */
export type Phase = 'new' | 'open' | 'going' | 'ended';

/** Throws where an output cannot be kept; may warn of one that can. */
export type CheckKept = (task: PlannedTask, output: unknown, warn: (message: string) => void) => void;

/** What a task waits for, without a slot. Times are milliseconds since the epoch. */
export interface Wait {
  /** When it ends by itself, if it does. */
  readonly until: number | undefined;
  /** Since when the task is under way. */
  readonly since: number;
  /** Whether somebody has to do something: a person, or whoever sends a signal. */
  readonly asks: boolean;
  /** The breaker that is to let it try. */
  readonly breaker?: string;
  /** The attempt whose run waits. */
  readonly attempt?: Attempt;
}

/** Tasks that are fanned out, and under way. */
export interface RestingItems {
  readonly size: number;
  underWay(): Iterable<readonly [TaskIndex, RestingFanOut]>;
}

interface RestingFanOut {
  readonly wantsSlot: boolean;
  rests(waiting: number): boolean;
}

/** Knows what waits. */
interface WaitingUnits {
  begin(unit: Unit, wait: Wait): void;
  /** The same for the wait before another attempt, and for a breaker. @param until In milliseconds since the epoch. */
  beginLong(unit: Unit, until: number, breaker?: string): void;
  end(unit: Unit): void;
  watch(fanOuts: RestingItems): void;
}

/**
 * What the parts of a run's loop have in common. Whoever is called from outside (a timer, a promise, a person) first
 * calls `tick`, says what became true, and ends with `proceed`.
 */
export interface Loop {
  readonly phase: Phase;
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
  /** Calls back when what was told so far is kept; absent where nothing is. */
  readonly stored: ((callback: () => void) => void) | undefined;
  /** Throws where an output cannot be kept; absent where nothing is. */
  readonly checkKept: CheckKept | undefined;
  readonly waits: WaitingUnits;
  /** The spans of the run; absent where nobody traces it. */
  readonly tracing: Tracing | undefined;
  /** Has tasks wait for signals; made when one first does. */
  signals(): { wait(task: PlannedTask, wait: SignalWait): void };
  tick(): void;
  /** Starts what can be started, and ends the run when nothing is open. */
  proceed(): void;
  succeedTask(task: TaskIndex, output: unknown, by?: StandIn, signal?: TakenSignal): void;
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
