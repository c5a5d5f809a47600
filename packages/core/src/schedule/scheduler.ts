import { NumberSet } from '../lib/number-set.ts';
import type { RunEvent } from '../model/event.ts';
import type { Plan, TaskIndex } from '../model/plan.ts';
import type { RunState, TaskState } from '../model/state.ts';
import {
  CANCELLED,
  FAILED,
  PENDING,
  QUEUED,
  RETRYING,
  RUNNING,
  STATE_NAMES,
  SUCCEEDED,
  UPSTREAM_FAILED,
} from './task-states.ts';

/** Is told what follows from a fact: changes of state that nothing outside the scheduler brought about. */
export interface Consequences {
  queued(task: TaskIndex): void;
  upstreamFailed(task: TaskIndex, cause: TaskIndex): void;
  cancelled(task: TaskIndex): void;
}

/** There is nothing to start now. */
export const NONE = -1;

/**
 * Decides what runs when. Pure: it knows no clock, no chance, no promise and no I/O; the same facts in the same order
 * give the same decisions. A plain form of it, over ordinary objects, is the oracle in its tests.
 *
 * What holds between any two calls:
 * 1. a task is queued only when each of its dependencies has succeeded, and is started at most once per queueing;
 * 2. no more tasks run than there are slots; waiting tasks (queued, retrying) hold none;
 * 3. a final state is never left;
 * 4. after `cancel`, nothing is queued or started any more;
 * 5. while a task is open, something is queued, running or retrying, so that a run never hangs.
 *
 * Each edge is looked at once when its task succeeds or fails, so all of a run costs O(tasks + edges).
 */
export class Scheduler {
  readonly #plan: Plan;
  readonly #state: Uint8Array;
  /** How many dependencies have not succeeded yet. */
  readonly #waitingFor: Uint32Array;
  readonly #ready: NumberSet;
  readonly #consequences: Consequences | undefined;
  #causes: Map<TaskIndex, TaskIndex> | undefined;
  #freeSlots: number;
  #open: number;
  #succeeded = 0;
  #failed = 0;
  #cancelling = false;

  /** @param concurrency How many tasks may run at once; `Infinity` for no limit. */
  constructor(plan: Plan, concurrency: number, consequences?: Consequences) {
    const size = plan.tasks.length;
    this.#plan = plan;
    this.#state = new Uint8Array(size);
    this.#waitingFor = new Uint32Array(size);
    this.#ready = new NumberSet(size);
    this.#consequences = consequences;
    this.#freeSlots = concurrency;
    this.#open = size;
  }

  /** How many tasks are not in a final state. */
  get open(): number {
    return this.#open;
  }

  get succeededCount(): number {
    return this.#succeeded;
  }

  get cancelling(): boolean {
    return this.#cancelling;
  }

  /** Whether a task can be started now. */
  get hasNext(): boolean {
    return this.#ready.size > 0 && this.#freeSlots > 0;
  }

