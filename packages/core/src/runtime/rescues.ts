import { dataOf } from '../execute/data.ts';
import { rescue, type Rescue } from '../execute/rescue.ts';
import { NotWaitingError } from '../model/error.ts';
import type { Decision, RunEvent, StandIn } from '../model/event.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import { checkedApproval } from './approval.ts';
import type { Loop } from './loop.ts';

/** A task that waits for a person to say what becomes of it. */
export interface WaitingTask {
  readonly task: string;
  /** Why it failed. */
  readonly error: Error;
  /** What the recovery rule says about it. */
  readonly message: string | undefined;
  /** Since when it waits, in milliseconds since the epoch. */
  readonly since: number;
}

/** What a decision brings along: the value that stands for the output, or why the task fails. */
export interface DecisionDetails {
  readonly value?: unknown;
  readonly error?: Error;
}

/** Tasks whose attempts have failed and that may yet be saved: by a fallback, by a recovery rule, or by a person. */
export class Rescues {
  readonly #loop: Loop;
  /** How often each recovery rule made a task try again. */
  readonly #retries = new Map<TaskIndex, Map<number, number>>();
  /** Rescues under way, and waits before the next attempt: how each is given up. */
  readonly #underWay = new Map<TaskIndex, () => void>();
  readonly #waiting = new Map<TaskIndex, WaitingTask>();

  constructor(loop: Loop) {
    this.#loop = loop;
  }

  get waiting(): readonly WaitingTask[] {
    return [...this.#waiting.values()];
  }

  begin(task: PlannedTask, error: Error): void {
    const { index } = task;
    const retries = this.#retries.get(index) ?? new Map<number, number>();
    this.#retries.set(index, retries);
    const host = {
      retries,
      warn: (message: string) => this.#loop.warn(index, message),
      data: () => dataOf(task, this.#loop.outputs),
    };
    const rescued = rescue(task.definition, error, host);
    if (!(rescued instanceof Promise)) return this.#apply(task, rescued);
    let given = true;
    this.#underWay.set(index, () => {
      given = false;
    });
    void rescued.then((late) => {
      if (!given) return;
      this.#underWay.delete(index);
      this.#loop.tick();
      this.#apply(task, late);
      this.#loop.proceed();
    });
  }

