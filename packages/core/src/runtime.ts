import { Attempt, type AttemptHost } from './execute/attempt.ts';
import { AttemptFailure, leavesAttempt } from './execute/backoff.ts';
import { dataFor } from './execute/data.ts';
import { RetryLoop } from './execute/retry-loop.ts';
import { type LimitHost, TaskLimits } from './execute/task-limits.ts';
import { isThenable } from './lib/thenable.ts';
import type { LogFields, LogLevel, RunInfo } from './model/context.ts';
import {
  CancelledError,
  DeadlineError,
  RunTimeoutError,
  ThrownValueError,
  TimeoutError,
  type WorkflowError,
} from './model/error.ts';
import type { Plan, TaskIndex } from './model/plan.ts';
import type { RetryPolicy } from './model/policy.ts';
import type { Clock } from './model/ports.ts';
import type { RunState } from './model/state.ts';
import { Ledger } from './record/ledger.ts';
import type { Journal } from './record/journal.ts';
import type { RunSettings } from './run-options.ts';
import { type Consequences, Scheduler } from './schedule/scheduler.ts';

/** The loop lets I/O, timers and signals have their turn at least this often. */
const TURN_MS = 10;

/** Why a run does not go on, and how long its running handlers have to stop. */
interface Stopped {
  readonly reason: unknown;
  readonly failure: WorkflowError | undefined;
  readonly graceMs: number;
}

/** What a run's loop needs of whoever began it. */
export interface RuntimeHost {
  /** The run's ID, made when it is first asked for. */
  readonly id: string;
  readonly journal: Journal;
  /** Called once, when no task is open. */
  ended(): void;
}

/**
 * The only loop: facts about attempts go to the scheduler, what it decides is started, and each fact is published
 * before anything that follows from it starts.
 */
export class Runtime implements AttemptHost, Consequences, LimitHost {
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly plan: Plan;
  readonly #settings: RunSettings;
  readonly #host: RuntimeHost;
  readonly #clock: Clock;
  readonly #journal: Journal;
  /** The attempt that each running task waits for. What a task's earlier attempts still give is dropped. */
  readonly #live: (Attempt | undefined)[];
  #loops: Map<TaskIndex, RetryLoop> | undefined;
  #limits: TaskLimits | undefined;
  #disarmTimeout: (() => void) | undefined;
  #disarmGrace: (() => void) | undefined;
  #info: RunInfo | undefined;
  #now: number;
  #turnStartedAt: number;
  #phase: 'new' | 'open' | 'going' | 'ended' = 'new';
  #starting = false;
  #stopped: Stopped | undefined;
  /** An observer cancelled the run in the midst of a step: it is done as soon as the step is. */
  #cancelDue = false;
  readonly startedAt: number;
  /** What handlers read as `input`. */
  input: unknown;

  constructor(plan: Plan, settings: RunSettings, host: RuntimeHost) {
    this.plan = plan;
    this.#settings = settings;
    this.#host = host;
    this.#clock = settings.clock;
    this.#journal = host.journal;
    this.ledger = new Ledger(plan.tasks.length);
    this.#live = new Array<Attempt | undefined>(plan.tasks.length);
    this.scheduler = new Scheduler(plan, settings.concurrency, this);
    this.#now = this.#clock.now();
    this.startedAt = this.#now;
    this.#turnStartedAt = this.#now;
  }

