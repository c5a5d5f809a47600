import { type Timer, Timers } from '../lib/timers.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { Clock } from '../model/ports.ts';
import type { Unit } from './item.ts';

/** Is told when a task, or an item's attempt, has used up its time. */
export interface LimitHost {
  timedOut(unit: Unit): void;
  deadlinePassed(task: TaskIndex): void;
  queuedTooLong(task: TaskIndex): void;
  slaMissed(task: TaskIndex): void;
}

/**
 * The timers of a run's tasks: for each running attempt its timeout, for each task that has begun its deadline, for each
 * that is queued its queue timeout, and for each that has not ended its service level. `now` is in milliseconds since
 * the epoch.
 */
export class TaskLimits {
  readonly #timeouts: UnitTimers;
  readonly #deadlines: UnitTimers;
  readonly #queued: UnitTimers;
  readonly #slas: UnitTimers;
  readonly #deadlineAt: number[] = [];

  constructor(clock: Clock, host: LimitHost) {
    this.#timeouts = new UnitTimers(clock, (unit) => host.timedOut(unit));
    this.#deadlines = new UnitTimers(clock, (task) => host.deadlinePassed(task as TaskIndex));
    this.#queued = new UnitTimers(clock, (task) => host.queuedTooLong(task as TaskIndex));
    this.#slas = new UnitTimers(clock, (task) => host.slaMissed(task as TaskIndex));
  }

  queue({ index, queueTimeoutMs }: PlannedTask, now: number): void {
    if (queueTimeoutMs !== undefined) this.#queued.start(index, queueTimeoutMs, now);
  }

  watch({ index, slaMs }: PlannedTask, now: number): void {
    if (slaMs !== undefined) this.#slas.start(index, slaMs, now);
  }

  /** The task leaves the queue; its deadline counts from the first time that it does. */
  startTask({ index, deadlineMs }: PlannedTask, now: number): void {
    this.#queued.stop(index);
    if (deadlineMs === undefined || this.#deadlineAt[index] !== undefined) return;
    this.#deadlineAt[index] = now + deadlineMs;
    this.#deadlines.start(index, deadlineMs, now);
  }

  /** When the task's deadline passes, once it has begun. */
  deadlineAt(task: TaskIndex): number | undefined {
    return this.#deadlineAt[task];
  }

  startAttempt({ timeoutMs }: PlannedTask, unit: Unit, now: number): void {
    if (timeoutMs !== undefined) this.#timeouts.start(unit, timeoutMs, now);
  }

  endAttempt(unit: Unit): void {
    this.#timeouts.stop(unit);
  }

  endTask(task: TaskIndex): void {
    this.#deadlines.stop(task);
    this.#queued.stop(task);
    this.#slas.stop(task);
  }

  clear(): void {
    this.#timeouts.clear();
    this.#deadlines.clear();
    this.#queued.clear();
    this.#slas.clear();
  }
}

/** At most one timer for each task or item. */
class UnitTimers {
  readonly #timers: Timers<Unit>;
  readonly #byTask: (Timer<Unit> | undefined)[] = [];

  constructor(clock: Clock, onDue: (unit: Unit) => void) {
    this.#timers = new Timers(clock, onDue);
  }

  start(unit: Unit, delayMs: number, now: number): void {
    this.stop(unit);
    const timer = this.#timers.add(unit, delayMs, now);
    if (typeof unit === 'number') this.#byTask[unit] = timer;
    else unit.timer = timer;
  }

  stop(unit: Unit): void {
    const timer = typeof unit === 'number' ? this.#byTask[unit] : unit.timer;
    if (timer === undefined) return;
    this.#timers.remove(timer);
    if (typeof unit === 'number') this.#byTask[unit] = undefined;
    else unit.timer = undefined;
  }

  clear(): void {
    this.#timers.clear();
  }
}
