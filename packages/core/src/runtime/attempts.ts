import { Attempt, type AttemptHost, type Item, type Unit } from '../execute/attempt.ts';
import { AttemptFailure, leavesAttempt } from '../execute/backoff.ts';
import { dataOf, itemDataOf } from '../execute/data.ts';
import { RetryLoop } from '../execute/retry-loop.ts';
import { isThenable } from '../lib/thenable.ts';
import { BreakerOpenError, ThrownValueError, TimeoutError } from '../model/error.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { RetryPolicy } from '../model/policy.ts';
import { BreakerGate } from './breaker-gate.ts';
import type { Loop } from './loop.ts';

/** Is told what became of a task's, or an item's, attempts. */
export interface AttemptEnds {
  succeeded(attempt: Attempt, output: unknown): void;
  /** The run was cancelled meanwhile: the task does not succeed, but what it did was done. */
  succeededTooLate(attempt: Attempt, output: unknown): void;
  /** No attempt will follow. */
  failed(task: PlannedTask, item: Item | undefined, error: Error): void;
  /** The run was cancelled, and what was under way has ended. */
  stopped(task: PlannedTask, item: Item | undefined): void;
  /** Gives how long it had to wait to be admitted, in milliseconds, if it had to. */
  started(attempt: Attempt): number | undefined;
  /** The unit gives up its slot and whatever else it holds, until `again`. */
  waitingFor(task: PlannedTask, item: Item | undefined, wait: 'retry' | 'breaker'): void;
  again(task: PlannedTask, item: Item | undefined): void;
}

/** Makes the attempts of tasks and items: retry (breaker (timeout (handler))). */
export class Attempts {
  readonly #loop: Loop;
  readonly #host: AttemptHost;
  readonly #ends: AttemptEnds;
  #breakers: BreakerGate | undefined;
  /** The attempt that each running task waits for. What a task's earlier attempts still give is dropped. */
  readonly #live: (Attempt | undefined)[];
  #retrying: Map<Unit, RetryLoop> | undefined;

  constructor(loop: Loop, host: AttemptHost, ends: AttemptEnds) {
    this.#loop = loop;
    this.#host = host;
    this.#ends = ends;
    this.#live = new Array<Attempt | undefined>(loop.plan.tasks.length);
  }

  /**
   * The run begins.
   *
   * @param openBreakers Until when those were open for which it waited in a process before this one.
   * @throws OptionError for a breaker's setting that another run has given otherwise.
   */
  open(openBreakers: ReadonlyMap<string, number> | undefined): void {
    if (this.#loop.plan.needs.breakers.length === 0) return;
    this.#breakers = new BreakerGate(this.#loop, openBreakers, (task, item) => this.#ends.again(task, item));
  }

  liveOf(task: TaskIndex): Attempt | undefined {
    return this.#live[task];
  }

  /** A slot was given to a task, or to one of its items. */
  start(task: PlannedTask, item: Item | undefined): void {
    const { breaker } = task;
    if (breaker !== undefined) {
      const entered = this.#breakers?.enter(task, item, breaker) ?? 'fails';
      if (entered === 'waits') return this.#ends.waitingFor(task, item, 'breaker');
      const attempt = this.#begin(task, item);
      if (typeof entered === 'object') {
        attempt.pass = entered;
        return this.#callOnceStored(task, item, attempt);
      }
      const error = new BreakerOpenError(task.id, breaker.name);
      if (entered === 'fails') return this.#failed(attempt, error);
      this.#endAttempt(attempt);
      this.#stopRetrying(item ?? task.index);
      if (item === undefined) this.#loop.ledger.addAttemptError(task.index, error);
      return this.#giveUp(task, item, new AttemptFailure(error, attempt.attempt));
    }
    this.#callOnceStored(task, item, this.#begin(task, item));
  }

  /** In a run that is kept, the start of an attempt is before its handler is called. */
  #callOnceStored(task: PlannedTask, item: Item | undefined, attempt: Attempt): void {
    const { stored, scheduler } = this.#loop;
    if (stored === undefined) return this.#call(task, item, attempt);
    stored(() => {
      if (!this.isLive(attempt)) return;
      this.#loop.tick();
      if (scheduler.isCancelled(task.index)) {
        this.#endAttempt(attempt);
        this.#ends.stopped(task, item);
      } else {
        this.#call(task, item, attempt);
      }
      this.#loop.proceed();
    });
  }

  #begin(task: PlannedTask, item: Item | undefined): Attempt {
    const { index } = task;
    const { ledger, journal, now } = this.#loop;
    const started = (ledger.attempts[index] ?? 0) + 1;
    ledger.attempts[index] = started;
    if (started === 1) ledger.startedAt[index] = now;
    if (item !== undefined) item.attempts++;
    const attempt = new Attempt(this.#host, task, item?.attempts ?? started, item);
    if (item === undefined) this.#live[index] = attempt;
    else item.live = attempt;
    const admissionMs = this.#ends.started(attempt);
    journal.attemptStarted(index, attempt.attempt, now, item?.index, admissionMs);
    if (task.timeoutMs !== undefined) this.#loop.limits?.startAttempt(task, attempt, now);
    return attempt;
  }

