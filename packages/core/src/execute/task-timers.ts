import { type Timer, Timers } from '../lib/timers.ts';
import type { TaskIndex } from '../model/plan.ts';
import type { Clock } from '../model/ports.ts';

/** At most one timer for each task. */
export class TaskTimers {
  readonly #timers: Timers<TaskIndex>;
  readonly #byTask: (Timer<TaskIndex> | undefined)[] = [];

  constructor(clock: Clock, onDue: (task: TaskIndex) => void) {
    this.#timers = new Timers(clock, onDue);
  }

  /** @param now When the time began to run, in milliseconds since the epoch. */
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
