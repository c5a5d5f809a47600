import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '@wf-sdk/testing';

import { planOf } from '../../test/plan.ts';
import { randomConcurrency, randomPlan } from '../../test/random.ts';
import type { FailurePolicy } from '../model/definition.ts';
import { GATED, type Plan } from '../model/plan.ts';
import type { TerminalTaskState } from '../model/state.ts';
import { finalVerdict, isUnsuccessful, type Verdict } from './rules.oracle.ts';
import { type OracleTask, runState } from './scheduler.oracle.ts';
import { NONE, Scheduler } from './scheduler.ts';

/** What becomes of a task if its rule lets it run. */
interface Fate {
  /** What its conditions say; absent where it has none. */
  readonly condition: 'pass' | 'skip' | 'fail';
  /** How often it is tried again, or waits, before it ends. */
  readonly detours: number;
  readonly end: 'succeed' | 'skip' | 'fail';
}

const fate: fc.Arbitrary<Fate> = fc.record({
  condition: fc.constantFrom('pass', 'pass', 'pass', 'skip', 'fail'),
  detours: fc.constantFrom(0, 0, 1, 2),
  end: fc.constantFrom('succeed', 'succeed', 'succeed', 'succeed', 'skip', 'fail'),
});

const SIZE = 25;

const scenario = fc.record({
  tasks: randomPlan(SIZE),
  fates: fc.array(fate, { minLength: SIZE, maxLength: SIZE }),
  policy: fc.constantFrom('any' as const, 'leaves' as const),
});

/** Makes everything happen that can, in an order of chance. */
function play(plan: Plan, fates: readonly Fate[], concurrency: number, random: () => number): Scheduler {
  const possible: (() => void)[] = [];
  const detours = new Map<number, number>();
  const scheduler = new Scheduler(plan, concurrency, {
    check: (task) => void possible.push(() => conclude(task)),
    queued: (task) => {
      if (((plan.traits?.[task] ?? 0) & GATED) !== 0) possible.push(() => scheduler.admit(task));
    },
    skipped: () => undefined,
    upstreamFailed: () => undefined,
    cancelled: () => undefined,
  });
  const conclude = (task: number): void => {
    const condition = fates[task]?.condition ?? 'pass';
    if (condition === 'skip') scheduler.skip(task, 'condition');
    else scheduler[condition](task);
  };
  const goOn = (task: number): void => {
    const { detours: wanted = 0, end = 'succeed' } = fates[task] ?? {};
    const made = detours.get(task) ?? 0;
    detours.set(task, made + 1);
    if (made < wanted) {
      if (made % 2 === 0) scheduler.retry(task);
      else scheduler.wait(task);
      possible.push(() => scheduler.requeue(task));
    } else if (end === 'skip') scheduler.skip(task, 'fallback');
    else scheduler[end](task);
  };
  scheduler.begin();
  while (possible.length > 0 || scheduler.hasNext) {
    const choice = Math.floor(random() * (possible.length + Number(scheduler.hasNext)));
    const [act] = possible.splice(choice, 1);
    act?.();
    const task = act === undefined ? scheduler.take() : NONE;
    if (task !== NONE) possible.push(() => goOn(task));
  }
  return scheduler;
}

/** How each task ends, from nothing but how its dependencies end. */
function endsOf(
  plan: Plan,
  tasks: readonly OracleTask[],
  fates: readonly Fate[],
): Map<string, TerminalTaskState> {
  const ends = new Map<string, TerminalTaskState>();
  for (const index of plan.order) {
    const task = tasks[index];
    if (task === undefined) continue;
    const { condition = 'pass', end = 'succeed' } = fates[index] ?? {};
    const verdict = verdictOf(task, ends);
    const action = task.conditional && condition !== 'pass' ? condition : end;
    ends.set(task.id, verdict === 'run' ? ENDED[action] : verdict);
  }
  return ends;
}

const ENDED = { succeed: 'succeeded', skip: 'skipped', fail: 'failed' } as const;

function verdictOf(
  { rule, setup = '', dependsOn }: OracleTask,
  ends: ReadonlyMap<string, TerminalTaskState>,
): Verdict {
  if (rule !== 'teardown')
    return finalVerdict(rule, new Set(dependsOn.map((id) => ends.get(id) ?? 'cancelled')));
  const prepared = ends.get(setup) ?? 'cancelled';
  if (prepared === 'skipped') return 'skipped';
  return isUnsuccessful(prepared) ? 'upstream_failed' : 'run';
}

function outcome(
  tasks: readonly OracleTask[],
  policy: FailurePolicy,
  ends: ReadonlyMap<string, TerminalTaskState>,
): unknown {
  const standings = Array.from(ends, ([id, state]) => [id, { state, reason: 'dependency' }] as const);
  return runState(tasks, policy, { tasks: Object.fromEntries(standings), phase: 'going' });
}

test('how each task and the run end depends on what becomes of the dependencies, not on the order of events', () => {
  fc.assert(
    fc.property(scenario, randomConcurrency, fc.integer(), ({ tasks, fates, policy }, concurrency, seed) => {
      const plan = planOf(tasks, policy);
      const ends = endsOf(plan, tasks, fates);
      const scheduler = play(plan, fates, concurrency, seededRandom(seed));
      expect(scheduler.open).toBe(0);
      expect(new Map(tasks.map(({ id }, index) => [id, scheduler.stateOf(index)]))).toEqual(
        new Map(tasks.map(({ id }) => [id, ends.get(id)])),
      );
      expect(scheduler.verdict).toBe(outcome(tasks, policy, ends));
    }),
    { numRuns: 500 },
  );
}, 30_000);