  #call(task: PlannedTask, item: Item | undefined, attempt: Attempt): void {
    const { outputs } = this.#loop;
    let result: unknown;
    try {
      const data = task.readsData
        ? item === undefined
          ? dataOf(task, outputs)
          : itemDataOf(task, item, outputs)
        : undefined;
      const { tracing } = this.#loop;
      result =
        tracing === undefined
          ? task.handler(data as never, attempt)
          : tracing.within(attempt, () => task.handler(data as never, attempt));
      if (isThenable(result)) {
        result.then(
          (output) => this.#succeeded(attempt, output),
          (error: unknown) => this.#failed(attempt, error),
        );
        return;
      }
    } catch (error) {
      this.#failed(attempt, error);
      return;
    }
    this.#succeeded(attempt, result);
  }

  /** Whether this attempt is the one that its task, or its item, waits for. */
  isLive(attempt: Attempt): boolean {
    const { item, planned } = attempt;
    return (item === undefined ? this.#live[planned.index] : item.live) === attempt;
  }

  #succeeded(attempt: Attempt, output: unknown): void {
    if (!this.isLive(attempt)) return;
    if (this.#loop.checkKept !== undefined && !this.#isKept(attempt, output)) return;
    this.#loop.tick();
    attempt.pass?.succeeded(this.#loop.now);
    attempt.pass = undefined;
    this.#endAttempt(attempt);
    if (this.#loop.scheduler.isCancelled(attempt.planned.index)) {
      this.#ends.succeededTooLate(attempt, output);
    } else {
      if (this.#retrying !== undefined) this.#stopRetrying(attempt.item ?? attempt.planned.index);
      this.#ends.succeeded(attempt, output);
    }
    this.#loop.proceed();
  }

  /** Where the output cannot be kept, the attempt has failed. */
  #isKept(attempt: Attempt, output: unknown): boolean {
    try {
      const { index } = attempt.planned;
      this.#loop.checkKept?.(attempt.planned, output, (message) => this.#loop.warn(index, message));
      return true;
    } catch (error) {
      this.#failed(attempt, error);
      return false;
    }
  }

  #failed(attempt: Attempt, thrown: unknown): void {
    if (!this.isLive(attempt)) return;
    const { planned: task, item } = attempt;
    this.#loop.tick();
    if (this.#loop.scheduler.isCancelled(task.index)) {
      this.#endAttempt(attempt);
      this.#ends.stopped(task, item);
    } else {
      const error = thrown instanceof Error ? thrown : new ThrownValueError(task.id, thrown);
      attempt.pass?.failed(error);
      attempt.pass = undefined;
      this.#endAttempt(attempt);
      const failure = new AttemptFailure(error, attempt.attempt);
      if (item === undefined) this.#loop.ledger.addAttemptError(task.index, error);
      const retrying = this.#retrying?.get(item ?? task.index);
      if (retrying !== undefined) retrying.failed(failure);
      else if (leavesAttempt(task.retry, error, attempt.attempt))
        this.#retry(task, item, task.retry, failure);
      else this.#giveUp(task, item, failure);
    }
    this.#loop.proceed();
  }

  #retry(task: PlannedTask, item: Item | undefined, policy: RetryPolicy, first: AttemptFailure): void {
    const loop = this.#loop;
    const unit = item ?? task.index;
    const retrying = new RetryLoop(first, policy, {
      clock: loop.clock,
      random: loop.random,
      waiting: ({ error, attempt }, delayMs) => {
        if (loop.scheduler.isCancelled(task.index)) return false;
        loop.tick();
        loop.journal.attemptFailed(task.index, attempt, error, loop.now, delayMs, item?.index);
        this.#ends.waitingFor(task, item, 'retry');
        loop.waits.beginLong(unit, loop.now + delayMs);
        loop.proceed();
        return true;
      },
      again: () => {
        loop.tick();
        loop.waits.end(unit);
        this.#ends.again(task, item);
        loop.proceed();
      },
      giveUp: (failure) => {
        loop.tick();
        this.#retrying?.delete(unit);
        this.#giveUp(task, item, failure);
        loop.proceed();
      },
    });
    (this.#retrying ??= new Map()).set(unit, retrying);
  }

  /** The last attempt that the policy allows has failed. */
  #giveUp(task: PlannedTask, item: Item | undefined, { error, attempt }: AttemptFailure): void {
    const { scheduler, journal, now } = this.#loop;
    if (scheduler.isCancelled(task.index)) return this.#ends.stopped(task, item);
    journal.attemptFailed(task.index, attempt, error, now, undefined, item?.index);
    this.#ends.failed(task, item, error);
  }

  timedOut(attempt: Attempt): void {
    const { timeoutMs, index, id } = attempt.planned;
    if (timeoutMs === undefined || this.#loop.scheduler.isCancelled(index)) return;
    const error = new TimeoutError(id, attempt.attempt, timeoutMs);
    attempt.abort(error);
    this.#failed(attempt, error);
  }

  /** Tells running attempts to stop, and waits for them. */
  abort(task: TaskIndex, reason: unknown): void {
    this.#live[task]?.abort(reason);
  }

  /** The unit is over: its attempt, if it runs, is told to stop and not waited for; no other follows. */
  stop(unit: Unit, reason: unknown): void {
    const attempt = typeof unit === 'number' ? this.#live[unit] : unit.live;
    if (attempt !== undefined) {
      attempt.abort(reason);
      this.#endAttempt(attempt);
    }
    this.#stopRetrying(unit);
    this.#breakers?.leave(unit);
  }

  /** The unit is over by itself. */
  end(unit: Unit): void {
    this.#stopRetrying(unit);
    this.#breakers?.leave(unit);
  }

  /** The run is over. */
  close(): void {
    this.#breakers?.close();
  }

  #stopRetrying(unit: Unit): void {
    if (this.#retrying === undefined) return;
    this.#retrying.get(unit)?.stop();
    this.#retrying.delete(unit);
  }

  /** A pass that was not told how the call ended was for nothing. */
  #endAttempt(attempt: Attempt): void {
    const { planned, item } = attempt;
    if (item === undefined) this.#live[planned.index] = undefined;
    else item.live = undefined;
    attempt.pass?.abandoned();
    attempt.pass = undefined;
  }
}
