import { type Timer, Timers } from '../lib/timers.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { Clock } from '../model/ports.ts';

/** Is told when a task has used up its time. */
export interface LimitHost {
  timedOut(task: TaskIndex): void;
  deadlinePassed(task: TaskIndex): void;
}

/** The timers of a run's tasks: for each running attempt its timeout, for each task that has begun its deadline. */
export class TaskLimits {
  readonly #timeouts: TaskTimers;
  readonly #deadlines: TaskTimers;

  constructor(clock: Clock, host: LimitHost) {
    this.#timeouts = new TaskTimers(clock, (task) => host.timedOut(task));
    this.#deadlines = new TaskTimers(clock, (task) => host.deadlinePassed(task));
  }

  /** @param now When the attempt started, in milliseconds since the epoch. */
  startAttempt({ index, timeoutMs, deadlineMs }: PlannedTask, attempt: number, now: number): void {
    if (timeoutMs !== undefined) this.#timeouts.start(index, timeoutMs, now);
    if (deadlineMs !== undefined && attempt === 1) this.#deadlines.start(index, deadlineMs, now);
  }

  endAttempt(task: TaskIndex): void {
    this.#timeouts.stop(task);
  }

  endTask(task: TaskIndex): void {
    this.#deadlines.stop(task);
  }

  clear(): void {
    this.#timeouts.clear();
    this.#deadlines.clear();
  }
}

/** At most one timer for each task. */
class TaskTimers {
  readonly #timers: Timers<TaskIndex>;
  readonly #byTask: (Timer<TaskIndex> | undefined)[] = [];

  constructor(clock: Clock, onDue: (task: TaskIndex) => void) {
    this.#timers = new Timers(clock, onDue);
  }

  start(task: TaskIndex, delayMs: number, now: number): void {
    this.#byTask[task] = this.#timers.add(task, delayMs, now);
  }

  stop(task: TaskIndex): void {
    const timer = this.#byTask[task];
    if (timer === undefined) return;
    this.#timers.remove(timer);
    this.#byTask[task] = undefined;
  }

  clear(): void {
    this.#timers.clear();
  }
}
