import type { TimerHost } from '../lib/timer-line.ts';
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
  #deadlineAt: number[] | undefined;
  #queuedUntil: number[] | undefined;
  readonly #size: number;

  /** @param size How many tasks there are. */
  constructor(clock: Clock, host: LimitHost, size: number) {
    this.#clock = clock;
    this.#host = host;
    this.#size = size;
  }

  queue({ index, queueTimeoutMs }: PlannedTask, now: number): void {
    if (queueTimeoutMs === undefined) return;
    this.#queuedUntil ??= new Array<number>(this.#size);
    this.#queues ??= new Timers(this.#clock, new QueueTimeouts(this.#host, this.#clock, this.#queuedUntil));
    this.#queuedUntil[index] = now + queueTimeoutMs;
    this.#queues.add(index, queueTimeoutMs, now);
  }

  watch({ index, slaMs }: PlannedTask, now: number): void {
    if (slaMs === undefined) return;
    this.#slas ??= new Timers(this.#clock, new ServiceLevels(this.#host));
    this.#slas.add(index, slaMs, now);
  }

  /** The task leaves the queue; its deadline counts from the first time that it does. */
  startTask({ index, deadlineMs }: PlannedTask, now: number): void {
    if (deadlineMs === undefined || this.#deadlineAt?.[index] !== undefined) return;
    this.#deadlineAt ??= new Array<number>(this.#size);
    this.#deadlines ??= new Timers(this.#clock, new Deadlines(this.#host));
    this.#deadlineAt[index] = now + deadlineMs;
    this.#deadlines.add(index, deadlineMs, now);
  }

  /** When the task's deadline passes, once it has begun. */
  deadlineAt(task: TaskIndex): number | undefined {
    return this.#deadlineAt?.[task];
  }

  startAttempt({ timeoutMs }: PlannedTask, attempt: Attempt, now: number): void {
    if (timeoutMs === undefined) return;
    this.#timeouts ??= new Timers(this.#clock, new Timeouts(this.#host));
    this.#timeouts.add(attempt, timeoutMs, now);
  }

  clear(): void {
    this.#timeouts?.clear();
    this.#deadlines?.clear();
    this.#queues?.clear();
    this.#slas?.clear();
  }
}

/** One kind of time. Closures would do; but a run of few tasks consists of little else than what is made for it. */
class Kind {
  readonly host: LimitHost;

  constructor(host: LimitHost) {
    this.host = host;
  }
}

class Timeouts extends Kind implements TimerHost<Attempt> {
  isOver(attempt: Attempt): boolean {
    return !this.host.isLive(attempt);
  }

  due(attempt: Attempt): void {
    this.host.timedOut(attempt);
  }
}

class Deadlines extends Kind implements TimerHost<TaskIndex> {
  isOver(task: TaskIndex): boolean {
    return !this.host.isOpen(task);
  }

  due(task: TaskIndex): void {
    this.host.deadlinePassed(task);
  }
}

class ServiceLevels extends Kind implements TimerHost<TaskIndex> {
  isOver(task: TaskIndex): boolean {
    return !this.host.isOpen(task);
  }

  due(task: TaskIndex): void {
    this.host.slaMissed(task);
  }
}

class QueueTimeouts extends Kind implements TimerHost<TaskIndex> {
  readonly #clock: Clock;
  readonly #until: readonly number[];

  constructor(host: LimitHost, clock: Clock, until: readonly number[]) {
    super(host);
    this.#clock = clock;
    this.#until = until;
  }

  isOver(task: TaskIndex): boolean {
    return !this.host.isQueued(task);
  }

  due(task: TaskIndex): void {
    // Queued since then, and then again: the later time counts.
    if (this.#clock.now() >= (this.#until[task] ?? 0)) this.host.queuedTooLong(task);
  }
}
