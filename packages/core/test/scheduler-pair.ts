import assert from 'node:assert/strict';

import type { FailurePolicy } from '../src/model/definition.ts';
import type { RunEvent } from '../src/model/event.ts';
import type { Plan } from '../src/model/plan.ts';
import type { TaskState } from '../src/model/state.ts';
import { knownVerdict } from '../src/schedule/rules.oracle.ts';
import {
  type Command,
  type Fact,
  initialState,
  isCancelled,
  isOver,
  nextTask,
  type OracleState,
  type OracleTask,
  reduce,
  runState,
  slotsHeld,
  type Standing,
  standingOf,
} from '../src/schedule/scheduler.oracle.ts';
import { NONE, Scheduler } from '../src/schedule/scheduler.ts';
import { eventsOf, type Told } from './facts.ts';
import { planOf } from './plan.ts';

/** The scheduler and its oracle, told the same facts and compared after each. */
export class SchedulerPair {
  readonly tasks: readonly OracleTask[];
  readonly concurrency: number;
  readonly policy: FailurePolicy;
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly log: RunEvent[] = [];
  state: OracleState;
  #told: Told[] = [];

  constructor(tasks: readonly OracleTask[], concurrency: number, policy: FailurePolicy) {
    this.tasks = tasks;
    this.concurrency = concurrency;
    this.policy = policy;
    this.plan = planOf(tasks, policy);
    this.state = initialState(tasks);
    const tell = (told: Told): void => void this.#told.push(told);
    const idOf = (index: number): string => this.plan.tasks[index]?.id ?? '';
    this.scheduler = new Scheduler(this.plan, concurrency, {
      check: (task) => tell({ type: 'check', task: idOf(task) }),
      queued: (task) => tell({ type: 'queued', task: idOf(task) }),
      skipped: (task, cause) => tell({ type: 'skipped', task: idOf(task), cause: idOf(cause) }),
      upstreamFailed: (task, cause) => tell({ type: 'upstreamFailed', task: idOf(task), cause: idOf(cause) }),
      cancelled: (task) => tell({ type: 'cancelled', task: idOf(task) }),
    });
  }

  get next(): string | undefined {
    return nextTask(this.tasks, this.concurrency, this.state);
  }

  /** What the run's state will be, if nothing is open. */
  get verdict(): string {
    return runState(this.tasks, this.policy, this.state);
  }

  indexOf(id: string): number {
    return this.plan.indexOf.get(id) ?? NONE;
  }

