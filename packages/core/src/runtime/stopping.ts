import { CancelledError, RunTimeoutError, WorkflowError } from '../model/error.ts';
import type { RunInfo } from '../model/context.ts';
import type { History } from '../record/history.ts';
import type { Loop, Phase } from './loop.ts';
import type { RuntimeSettings } from './runtime-host.ts';

/** What stopping needs of the loop. */
interface StoppableLoop extends Loop {
  readonly phase: Phase;
  readonly info: RunInfo;
  readonly startedAt: number;
  abort(reason: unknown): void;
}

/** Why a run does not go on, and how long its running handlers have to stop. */
interface Stop {
  readonly reason: unknown;
  /** Why the run failed as a whole; `task` where it fails fast because a task did. */
  readonly failure: WorkflowError | 'task' | undefined;
  readonly graceMs: number;
}

type Reopened = Pick<History, 'cancelling' | 'retriedAt' | 'timeoutMs'>;

/** Ends a run before its tasks have: it was cancelled, took too long, or fails fast. The first reason holds. */
export class Stopping {
  readonly #loop: StoppableLoop;
  readonly #settings: RuntimeSettings;
  #stop: Stop | undefined;
  #forced = false;
  /** When its time is over, in milliseconds since the epoch. */
  #timeoutAt = Infinity;
  #disarmTimeout: (() => void) | undefined;
  #disarmGrace: (() => void) | undefined;
  /** An observer stopped the run in the midst of a step: it is done as soon as the step is. */
  due = false;

  constructor(loop: StoppableLoop, settings: RuntimeSettings) {
    this.#loop = loop;
    this.#settings = settings;
  }

  get reason(): unknown {
    return this.#stop?.reason;
  }

  get failure(): WorkflowError | undefined {
    const failure = this.#stop?.failure;
    return failure === 'task' ? undefined : failure;
  }

  /** Whether the run, being stopped, has failed rather than been cancelled. */
  get failed(): boolean {
    return this.#stop?.failure !== undefined;
  }

  /** When the run is ended because of the time, its own or that of those above it; in milliseconds since the epoch. */
  get endsBy(): number {
    return this.#stop === undefined ? Math.min(this.#timeoutAt, this.#settings.endsBy) : Infinity;
  }

  /** The run is known: its time counts, and what was asked of it before is done. */
  open(): void {
    this.#startTimeout(this.#settings.timeoutMs, this.#loop.startedAt);
    if (this.#stop !== undefined) this.stopTasks();
  }

  /**
   * The same for a run that goes on. What was asked of it meanwhile is done once it does.
   *
   * The time that it may take is the one it was begun with, unless another one is given now. A run that is retried has all
   * of it again. One that was being stopped when its process ended: nothing runs any more of what was to end.
   */
  reopen({ cancelling, retriedAt, timeoutMs }: Reopened): void {
    this.#startTimeout(this.#settings.timeoutMs ?? timeoutMs, retriedAt ?? this.#loop.startedAt);
    this.due = this.#stop !== undefined;
    if (cancelling === undefined) return;
    const { reason, failure, wholly = false } = cancelling;
    const cause = failure === 'run' && reason instanceof WorkflowError ? reason : 'task';
    this.#stop = { reason, failure: failure === undefined ? undefined : cause, graceMs: 0 };
    this.#forced = wholly;
    this.due = false;
  }

  #startTimeout(timeoutMs: number | undefined, since: number): void {
    if (timeoutMs === undefined) return;
    const loop = this.#loop;
    this.#timeoutAt = since + timeoutMs;
    this.#disarmTimeout = loop.clock.setTimer(Math.max(0, this.#timeoutAt - loop.now), () => {
      const error = new RunTimeoutError(loop.info.id, loop.plan.id, timeoutMs);
      this.stop(error, error);
    });
  }

  stop(reason: unknown, failure: Stop['failure'], graceMs: number = this.#settings.graceMs): void {
    const { phase, journal } = this.#loop;
    if (phase === 'ended' || this.#stop !== undefined) return;
    this.#stop = { reason, failure, graceMs };
    if (phase === 'new') return;
    if (journal.telling) {
      this.due = true;
      queueMicrotask(() => this.#loop.proceed());
    } else {
      this.stopTasks();
    }
  }

  /** Stops the run if it is not being stopped yet, and waits for nothing: tasks that always run are cancelled too. */
  force(reason: unknown): void {
    this.#forced = true;
    if (this.#stop === undefined) return this.stop(reason, undefined, 0);
    if (this.#loop.phase === 'new' || this.due) return;
    if (this.#loop.journal.telling) queueMicrotask(() => this.stopTasks());
    else this.stopTasks();
  }

  stopTasks(): void {
    const loop = this.#loop;
    this.due = false;
    if (this.#stop === undefined || loop.phase === 'ended') return;
    const { reason, failure, graceMs } = this.#stop;
    loop.tick();
    // Of a run that has not begun nothing runs, not even what always does.
    const wholly = this.#forced || loop.phase !== 'going';
    const failed = failure === undefined || failure === 'task' ? failure : 'run';
    loop.journal.runCancelling(reason, failed, wholly, loop.now);
    loop.scheduler.cancel(wholly ? 'wholly' : 'gently');
    loop.abort(failure === undefined || failure === 'task' ? new CancelledError(reason) : failure);
    if (wholly) return this.#endGrace();
    // Items that only waited ended by being told to stop, and with them perhaps the run.
    if (loop.scheduler.open > 0) this.#disarmGrace = loop.clock.setTimer(graceMs, () => this.#endGrace());
    loop.proceed();
  }

  /** The run has ended. */
  close(): void {
    this.#disarmTimeout?.();
    this.#disarmGrace?.();
  }

  /** Handlers that did not stop when told to are no longer waited for. */
  #endGrace(): void {
    const loop = this.#loop;
    loop.tick();
    for (const { index } of loop.plan.tasks) {
      if (loop.scheduler.isRunning(index) && loop.scheduler.isCancelled(index)) loop.cancelTask(index);
    }
    loop.proceed();
  }
}