  #apply({ index }: PlannedTask, rescued: Rescue): void {
    const loop = this.#loop;
    const { journal, scheduler, now } = loop;
    if (scheduler.isCancelled(index)) return loop.cancelTask(index);
    if (rescued.rule !== undefined)
      journal.recovering(index, rescued.rule, rescued.type === 'retry' ? rescued.delayMs : undefined, now);
    switch (rescued.type) {
      case 'value':
        return this.#succeed(index, rescued.value, rescued.by);
      case 'skip':
        return loop.skipTask(index, rescued.by);
      case 'fail':
        return loop.failTask(index, rescued.error);
      case 'retry':
        return this.#retry(index, rescued.delayMs);
      case 'escalate':
        return this.#escalate(index, rescued.error, rescued.message);
    }
  }

  /** What stands in for an output has to be fit to be kept, as the output would be. */
  #succeed(index: TaskIndex, value: unknown, by: StandIn): void {
    const loop = this.#loop;
    const task = loop.plan.tasks[index];
    try {
      if (task !== undefined) loop.checkKept?.(task, value, (message) => loop.warn(index, message));
    } catch (error) {
      return loop.failTask(index, error as Error);
    }
    loop.succeedTask(index, value, by);
  }

  #retry(index: TaskIndex, delayMs: number): void {
    this.#loop.standBack(index);
    this.waitAgain(index, delayMs);
  }

  /** A task that is retrying is queued again after this wait. */
  waitAgain(index: TaskIndex, delayMs: number): void {
    const loop = this.#loop;
    const disarm = loop.clock.setTimer(delayMs, () => {
      this.#underWay.delete(index);
      loop.tick();
      loop.waits.end(index);
      loop.scheduler.requeue(index);
      loop.proceed();
    });
    this.#underWay.set(index, disarm);
    loop.waits.beginLong(index, loop.now + delayMs);
  }

  #escalate(index: TaskIndex, error: Error, message: string | undefined): void {
    const { scheduler, journal, now, plan } = this.#loop;
    this.#loop.standBack(index);
    scheduler.wait(index);
    this.#wait(index, { task: plan.tasks[index]?.id ?? '', error, message, since: now });
    journal.waiting(index, { for: 'approval', error, ...(message !== undefined && { message }) }, now);
  }

  /** What is known of a task whose process has ended: how often rules made it try again. */
  restore(index: TaskIndex, retries: ReadonlyMap<number, number>): void {
    this.#retries.set(index, new Map(retries));
  }

  /** A task that waited for a person when its process ended goes on waiting. */
  waitOn(
    index: TaskIndex,
    { at, error, message }: Extract<RunEvent, { readonly type: 'task.waiting' }>,
  ): void {
    const task = this.#loop.plan.tasks[index]?.id ?? '';
    const why = error instanceof Error ? error : new Error(String(error));
    this.#wait(index, { task, error: why, message, since: at });
  }

  #wait(index: TaskIndex, waiting: WaitingTask): void {
    const since = this.#loop.ledger.startedAt[index] ?? waiting.since;
    this.#waiting.set(index, waiting);
    this.#loop.waits.begin(index, { until: undefined, since, asks: true });
  }

  /**
   * A person says what becomes of a task. Said by an observer, it is done when all observers have heard what this one has.
   *
   * @throws NotWaitingError
   * @throws ValidationError where a value does not fit the task's output schema; the task goes on waiting.
   * @throws UnstorableError, SecretExposedError where it cannot be kept; the task goes on waiting.
   */
  propose(task: string, decision: Decision, details: DecisionDetails): void {
    const loop = this.#loop;
    const index = this.#assertWaiting(loop.plan.indexOf.get(task), task);
    const planned = loop.plan.tasks[index];
    const decide = (checked: DecisionDetails): void => {
      if (decision === 'approve' && planned !== undefined)
        loop.checkKept?.(planned, checked.value, (message) => loop.warn(index, message));
      if (loop.journal.telling) queueMicrotask(() => this.#decide(index, decision, checked));
      else this.#decide(index, decision, checked);
    };
    if (decision !== 'approve' || planned === undefined) return decide(details);
    const value = checkedApproval(planned.definition, details.value);
    if (!(value instanceof Promise)) return decide({ value });
    value
      .then((later: unknown) => decide({ value: later }))
      .then(undefined, (error: unknown) => {
        loop.tick();
        loop.warn(index, `it was approved with a value that cannot be used: ${String(error)}`);
      });
  }

  /** @throws NotWaitingError */
  #assertWaiting(index: TaskIndex | undefined, task: string): TaskIndex {
    if (index !== undefined && this.#waiting.has(index)) return index;
    const state =
      index === undefined
        ? `not a task of workflow '${this.#loop.plan.id}'`
        : this.#loop.scheduler.stateOf(index);
    throw new NotWaitingError(task, state);
  }

  /** Nothing happens where the task no longer waits. */
  #decide(index: TaskIndex, decision: Decision, { value, error }: DecisionDetails): void {
    const waiting = this.#waiting.get(index);
    if (waiting === undefined) return;
    this.#stopWaiting(index);
    const loop = this.#loop;
    loop.tick();
    loop.journal.decided(index, decision, loop.now);
    switch (decision) {
      case 'approve':
        loop.succeedTask(index, value, 'approval');
        break;
      case 'retry':
        loop.scheduler.requeue(index);
        break;
      case 'skip':
        loop.skipTask(index, 'intervention');
        break;
      case 'fail':
        loop.failTask(index, error ?? waiting.error);
        break;
    }
    loop.proceed();
  }

  /** The task is over: nothing of this goes on. */
  end(index: TaskIndex): void {
    this.#underWay.get(index)?.();
    this.#underWay.delete(index);
    this.#retries.delete(index);
    this.#stopWaiting(index);
  }

  #stopWaiting(index: TaskIndex): void {
    if (this.#waiting.delete(index)) this.#loop.waits.end(index);
  }
}