  tell(fact: Fact): void {
    const before = this.state;
    this.#told = [];
    const step = reduce(this.tasks, this.concurrency, before, fact);
    this.state = step.state;
    this.#apply(fact);
    this.#compareConsequences(before, step.commands);
    this.#callLate();
    this.#compareStates();
    this.#checkInvariants(before, fact);
    this.log.push(...eventsOf(before, fact, this.#told));
  }

  #apply(fact: Fact): void {
    const { scheduler } = this;
    const index = 'task' in fact ? this.indexOf(fact.task) : NONE;
    switch (fact.type) {
      case 'begin':
        return scheduler.begin();
      case 'cancel':
        return scheduler.cancel(fact.how);
      case 'take':
        return assert.equal(scheduler.take(), index);
      case 'giveBack':
        return scheduler.release(index, 'slot');
      case 'unshare':
        return scheduler.release(index, 'wish');
      case 'skip':
        return scheduler.skip(index, fact.reason);
      case 'pass':
      case 'admit':
      case 'retry':
      case 'wait':
      case 'requeue':
      case 'share':
      case 'succeed':
      case 'fail':
      case 'cancelled':
        return scheduler[fact.type](index);
    }
  }

  /** What comes when it is no longer wanted changes nothing. */
  #callLate(): void {
    const told = this.#told.length;
    for (const [index, task] of this.tasks.entries()) {
      const standing = standingOf(this.state, task.id);
      const { state } = standing;
      if (state !== 'checking') this.scheduler.pass(index);
      if (state !== 'retrying' && state !== 'waiting') this.scheduler.requeue(index);
      if (state !== 'queued' || (task.gated && standing.ready)) this.scheduler.admit(index);
      if (state === 'running' && isCancelled(task, this.state)) this.scheduler.share(index);
      if (state !== 'running') this.scheduler.release(index, 'wish');
    }
    assert.equal(this.#told.length, told, 'late calls had consequences');
  }

  #compareConsequences(before: OracleState, commands: readonly Command[]): void {
    const sorted = (list: readonly { type: string; task: string }[]): string[] =>
      list.map(({ type, task }) => `${type} ${task}`).toSorted();
    assert.deepEqual(sorted(this.#told), sorted(commands));
    const met = new Set(this.tasks.map(({ id }) => id).filter((id) => isOver(standingOf(before, id))));
    const over = new Set(this.#told.map(({ task }) => task));
    for (const { type, task, cause = '' } of this.#told) {
      met.add(task);
      if (type !== 'skipped' && type !== 'upstreamFailed') continue;
      const command = commands.find((candidate) => candidate.task === task);
      assert(command !== undefined && 'causes' in command);
      assert(command.causes.includes(cause), `${cause} did not make ${task} ${type}`);
      assert(met.has(cause) || !over.has(cause), `${cause} made ${task} ${type} before it was over`);
      assert.equal(this.scheduler.causeOf(this.indexOf(task)), this.indexOf(cause));
    }
  }

  #compareStates(): void {
    const { scheduler, state, tasks } = this;
    assert.deepEqual(statesOf(this.plan, scheduler), seen(state));
    const standings = tasks.map(({ id }) => standingOf(state, id));
    assert.equal(scheduler.open, standings.filter((standing) => !isOver(standing)).length);
    assert.equal(
      scheduler.succeededCount,
      standings.filter((standing) => standing.state === 'succeeded').length,
    );
    assert.equal(scheduler.verdict === 'cancelled', state.phase.startsWith('cancelled'));
    assert.equal(scheduler.hasNext, this.next !== undefined);
    for (const [index, task] of tasks.entries()) {
      const standing = standingOf(state, task.id);
      assert.equal(scheduler.isRunning(index), standing.state === 'running');
      assert.equal(scheduler.isOpen(index), !isOver(standing));
      assert.equal(scheduler.isCancelled(index), isCancelled(task, state));
      assert.equal(scheduler.reasonOf(index), standing.state === 'skipped' ? standing.reason : undefined);
    }
  }

  /** Those in the header of scheduler.ts, by their numbers, looked at from outside; the sixth has its own test. */
  #checkInvariants(before: OracleState, fact: Fact): void {
    const states = statesOf(this.plan, this.scheduler);
    const was = seen(before);
    const about = 'task' in fact ? fact.task : undefined;
    for (const task of this.tasks) {
      const { id } = task;
      const [from, to] = [was[id] ?? 'pending', states[id] ?? 'pending'];
      if (from === to) continue;
      if (from === 'pending' && to === 'queued') {
        assert(!task.conditional || (fact.type === 'pass' && about === id), `1: ${id} was not checked`);
        assert(saysRun(task, states), `1: ${id} is too early`);
      }
      assert(
        to !== 'running' || (from === 'queued' && fact.type === 'take'),
        `1: ${id} was started from ${from}`,
      );
      assert(!isOver({ state: from } as Standing), `3: ${id} went from ${from} to ${to}`);
      const starts = to === 'queued' || to === 'running';
      assert(!starts || !isCancelled(task, before), `4: ${id} became ${to} after the cancel`);
    }
    const held = slotsHeld(this.tasks, this.state);
    assert(held <= this.concurrency, '2: more slots are held than there are');
    assert(
      fact.type !== 'take' || !this.tasks.some((task) => task.id === about && isCancelled(task, before)),
      `4: ${about} got a slot after the cancel`,
    );
    const stuck = this.tasks.every(({ id }) => {
      const standing = standingOf(this.state, id);
      return isOver(standing) || standing.state === 'pending';
    });
    assert(this.state.phase === 'new' || this.scheduler.open === 0 || !stuck, '5: the run hangs');
  }
}

/** Each task's state as it looks from outside. */
export function seen(state: OracleState): Record<string, TaskState> {
  return Object.fromEntries(
    Object.entries(state.tasks).map(([id, standing]) => [
      id,
      standing.state === 'checking' ? 'pending' : standing.state,
    ]),
  );
}

export function statesOf(plan: Plan, scheduler: Scheduler): Record<string, TaskState> {
  return Object.fromEntries(plan.tasks.map(({ id, index }) => [id, scheduler.stateOf(index)]));
}

function saysRun(
  { rule, setup = '', dependsOn }: OracleTask,
  states: Readonly<Record<string, TaskState>>,
): boolean {
  const ended = dependsOn
    .map((id) => ({ state: states[id] ?? 'pending' }) as Standing)
    .filter(isOver)
    .map(({ state }) => state);
  const open = dependsOn.length - ended.length;
  if (rule === 'teardown') return open === 0 && states[setup] === 'succeeded';
  return knownVerdict(rule, new Set(ended) as never, open) === 'run';
}
