import { NumberSet } from '../lib/number-set.ts';
import { zeros } from '../lib/zeros.ts';
import type { RunEvent } from '../model/event.ts';
import { CONDITIONAL, GATED, MAY_FAIL, type Plan, RUNS_ALWAYS, type TaskIndex } from '../model/plan.ts';
import type { RunState, SkipReason, TaskState } from '../model/state.ts';
import type { Consequences } from './consequences.ts';
import { leavesFailed } from './leaves.ts';
import { applyEvent } from './replay.ts';
import {
  CANCELLED,
  CHECKING,
  FAILED,
  PENDING,
  QUEUED,
  RETRYING,
  RUNNING,
  SKIPPED,
  STATE_NAMES,
  SUCCEEDED,
  UPSTREAM_FAILED,
  WAITING,
} from './task-states.ts';
import { Tallies } from './tallies.ts';

/** There is nothing to start now. */
export const NONE = -1;

/**
 * Decides what runs when. Pure: it knows no clock, no chance, no promise and no I/O; the same facts in the same order
 * give the same decisions. A plain form of it, over ordinary objects, is the oracle in its tests.
 *
 * What holds between any two calls:
 * 1. a task is queued only when its trigger rule said run and its conditions passed, and is started at most once per
 *    queueing;
 * 2. no more slots are held than there are: a running task holds one, a fanned-out one as many as it shares; tasks
 *    that are queued, retrying or waiting hold none;
 * 3. a final state is never left;
 * 4. after `cancel`, nothing is queued or started any more but what always runs;
 * 5. while a task is open, something is being checked, queued, running, retrying or waiting, so that a run never hangs;
 * 6. a verdict depends on what became of the dependencies, not on the order in which they ended.
 *
 * Each edge is looked at once, when its task ends, so all of a run costs O(tasks + edges).
 */
export class Scheduler {
  readonly #plan: Plan;
  readonly #state: number[];
  /** How many dependencies have not ended; under plain rules: have not succeeded or were skipped. */
  readonly #waitingFor: number[];
  readonly #tallies: Tallies | undefined;
  readonly #ready: NumberSet;
  #consequences: Consequences | undefined;
  /** Under `all_success`: tasks of which a dependency was skipped. */
  #skipAhead: number[] | undefined;
  #causes: Map<TaskIndex, TaskIndex> | undefined;
  #reasons: Map<TaskIndex, SkipReason> | undefined;
  /** Gated tasks that were admitted since they were queued. */
  #admitted: Set<TaskIndex> | undefined;
  /** The slots of running tasks that share: how many they hold. */
  #held: Map<TaskIndex, number> | undefined;
  /** Running tasks that want another slot. */
  #wanting: Set<TaskIndex> | undefined;
  #freeSlots: number;
  #open: number;
  #moving = 0;
  #succeeded = 0;
  #failed = 0;
  #begun = false;
  #cancelling: false | 'gently' | 'wholly' = false;

  /** @param concurrency How many slots there are; `Infinity` for no limit. */
  constructor(plan: Plan, concurrency: number, consequences?: Consequences) {
    const size = plan.tasks.length;
    this.#plan = plan;
    this.#state = zeros(size);
    this.#waitingFor = zeros(size);
    this.#tallies = plan.plainRules ? undefined : new Tallies(plan);
    this.#ready = new NumberSet(size);
    this.#consequences = consequences;
    this.#freeSlots = concurrency;
    this.#open = size;
  }

  /** How many tasks are not in a final state. */
  get open(): number {
    return this.#open;
  }

  /** How many open tasks no longer wait for dependencies. */
  get moving(): number {
    return this.#moving;
  }

  get succeededCount(): number {
    return this.#succeeded;
  }

  /** How many tasks want a slot, and nothing else: some have slots already, and want one more. */
  get ready(): number {
    return this.#ready.size;
  }