  get info(): RunInfo {
    return (this.#info ??= Object.freeze({
      id: this.#host.id,
      workflow: this.plan.id,
      version: this.plan.version,
      startedAt: this.startedAt,
    }));
  }

  get endedAt(): number {
    return this.#now;
  }

  /** Why the run was cancelled, if it was: what was given to `cancel`. */
  get cancelReason(): unknown {
    return this.#stopped?.reason;
  }

  /** Why the run failed as a whole, if it did: what was given to `fail`. */
  get failure(): WorkflowError | undefined {
    return this.#stopped?.failure;
  }

  get state(): RunState {
    return this.failure === undefined ? this.scheduler.verdict : 'failed';
  }

  /** The run is known from now on, with the input as it was given; nothing starts before that was checked. */
  open(input: unknown): void {
    this.#phase = 'open';
    this.#tick();
    this.#journal.runStarted(input, this.startedAt);
    const { timeoutMs } = this.#settings;
    if (timeoutMs !== undefined) {
      const onTimeout = (): void => this.fail(new RunTimeoutError(this.info.id, this.plan.id, timeoutMs));
      this.#disarmTimeout = this.#clock.setTimer(timeoutMs, onTimeout);
    }
    if (this.#stopped !== undefined) this.#cancelTasks();
  }

  /** @param input What handlers read. */
  begin(input: unknown): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'going';
    this.#tick();
    this.input = input;
    this.scheduler.begin();
    this.#proceed();
  }

  /** Ends everything that has not ended: what runs gets its signal and the grace period, the rest is cancelled now. */
  cancel(reason: unknown, graceMs: number = this.#settings.graceMs): void {
    this.#stop({ reason, failure: undefined, graceMs });
  }

  /** The same, but the run has failed, with this error. */
  fail(failure: WorkflowError): void {
    this.#stop({ reason: failure, failure, graceMs: this.#settings.graceMs });
  }

  #stop(stopped: Stopped): void {
    if (this.#phase === 'ended' || this.#stopped !== undefined) return;
    this.#stopped = stopped;
    if (this.#phase === 'new') return;
    if (this.#journal.telling) {
      this.#cancelDue = true;
      queueMicrotask(() => this.#proceed());
    } else {
      this.#cancelTasks();
    }
  }

  #cancelTasks(): void {
    this.#cancelDue = false;
    if (this.#stopped === undefined) return;
    const { reason, failure, graceMs } = this.#stopped;
    this.#tick();
    this.#journal.runCancelling(reason, this.#now);
    this.scheduler.cancel();
    const abortReason = failure ?? new CancelledError(reason);
    for (const attempt of this.#live) attempt?.abort(abortReason);
    this.#disarmGrace = this.#clock.setTimer(graceMs, () => this.#endGrace());
    this.#proceed();
  }

  /** Handlers that did not stop when told to are no longer waited for. */
  #endGrace(): void {
    this.#tick();
    for (const { index } of this.plan.tasks) {
      if (this.scheduler.isRunning(index)) this.#cancelTask(index);
    }
    this.#proceed();
  }

  /** Starts what can be started, and ends the run when nothing is open. */
  #proceed(): void {
    if (this.#starting) return;
    this.#starting = true;
    while (this.scheduler.hasNext && !this.#cancelDue) {
      if (this.#now - this.#turnStartedAt > TURN_MS) {
        this.#clock.yieldTurn(() => {
          this.#tick();
          this.#turnStartedAt = this.#now;
          this.#starting = false;
          this.#proceed();
        });
        return;
      }
      this.#start(this.scheduler.take());
      if (this.scheduler.hasNext) this.#tick();
    }
    this.#starting = false;
    if (this.#cancelDue) return this.#cancelTasks();
    if (this.scheduler.open === 0 && this.#phase !== 'ended') this.#end();
  }

  #start(index: TaskIndex): void {
    const task = this.plan.tasks[index];
    if (task === undefined) return;
    const { ledger } = this;
    const number = (ledger.attempts[index] ?? 0) + 1;
    ledger.attempts[index] = number;
    if (number === 1) ledger.startedAt[index] = this.#now;
    const attempt = new Attempt(this, task.id, number);
    this.#live[index] = attempt;
    this.#journal.attemptStarted(index, number, this.#now);
    if (task.timeoutMs !== undefined || task.deadlineMs !== undefined) {
      (this.#limits ??= new TaskLimits(this.#clock, this)).startAttempt(task, number, this.#now);
    }
    let result: unknown;
    try {
      result = task.handler(dataFor(task, ledger.outputs, this.input), attempt);
      if (isThenable(result)) {
        result.then(
          (output) => this.#attemptSucceeded(index, attempt, output),
          (error: unknown) => this.#attemptFailed(index, attempt, error),
        );
        return;
      }
    } catch (error) {
      this.#attemptFailed(index, attempt, error);
      return;
    }
    this.#attemptSucceeded(index, attempt, result);
  }

  #attemptSucceeded(index: TaskIndex, attempt: Attempt, output: unknown): void {
    if (this.#live[index] !== attempt) return;
    this.#tick();
    this.#endAttempt(index);
    if (this.scheduler.cancelling) {
      this.#cancelTask(index);
    } else {
      this.ledger.outputs[index] = output;
      this.#endTask(index);
      this.#journal.succeeded(index, output, this.#now);
      this.scheduler.succeed(index);
    }
    this.#proceed();
  }

  #attemptFailed(index: TaskIndex, attempt: Attempt, thrown: unknown): void {
    if (this.#live[index] !== attempt) return;
    this.#tick();
    this.#endAttempt(index);
    if (this.scheduler.cancelling) {
      this.#cancelTask(index);
    } else {
      const task = this.plan.tasks[index];
      const error = thrown instanceof Error ? thrown : new ThrownValueError(task?.id ?? '', thrown);
      const failure = new AttemptFailure(error, attempt.attempt);
      this.ledger.addAttemptError(index, error);
      const loop = this.#loops?.get(index);
      if (loop !== undefined) loop.failed(failure);
      else if (leavesAttempt(task?.retry, error, attempt.attempt))
        this.#beginRetrying(index, task.retry, failure);
      else this.#giveUp(index, failure);
    }
    this.#proceed();
  }

  #beginRetrying(index: TaskIndex, policy: RetryPolicy, first: AttemptFailure): void {
    const loop = new RetryLoop(first, policy, {
      clock: this.#clock,
      random: this.#settings.random,
      waiting: (failure, delayMs) => this.#waitForRetry(index, failure, delayMs),
      again: () => {
        this.#tick();
        this.scheduler.requeue(index);
        this.#proceed();
      },
      giveUp: (failure) => {
        this.#tick();
        this.#loops?.delete(index);
        this.#giveUp(index, failure);
        this.#proceed();
      },
    });
    (this.#loops ??= new Map()).set(index, loop);
  }

  #waitForRetry(index: TaskIndex, { error, attempt }: AttemptFailure, delayMs: number): boolean {
    if (this.scheduler.cancelling) return false;
    this.#tick();
    this.#journal.attemptFailed(index, attempt, error, this.#now, delayMs);
    this.scheduler.retry(index);
    this.#proceed();
    return true;
  }

  /** The last attempt that the policy allows has failed. */
  #giveUp(index: TaskIndex, { error, attempt }: AttemptFailure): void {
    if (this.scheduler.cancelling) {
      this.#cancelTask(index);
      return;
    }
    this.#journal.attemptFailed(index, attempt, error, this.#now);
    this.#failTask(index, error);
  }

  #failTask(index: TaskIndex, error: Error): void {
    this.#endTask(index);
    this.ledger.setError(index, error);
    this.#journal.failed(index, error, this.#now);
    this.scheduler.fail(index);
  }

  /** A task that was running when the run was cancelled has ended. */
  #cancelTask(index: TaskIndex): void {
    this.#live[index] = undefined;
    this.#endTask(index);
    this.scheduler.cancelled(index);
    this.cancelled(index);
  }

  /** The attempt is over, one way or the other. */
  #endAttempt(index: TaskIndex): void {
    this.#live[index] = undefined;
    this.#limits?.endAttempt(index);
  }

  /** The task is over: nothing of it goes on. */
  #endTask(index: TaskIndex): void {
    if ((this.ledger.attempts[index] ?? 0) > 0) this.ledger.endedAt[index] = this.#now;
    this.#limits?.endTask(index);
    if (this.#loops === undefined) return;
    this.#loops.get(index)?.stop();
    this.#loops.delete(index);
  }

  #end(): void {
    this.#phase = 'ended';
    this.#limits?.clear();
    this.#disarmTimeout?.();
    this.#disarmGrace?.();
    this.#host.ended();
  }

  #tick(): void {
    this.#now = this.#clock.now();
  }

  // What a task's timers say.

  timedOut(index: TaskIndex): void {
    const attempt = this.#live[index];
    const task = this.plan.tasks[index];
    if (attempt === undefined || task?.timeoutMs === undefined || this.scheduler.cancelling) return;
    const error = new TimeoutError(task.id, attempt.attempt, task.timeoutMs);
    attempt.abort(error);
    this.#attemptFailed(index, attempt, error);
  }

  deadlinePassed(index: TaskIndex): void {
    const task = this.plan.tasks[index];
    if (task?.deadlineMs === undefined || this.scheduler.cancelling || !this.scheduler.isOpen(index)) return;
    this.#tick();
    const attempts = this.ledger.attempts[index] ?? 0;
    const cause = this.ledger.attemptErrors(index).at(-1);
    const error = new DeadlineError(task.id, attempts, task.deadlineMs, cause === undefined ? {} : { cause });
    const attempt = this.#live[index];
    attempt?.abort(error);
    this.#endAttempt(index);
    if (attempt === undefined) {
      this.#failTask(index, error);
    } else {
      this.ledger.addAttemptError(index, error);
      this.#giveUp(index, new AttemptFailure(error, attempts));
    }
    this.#proceed();
  }

  // What follows from a fact, told by the scheduler.

  queued(index: TaskIndex): void {
    this.#journal.queued(index, this.#now);
  }

  upstreamFailed(index: TaskIndex, cause: TaskIndex): void {
    this.#journal.upstreamFailed(index, cause, this.#now);
  }

  cancelled(index: TaskIndex): void {
    this.#endTask(index);
    this.#journal.cancelled(index, this.#now);
  }

  // What an attempt's context needs.

  log(task: string, attempt: number, level: LogLevel, message: string, fields: LogFields | undefined): void {
    this.#journal.log(task, attempt, level, message, fields, this.#clock.now());
  }
}
