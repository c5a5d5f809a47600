import { Timers } from '../lib/timers.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { Clock } from '../model/ports.ts';
import type { Attempt } from './attempt.ts';

/** Is told when a task, or an attempt, has used up its time. */
export interface LimitHost {
  /** Whether this attempt is the one that its task, or its item, waits for. */
  isLive(attempt: Attempt): boolean;
  isOpen(task: TaskIndex): boolean;
  isQueued(task: TaskIndex): boolean;
  timedOut(attempt: Attempt): void;
  deadlinePassed(task: TaskIndex): void;
  queuedTooLong(task: TaskIndex): void;
  slaMissed(task: TaskIndex): void;
}

/**
 * The time limits of a run's tasks: for each running attempt its timeout, for each task that has begun its deadline, for
 * each that is queued its queue timeout, and for each that has not ended its service level. `now` is in milliseconds
 * since the epoch.
 */
export class TaskLimits {
  readonly #clock: Clock;
  readonly #host: LimitHost;
  // Made when a task first needs them.
  #timeouts: Timers<Attempt> | undefined;
  #deadlines: Timers<TaskIndex> | undefined;
  #queues: Timers<TaskIndex> | undefined;
  #slas: Timers<TaskIndex> | undefined;
  readonly #deadlineAt: number[] = [];
  readonly #queuedUntil: number[] = [];

  constructor(clock: Clock, host: LimitHost) {
    this.#clock = clock;
    this.#host = host;
  }

  queue({ index, queueTimeoutMs }: PlannedTask, now: number): void {
    if (queueTimeoutMs === undefined) return;
    const host = this.#host;
    this.#queues ??= new Timers(this.#clock, {
      isOver: (task) => !host.isQueued(task),
      due: (task) => {
        // Queued since then, and then again: the later time counts.
        if (this.#clock.now() >= (this.#queuedUntil[task] ?? 0)) host.queuedTooLong(task);
      },
    });
    this.#queuedUntil[index] = now + queueTimeoutMs;
    this.#queues.add(index, queueTimeoutMs, now);
  }

  watch({ index, slaMs }: PlannedTask, now: number): void {
    if (slaMs === undefined) return;
    const host = this.#host;
    this.#slas ??= new Timers(this.#clock, {
      isOver: (task) => !host.isOpen(task),
      due: (task) => host.slaMissed(task),
    });
    this.#slas.add(index, slaMs, now);
  }

  /** The task leaves the queue; its deadline counts from the first time that it does. */
  startTask({ index, deadlineMs }: PlannedTask, now: number): void {
    if (deadlineMs === undefined || this.#deadlineAt[index] !== undefined) return;
    const host = this.#host;
    this.#deadlines ??= new Timers(this.#clock, {
      isOver: (task) => !host.isOpen(task),
      due: (task) => host.deadlinePassed(task),
    });
    this.#deadlineAt[index] = now + deadlineMs;
    this.#deadlines.add(index, deadlineMs, now);
  }

  /** When the task's deadline passes, once it has begun. */
  deadlineAt(task: TaskIndex): number | undefined {
    return this.#deadlineAt[task];
  }

  startAttempt({ timeoutMs }: PlannedTask, attempt: Attempt, now: number): void {
    if (timeoutMs === undefined) return;
    const host = this.#host;
    this.#timeouts ??= new Timers(this.#clock, {
      isOver: (running) => !host.isLive(running),
      due: (running) => host.timedOut(running),
    });
    this.#timeouts.add(attempt, timeoutMs, now);
  }

  clear(): void {
    this.#timeouts?.clear();
    this.#deadlines?.clear();
    this.#queues?.clear();
    this.#slas?.clear();
  }
}
