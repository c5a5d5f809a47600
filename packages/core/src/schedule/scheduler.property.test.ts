import assert from 'node:assert/strict';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type RandomTask, randomConcurrency, randomGraph } from '../../test/random.ts';
import { compile } from '../compile/compile.ts';
import type { RunEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { TaskState } from '../model/state.ts';
import {
  type Fact,
  initialState,
  nextTask,
  type OracleState,
  type OracleTask,
  reduce,
} from './scheduler.oracle.ts';
import { NONE, Scheduler } from './scheduler.ts';

const FINAL: readonly TaskState[] = ['succeeded', 'failed', 'upstream_failed', 'cancelled'];

interface Told {
  readonly type: string;
  readonly task: string;
  readonly cause?: string;
}

/** The scheduler and its oracle, told the same facts and compared after each. */
class Pair {
  readonly tasks: readonly OracleTask[];
  readonly concurrency: number;
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly log: RunEvent[] = [];
  state: OracleState;
  #told: Told[] = [];

  constructor(graph: readonly RandomTask[], concurrency: number) {
    this.tasks = graph.map(({ dependsOn, ...task }) => ({
      ...task,
      dependsOn: dependsOn.map((index) => graph[index]?.id ?? ''),
    }));
    this.concurrency = concurrency;
    this.plan = planOf(this.tasks);
    this.state = initialState(this.tasks);
    const idOf = (index: number): string => this.plan.tasks[index]?.id ?? '';
    this.scheduler = new Scheduler(this.plan, concurrency, {
      queued: (task) => void this.#told.push({ type: 'queued', task: idOf(task) }),
      upstreamFailed: (task, cause) =>
        void this.#told.push({ type: 'upstreamFailed', task: idOf(task), cause: idOf(cause) }),
      cancelled: (task) => void this.#told.push({ type: 'cancelled', task: idOf(task) }),
    });
  }

  in(...states: readonly TaskState[]): string[] {
    return this.tasks.map(({ id }) => id).filter((id) => states.includes(this.state.tasks[id] ?? 'pending'));
  }

  /** Everything that could happen now. */
  possible(): Fact[] {
    if (this.state.cancelling) return this.in('running').map((task) => ({ type: 'cancelled', task }));
    const next = nextTask(this.tasks, this.concurrency, this.state);
    return [
      ...(next === undefined ? [] : [{ type: 'start', task: next } as const]),
      ...this.in('running').flatMap((task) => [
        { type: 'succeed', task } as const,
        { type: 'fail', task } as const,
      ]),
      ...this.in('running').map((task) => ({ type: 'retry', task }) as const),
      ...this.in('retrying').map((task) => ({ type: 'requeue', task }) as const),
      ...this.in('retrying', 'queued').map((task) => ({ type: 'fail', task }) as const),
      { type: 'cancel' },
    ];
  }

  tell(fact: Fact): void {
    const before = this.state;
    this.#told = [];
    const step = reduce(this.tasks, this.concurrency, before, fact);
    this.state = step.state;
    this.#apply(fact);
    this.#compareConsequences(step.commands);
    this.#compareStates();
    this.#checkInvariants(before);
    this.log.push(...this.#eventsOf(fact));
  }

  #apply(fact: Fact): void {
    const index = 'task' in fact ? (this.plan.indexOf.get(fact.task) ?? NONE) : NONE;
    switch (fact.type) {
      case 'begin':
      case 'cancel':
        return this.scheduler[fact.type]();
      case 'start':
        assert.equal(this.scheduler.take(), index);
        return undefined;
      case 'succeed':
      case 'fail':
      case 'retry':
      case 'requeue':
      case 'cancelled':
        return this.scheduler[fact.type](index);
    }
  }

  #compareConsequences(commands: ReturnType<typeof reduce>['commands']): void {
    const sorted = (list: readonly { type: string; task: string }[]): string[] =>
      list.map(({ type, task }) => `${type} ${task}`).toSorted();
    assert.deepEqual(sorted(this.#told), sorted(commands));
    const met = new Set<string>();
    for (const { type, task, cause = '' } of this.#told) {
      met.add(task);
      if (type !== 'upstreamFailed') continue;
      const command = commands.find((candidate) => candidate.task === task);
      assert(
        command?.type === 'upstreamFailed' && command.causes.includes(cause),
        `${cause} did not bring ${task} down`,
      );
      assert(
        this.state.tasks[cause] === 'failed' || met.has(cause),
        `${cause} brought ${task} down before it was down`,
      );
      assert.equal(this.scheduler.causeOf(this.plan.indexOf.get(task) ?? NONE), this.plan.indexOf.get(cause));
    }
  }

  #compareStates(): void {
    assert.deepEqual(statesOf(this.plan, this.scheduler), this.state.tasks);
    assert.equal(this.scheduler.open, this.tasks.length - this.in(...FINAL).length);
    assert.equal(this.scheduler.succeededCount, this.in('succeeded').length);
    assert.equal(this.scheduler.cancelling, this.state.cancelling);
    assert.equal(this.scheduler.hasNext, nextTask(this.tasks, this.concurrency, this.state) !== undefined);
  }

  /** Those in the header of scheduler.ts, by their numbers, looked at from outside. */
  #checkInvariants(before: OracleState): void {
    const states = statesOf(this.plan, this.scheduler);
    for (const { id, dependsOn } of this.tasks) {
      const [was = 'pending', is = 'pending'] = [before.tasks[id], states[id]];
      const active = is === 'queued' || is === 'running';
      assert(
        !active || dependsOn.every((dependency) => states[dependency] === 'succeeded'),
        `1: ${id} is too early`,
      );
      assert(is !== 'running' || was === 'running' || was === 'queued', `1: ${id} was started from ${was}`);
      assert(!FINAL.includes(was) || is === was, `3: ${id} went from ${was} to ${is}`);
      assert(!active || !before.cancelling || is === was, `4: ${id} became ${is} after the cancel`);
    }
    assert(this.in('running').length <= this.concurrency, '2: more tasks run than there are slots');
    assert(
      this.scheduler.open === 0 || this.in('queued', 'running', 'retrying').length > 0,
      '5: the run hangs',
    );
  }

  /** The facts as a run's log has them, consequences included. */
  #eventsOf(fact: Fact): RunEvent[] {
    const base = { run: 'r', at: 0 };
    const told = this.#told.map(({ type, task, cause = '' }): RunEvent => {
      if (type === 'queued') return { ...base, type: 'task.queued', task };
      return type === 'cancelled'
        ? { ...base, type: 'task.cancelled', task }
        : { ...base, type: 'task.upstream_failed', task, cause };
    });
    switch (fact.type) {
      case 'begin':
        return [
          { ...base, type: 'run.started', workflow: 'w', version: '0.0.0', input: undefined, total: 0 },
          ...told,
        ];
      case 'start':
        return [{ ...base, type: 'attempt.started', task: fact.task, attempt: 1 }];
      case 'succeed':
        return [{ ...base, type: 'task.succeeded', task: fact.task, output: undefined }, ...told];
      case 'fail':
        return [{ ...base, type: 'task.failed', task: fact.task, error: undefined }, ...told];
      case 'retry':
        return [
          { ...base, type: 'attempt.failed', task: fact.task, attempt: 1, error: undefined, retryInMs: 1 },
        ];
      case 'requeue':
        return told;
      case 'cancel':
        return [{ ...base, type: 'run.cancelling', reason: undefined }, ...told];
      case 'cancelled':
        return [{ ...base, type: 'task.cancelled', task: fact.task }];
    }
  }
}