  /** What the run's state will be, once no task is open. */
  get verdict(): RunState {
    if (this.#cancelling) return 'cancelled';
    return this.#failed > 0 ? 'failed' : 'succeeded';
  }

  stateOf(task: TaskIndex): TaskState {
    return STATE_NAMES[this.#state[task] ?? PENDING] ?? 'pending';
  }

  isRunning(task: TaskIndex): boolean {
    return this.#state[task] === RUNNING;
  }

  isOpen(task: TaskIndex): boolean {
    return (this.#state[task] ?? PENDING) < SUCCEEDED;
  }

  /** The dependency because of which a task is `upstream_failed`. */
  causeOf(task: TaskIndex): TaskIndex | undefined {
    return this.#causes?.get(task);
  }

  /** The run began: tasks that depend on nothing are queued. */
  begin(): void {
    for (const task of this.#plan.tasks) {
      const count = task.dependsOn.length;
      this.#waitingFor[task.index] = count;
      if (count === 0) this.#queue(task.index);
    }
  }

  /** Gives a slot to the first of the ready tasks, which is then running; `NONE` if no task or no slot is free. */
  take(): TaskIndex {
    if (this.#freeSlots === 0) return NONE;
    const place = this.#ready.takeLeast();
    if (place === NONE) return NONE;
    const task = this.#plan.byPlace[place] ?? NONE;
    this.#state[task] = RUNNING;
    this.#freeSlots--;
    return task;
  }

  /** A running task gave its output. */
  succeed(task: TaskIndex): void {
    this.#leaveRunning(task, SUCCEEDED);
    this.#succeeded++;
    this.#open--;
    const dependents = this.#plan.dependents[task] ?? [];
    for (let edge = 0; edge < dependents.length; edge++) {
      const dependent = dependents[edge] ?? NONE;
      const left = (this.#waitingFor[dependent] ?? 0) - 1;
      this.#waitingFor[dependent] = left;
      if (left === 0 && this.#state[dependent] === PENDING) this.#queue(dependent);
    }
  }

  /** A task, wherever it was, will not be tried again: what depends on it cannot run. */
  fail(task: TaskIndex): void {
    this.#settle(task, FAILED);
    this.#failed++;
    this.#failDependents(task);
  }

  /** A running task's attempt failed and another will follow after a wait, without a slot. */
  retry(task: TaskIndex): void {
    this.#leaveRunning(task, RETRYING);
  }

  /** The wait between two attempts is over: the task is queued again. */
  requeue(task: TaskIndex): void {
    if (this.#state[task] === RETRYING) this.#queue(task);
  }

  /** The run is cancelled: whatever does not run is cancelled now, whatever runs when it ends. */
  cancel(): void {
    if (this.#cancelling) return;
    this.#cancelling = true;
    for (let task = 0; task < this.#state.length; task++) {
      const state = this.#state[task] ?? PENDING;
      if (state >= SUCCEEDED || state === RUNNING) continue;
      this.#settle(task, CANCELLED);
      this.#consequences?.cancelled(task);
    }
  }

  /** A running task of a cancelled run ended, whatever it gave. */
  cancelled(task: TaskIndex): void {
    this.#settle(task, CANCELLED);
  }

  /** Takes in a fact of a run's log. Facts that follow from earlier ones are already true, and change nothing. */
  apply(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        return this.begin();
      case 'attempt.started':
        return this.#start(this.#indexOf(event.task));
      case 'attempt.failed':
        return event.retryInMs === undefined ? undefined : this.retry(this.#indexOf(event.task));
      case 'task.queued':
        return this.requeue(this.#indexOf(event.task));
      case 'task.succeeded':
        return this.succeed(this.#indexOf(event.task));
      case 'task.failed':
        return this.fail(this.#indexOf(event.task));
      case 'task.cancelled':
        return this.isOpen(this.#indexOf(event.task)) ? this.cancelled(this.#indexOf(event.task)) : undefined;
      case 'run.cancelling':
        return this.cancel();
      case 'task.upstream_failed':
      case 'task.log':
      case 'run.finished':
        return undefined;
    }
  }

  #indexOf(id: string): TaskIndex {
    const index = this.#plan.indexOf.get(id);
    if (index === undefined) throw new RangeError(`the log names task '${id}', which the plan does not have`);
    return index;
  }

  #queue(task: TaskIndex): void {
    this.#state[task] = QUEUED;
    this.#ready.add(this.#plan.place[task] ?? 0);
    this.#consequences?.queued(task);
  }

  #start(task: TaskIndex): void {
    this.#ready.delete(this.#plan.place[task] ?? 0);
    this.#state[task] = RUNNING;
    this.#freeSlots--;
  }

  #leaveRunning(task: TaskIndex, to: number): void {
    this.#state[task] = to;
    this.#freeSlots++;
  }

  /** Brings an open task, wherever it is, to a final state; gives back what it held. */
  #settle(task: TaskIndex, to: number): void {
    const from = this.#state[task];
    if (from === RUNNING) this.#freeSlots++;
    else if (from === QUEUED) this.#ready.delete(this.#plan.place[task] ?? 0);
    this.#state[task] = to;
    this.#open--;
  }

  /** Everything downstream becomes `upstream_failed`, each naming the dependency next to it. Loops, never recurses. */
  #failDependents(failed: TaskIndex): void {
    const causes = (this.#causes ??= new Map());
    const reached = [failed];
    for (let cause = reached.pop(); cause !== undefined; cause = reached.pop()) {
      for (const dependent of this.#plan.dependents[cause] ?? []) {
        if (this.#state[dependent] !== PENDING) continue;
        this.#settle(dependent, UPSTREAM_FAILED);
        causes.set(dependent, cause);
        this.#consequences?.upstreamFailed(dependent, cause);
        reached.push(dependent);
      }
    }
  }
}