  /** Whether a slot can be given to a task now. */
  get hasNext(): boolean {
    return this.#ready.size > 0 && this.#freeSlots > 0;
  }

  /** What the run's state will be, once no task is open. */
  get verdict(): RunState {
    if (this.#cancelling !== false) return 'cancelled';
    if (this.#plan.definition.failurePolicy === 'leaves')
      return leavesFailed(this.#plan, this.#state) ? 'failed' : 'succeeded';
    return this.#failed > 0 ? 'failed' : 'succeeded';
  }

  stateOf(task: TaskIndex): TaskState {
    return STATE_NAMES[this.#state[task] ?? PENDING] ?? 'pending';
  }

  isRunning(task: TaskIndex): boolean {
    return this.#state[task] === RUNNING;
  }

  isChecking(task: TaskIndex): boolean {
    return this.#state[task] === CHECKING;
  }

  isOpen(task: TaskIndex): boolean {
    return (this.#state[task] ?? PENDING) < SUCCEEDED;
  }

  /** Whether a task is to end because its run is cancelled, whatever it gives. */
  isCancelled(task: TaskIndex): boolean {
    if (this.#cancelling === false) return false;
    return this.#cancelling === 'wholly' || !this.#has(task, RUNS_ALWAYS);
  }

  /** The dependency because of which a task is `upstream_failed` or `skipped`. */
  causeOf(task: TaskIndex): TaskIndex | undefined {
    return this.#causes?.get(task);
  }

  /** Why a task was skipped. */
  reasonOf(task: TaskIndex): SkipReason | undefined {
    return this.#reasons?.get(task);
  }

  /** The run began: tasks that wait for nothing can go. */
  begin(): void {
    this.#begun = true;
    const { tasks } = this.#plan;
    for (const { index, dependsOn } of tasks) this.#waitingFor[index] = dependsOn.length;
    for (const { index, dependsOn, rule } of tasks) {
      if (dependsOn.length === 0 || rule === 'always') this.#release(index);
    }
  }

  /** Gives a slot to the first of the ready tasks, which is then running; `NONE` if no task or no slot is free. */
  take(): TaskIndex {
    if (this.#freeSlots === 0) return NONE;
    const place = this.#ready.takeLeast();
    if (place === NONE) return NONE;
    const task = this.#plan.byPlace[place] ?? NONE;
    this.#freeSlots--;
    if (this.#wanting?.delete(task) === true) this.#held?.set(task, (this.#held.get(task) ?? 0) + 1);
    else {
      this.#admitted?.delete(task);
      this.#state[task] = RUNNING;
    }
    return task;
  }

  /** A task began to run, as a log tells: it was not taken from among the ready ones here. */
  start(task: TaskIndex): void {
    if (this.#state[task] === RUNNING) return;
    this.#leave(task);
    this.#state[task] = RUNNING;
    this.#freeSlots--;
  }

  /** A task gave its output, or something stands in for it. */
  succeed(task: TaskIndex): void {
    this.#settle(task, SUCCEEDED);
    this.#succeeded++;
    if (this.#tallies === undefined && this.#skipAhead === undefined) this.#countDown(task);
    else this.#spread(task);
  }

  /** A task, wherever it was, will not be tried again. */
  fail(task: TaskIndex): void {
    this.#settle(task, FAILED);
    if (!this.#has(task, MAY_FAIL)) this.#failed++;
    this.#spread(task);
  }

  /** A task, wherever it was, is not to run or not to be tried again, and that is no failure. */
  skip(task: TaskIndex, reason: SkipReason): void {
    (this.#reasons ??= new Map()).set(task, reason);
    this.#settle(task, SKIPPED);
    this.#spread(task);
  }

  /** A task's conditions all said yes. */
  pass(task: TaskIndex): void {
    if (this.#state[task] === CHECKING) this.#queue(task);
  }

  /** A gated task got what it was waiting for: it is ready for a slot. */
  admit(task: TaskIndex): void {
    if (this.#state[task] !== QUEUED || this.#admitted?.has(task) === true) return;
    (this.#admitted ??= new Set()).add(task);
    this.#ready.add(this.#plan.place[task] ?? 0);
  }

  /** A running task's attempt failed and another will follow after a wait, without a slot. */
  retry(task: TaskIndex): void {
    this.#leave(task);
    this.#state[task] = RETRYING;
  }

  /** An open task waits for something outside the run, without a slot. */
  wait(task: TaskIndex): void {
    this.#leave(task);
    this.#state[task] = WAITING;
  }

  /** A wait is over: the task is queued again. */
  requeue(task: TaskIndex): void {
    const state = this.#state[task];
    if (state === RETRYING || state === WAITING) this.#queue(task);
  }

  /** A running task wants one slot more: `take` will name it again. It now has to `release` each slot it holds. */
  share(task: TaskIndex): void {
    this.#held ??= new Map();
    if (!this.#held.has(task)) this.#held.set(task, 1);
    this.#wanting ??= new Set();
    if (this.#wanting.has(task) || this.isCancelled(task)) return;
    this.#wanting.add(task);
    this.#ready.add(this.#plan.place[task] ?? 0);
  }

  /** A running task that shares gives back one slot, or no longer wants the one it asked for. */
  release(task: TaskIndex, what: 'slot' | 'wish'): void {
    if (what === 'wish') {
      if (this.#wanting?.delete(task) === true) this.#ready.delete(this.#plan.place[task] ?? 0);
      return;
    }
    (this.#held ??= new Map()).set(task, (this.#held.get(task) ?? 1) - 1);
    this.#freeSlots++;
  }

  /**
   * The run is cancelled: whatever does not run is cancelled now, whatever runs when it ends. Tasks that always run are
   * not touched, unless the run has not begun or is cancelled wholly.
   */
  cancel(how: 'gently' | 'wholly' = 'gently'): void {
    if (this.#cancelling === how || this.#cancelling === 'wholly') return;
    this.#cancelling = this.#begun ? how : 'wholly';
    const ended: TaskIndex[] = [];
    for (let task = 0; task < this.#state.length; task++) {
      const state = this.#state[task] ?? PENDING;
      if (state >= SUCCEEDED || !this.isCancelled(task)) continue;
      if (state === RUNNING) {
        this.release(task, 'wish');
        continue;
      }
      this.#settle(task, CANCELLED);
      this.#consequences?.cancelled(task);
      ended.push(task);
    }
    if (this.#cancelling === 'gently') for (const task of ended) this.#spread(task);
  }

  /** A running task of a cancelled run ended, whatever it gave. */
  cancelled(task: TaskIndex): void {
    this.#settle(task, CANCELLED);
    this.#spread(task);
  }

  /** Takes in a fact of a run's log. What follows from it is not told: the log says that, too, and it changes nothing. */
  apply(event: RunEvent): void {
    const told = this.#consequences;
    this.#consequences = undefined;
    applyEvent(this, this.#plan, event);
    this.#consequences = told;
  }

  #has(task: TaskIndex, trait: number): boolean {
    const { traits } = this.#plan;
    return traits !== undefined && ((traits[task] ?? 0) & trait) !== 0;
  }

  /** A task's rule said run. */
  #release(task: TaskIndex): void {
    this.#moving++;
    if (!this.#has(task, CONDITIONAL)) return this.#queue(task);
    this.#state[task] = CHECKING;
    this.#consequences?.check(task);
  }

  #queue(task: TaskIndex): void {
    this.#state[task] = QUEUED;
    if (!this.#has(task, GATED)) this.#ready.add(this.#plan.place[task] ?? 0);
    this.#consequences?.queued(task);
  }

  /** Gives back what an open task holds, wherever it is. */
  #leave(task: TaskIndex): void {
    const from = this.#state[task];
    if (from === RUNNING) {
      this.#freeSlots += this.#held?.get(task) ?? 1;
      if (this.#held === undefined) return;
      this.#held.delete(task);
      this.release(task, 'wish');
    } else if (from === QUEUED && (!this.#has(task, GATED) || this.#admitted?.delete(task) === true)) {
      this.#ready.delete(this.#plan.place[task] ?? 0);
    }
  }

  #settle(task: TaskIndex, to: number): void {
    if (this.#state[task] !== PENDING) this.#moving--;
    this.#leave(task);
    this.#state[task] = to;
    this.#open--;
  }

  /** A success where every rule is `all_success` and nothing was skipped: the common case, and the quick one. */
  #countDown(task: TaskIndex): void {
    const dependents = this.#plan.dependents[task] ?? [];
    for (let edge = 0; edge < dependents.length; edge++) {
      const dependent = dependents[edge] ?? NONE;
      const left = (this.#waitingFor[dependent] ?? 0) - 1;
      this.#waitingFor[dependent] = left;
      if (left === 0 && this.#state[dependent] === PENDING) this.#release(dependent);
    }
  }

  /** Tells what depends on a task that it has ended, and so on from those that thereby end. Loops, never recurses. */
  #spread(ended: TaskIndex): void {
    const reached = [ended];
    for (let cause = reached.pop(); cause !== undefined; cause = reached.pop()) {
      const dependents = this.#plan.dependents[cause] ?? [];
      for (let edge = 0; edge < dependents.length; edge++) {
        const dependent = dependents[edge] ?? NONE;
        if (this.#hears(dependent, cause)) reached.push(dependent);
      }
    }
  }

  /** Whether a task ends because a dependency has. */
  #hears(task: TaskIndex, ended: TaskIndex): boolean {
    const to = this.#state[ended] ?? PENDING;
    const left = (this.#waitingFor[task] ?? 0) - 1;
    this.#waitingFor[task] = left;
    const { rule = 'all_success' } = this.#plan.tasks[task] ?? {};
    if (this.#tallies !== undefined && rule !== 'all_success') {
      const verdict = this.#tallies.add(task, ended, to, left);
      if (verdict === undefined || this.#state[task] !== PENDING) return false;
      if (verdict !== 'run') return this.#end(task, verdict, ended, to);
      this.#release(task);
      return false;
    }
    if (to === SKIPPED) (this.#skipAhead ??= zeros(this.#state.length))[task] = 1;
    if (this.#state[task] !== PENDING) return false;
    if (to > SUCCEEDED && to !== SKIPPED) return this.#end(task, 'upstream_failed', ended, to);
    if (left > 0) return false;
    if (this.#skipAhead?.[task] === 1) return this.#end(task, 'skip', ended, to);
    this.#release(task);
    return false;
  }

  /** A rule's verdict was not to run. Names the dependency that decided it, the one that ended last or one before. */
  #end(task: TaskIndex, verdict: 'skip' | 'upstream_failed', last: TaskIndex, lastState: number): true {
    const { dependsOn = [], rule } = this.#plan.tasks[task] ?? {};
    const among = (wanted: (state: number) => boolean): TaskIndex => {
      if (wanted(lastState)) return last;
      for (const dependency of dependsOn) if (wanted(this.#state[dependency] ?? PENDING)) return dependency;
      return last;
    };
    if (verdict === 'skip') {
      const cause = rule === 'all_skipped' ? last : among((state) => state === SKIPPED);
      (this.#causes ??= new Map()).set(task, cause);
      (this.#reasons ??= new Map()).set(task, 'dependency');
      this.#settle(task, SKIPPED);
      this.#consequences?.skipped(task, cause);
    } else {
      const cause = among((state) => state > SUCCEEDED && state !== SKIPPED);
      (this.#causes ??= new Map()).set(task, cause);
      this.#settle(task, UPSTREAM_FAILED);
      this.#consequences?.upstreamFailed(task, cause);
    }
    return true;
  }
}
