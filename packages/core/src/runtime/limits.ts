import type { Attempt } from '../execute/attempt.ts';
import { type LimitHost, TaskLimits } from '../execute/task-limits.ts';
import { DeadlineError, QueueTimeoutError } from '../model/error.ts';
import type { TaskIndex } from '../model/plan.ts';
import type { Attempts } from './attempts.ts';
import type { Loop } from './loop.ts';

/** A run's time limits, and what happens when one is reached. */
export class Limits extends TaskLimits {
  constructor(loop: Loop, attempts: Attempts) {
    super(loop.clock, new LimitActions(loop, attempts), loop.plan.tasks.length);
    for (const task of loop.plan.tasks) this.watch(task, loop.now);
  }
}

class LimitActions implements LimitHost {
  readonly #loop: Loop;
  readonly #attempts: Attempts;

  constructor(loop: Loop, attempts: Attempts) {
    this.#loop = loop;
    this.#attempts = attempts;
  }

  isLive(attempt: Attempt): boolean {
    return this.#attempts.isLive(attempt);
  }

  isOpen(task: TaskIndex): boolean {
    return this.#loop.scheduler.isOpen(task);
  }

  isQueued(task: TaskIndex): boolean {
    return this.#loop.scheduler.stateOf(task) === 'queued';
  }

  timedOut(attempt: Attempt): void {
    this.#attempts.timedOut(attempt);
  }

  deadlinePassed(index: TaskIndex): void {
    const loop = this.#loop;
    const task = loop.plan.tasks[index];
    if (task?.deadlineMs === undefined || loop.scheduler.isCancelled(index)) return;
    loop.tick();
    const { ledger } = loop;
    const attempts = ledger.attempts[index] ?? 0;
    const cause = ledger.attemptErrors(index).at(-1);
    const error = new DeadlineError(task.id, attempts, task.deadlineMs, cause === undefined ? {} : { cause });
    if (this.#attempts.liveOf(index) !== undefined) {
      this.#attempts.stop(index, error);
      ledger.addAttemptError(index, error);
      loop.journal.attemptFailed(index, attempts, error, loop.now, undefined, undefined);
    }
    loop.failTask(index, error);
    loop.proceed();
  }

  queuedTooLong(index: TaskIndex): void {
    const loop = this.#loop;
    const task = loop.plan.tasks[index];
    if (task?.queueTimeoutMs === undefined) return;
    loop.tick();
    loop.standBack(index);
    loop.rescueTask(index, new QueueTimeoutError(task.id, task.queueTimeoutMs));
    loop.proceed();
  }

  slaMissed(index: TaskIndex): void {
    const loop = this.#loop;
    const { slaMs } = loop.plan.tasks[index] ?? {};
    if (slaMs === undefined) return;
    loop.tick();
    loop.journal.slaMissed(index, slaMs, loop.now);
  }
}