function planOf(tasks: readonly OracleTask[]): Plan {
  const handler = (): void => undefined;
  return compile({
    definition: { id: 'w', version: '0.0.0', tasks: tasks.map((task) => ({ ...task, handler })) },
  });
}

function statesOf(plan: Plan, scheduler: Scheduler): Record<string, TaskState> {
  return Object.fromEntries(plan.tasks.map(({ id, index }) => [id, scheduler.stateOf(index)]));
}

/** Tells facts by choice, then lets the run end well. Cancelling is rarer than the rest, or no run would get far. */
function play(graph: readonly RandomTask[], concurrency: number, choices: readonly number[]): Pair {
  const pair = new Pair(graph, concurrency);
  pair.tell({ type: 'begin' });
  for (const choice of choices) {
    const facts = pair.possible().filter(({ type }) => type !== 'cancel' || choice % 97 === 0);
    const fact = facts[choice % facts.length];
    if (fact === undefined) break;
    pair.tell(fact);
  }
  const last = (): Fact | undefined => pair.possible().find(({ type }) => type !== 'cancel');
  for (let fact = last(); fact !== undefined; fact = last()) pair.tell(fact);
  return pair;
}

const choices = fc.array(fc.nat({ max: 10_000 }), { maxLength: 150 });

test('the scheduler does what the plain reducer does, whatever happens to a run and whenever', () => {
  fc.assert(
    fc.property(randomGraph(40), randomConcurrency, choices, (graph, concurrency, chosen) => {
      const pair = play(graph, concurrency, chosen);
      expect(pair.scheduler.open).toBe(0);
      const failed = pair.in('failed').length > 0 ? 'failed' : 'succeeded';
      expect(pair.scheduler.verdict).toBe(pair.state.cancelling ? 'cancelled' : failed);
    }),
    { numRuns: 300 },
  );
});

test('the whole log of a run brings a new scheduler to the same states and verdict', () => {
  fc.assert(
    fc.property(randomGraph(25), randomConcurrency, choices, (graph, concurrency, chosen) => {
      const pair = play(graph, concurrency, chosen);
      const replayed = new Scheduler(pair.plan, concurrency);
      for (const event of pair.log) replayed.apply(event);
      expect(statesOf(pair.plan, replayed)).toEqual(pair.state.tasks);
      expect([replayed.open, replayed.succeededCount, replayed.verdict]).toEqual([
        pair.scheduler.open,
        pair.scheduler.succeededCount,
        pair.scheduler.verdict,
      ]);
    }),
    { numRuns: 200 },
  );
});

test('a replayed run that is not over goes on with the same next task', () => {
  fc.assert(
    fc.property(randomGraph(25), randomConcurrency, choices, (graph, concurrency, chosen) => {
      const pair = new Pair(graph, concurrency);
      pair.tell({ type: 'begin' });
      for (const choice of chosen) {
        const facts = pair.possible().filter(({ type }) => type !== 'cancel');
        const fact = facts[choice % facts.length];
        if (fact !== undefined) pair.tell(fact);
      }
      const replayed = new Scheduler(pair.plan, concurrency);
      for (const event of pair.log) replayed.apply(event);
      expect(statesOf(pair.plan, replayed)).toEqual(pair.state.tasks);
      expect(replayed.take()).toBe(pair.scheduler.take());
    }),
    { numRuns: 200 },
  );
});
