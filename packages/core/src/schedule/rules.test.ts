import { describe, expect, test } from 'vitest';

import { type PlanTask, planOf } from '../../test/plan.ts';
import type { Plan } from '../model/plan.ts';
import { TRIGGER_RULES, type TriggerRule } from '../model/trigger-rule.ts';
import { NONE, Scheduler } from './scheduler.ts';

/** How a dependency ends: S succeeded, K skipped, F failed, U upstream_failed, C cancelled. */
type End = 'S' | 'K' | 'F' | 'U' | 'C';
type Vector = readonly End[];

const ENDS: readonly End[] = ['S', 'K', 'F', 'U', 'C'];

/** The table of semantics.md, over the ends of all dependencies in a row. The first line that fits says the verdict. */
const TABLE: Readonly<Record<TriggerRule, readonly (readonly [RegExp, string])[]>> = {
  all_success: [
    [/^S+$/, 'run'],
    [/[FUC]/, 'upstream_failed'],
    [/K/, 'skipped'],
  ],
  all_failed: [
    [/^[FUC]+$/, 'run'],
    [/[SK]/, 'skipped'],
  ],
  all_done: [[/^[SKFUC]+$/, 'run']],
  all_done_min_one_success: [
    [/K/, 'skipped'],
    [/S/, 'run'],
    [/^[^S]+$/, 'upstream_failed'],
  ],
  all_skipped: [
    [/^K+$/, 'run'],
    [/[^K]/, 'skipped'],
  ],
  one_success: [
    [/S/, 'run'],
    [/^K+$/, 'skipped'],
    [/[FUC]/, 'upstream_failed'],
  ],
  one_failed: [
    [/[FUC]/, 'run'],
    [/^[^FUC]+$/, 'skipped'],
  ],
  one_done: [
    [/[SF]/, 'run'],
    [/^[KUC]+$/, 'skipped'],
  ],
  none_failed: [
    [/^[^FUC]+$/, 'run'],
    [/[FUC]/, 'upstream_failed'],
  ],
  none_failed_min_one_success: [
    [/[FUC]/, 'upstream_failed'],
    [/S/, 'run'],
    [/^K+$/, 'skipped'],
  ],
  none_skipped: [
    [/^[^K]+$/, 'run'],
    [/K/, 'skipped'],
  ],
  always: [[/^[SKFUC]+$/, 'run']],
};

/** Those of which the table says: does not wait, or: at once. */
const DO_NOT_WAIT: readonly TriggerRule[] = ['one_success', 'one_failed', 'one_done', 'always'];

function verdictByTable(rule: TriggerRule, vector: Vector): string {
  const row = TABLE[rule].find(([pattern]) => pattern.test(vector.join('')));
  if (row === undefined) throw new Error(`the table says nothing of ${rule} over ${vector.join('')}`);
  return row[1];
}

/** What is known of a vector's verdict when some of it has not come to be: what every completion agrees on. */
function verdictSoFar(rule: TriggerRule, ended: Vector, open: number): string {
  const verdicts = new Set(vectorsOf(open).map((rest) => verdictByTable(rule, [...ended, ...rest])));
  const [verdict = 'open'] = verdicts;
  if (verdicts.size > 1) return 'open';
  return verdict === 'run' && open > 0 && !DO_NOT_WAIT.includes(rule) ? 'open' : verdict;
}

function vectorsOf(length: number): readonly Vector[] {
  if (length === 0) return [[]];
  return vectorsOf(length - 1).flatMap((vector) => ENDS.map((end) => [...vector, end]));
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count + 1 }, (_, index) => index);
}

function ordersOf(size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  const last = size - 1;
  return ordersOf(last).flatMap((order) =>
    order.map((_, at) => order.toSpliced(at, 0, last)).concat([[...order, last]]),
  );
}

/**
 * A task `target` over dependencies that can end in these ways. A dependency is cancelled only where its run is, and in
 * a cancelled run only what always runs goes on: there everything else always runs.
 */
function planFor(rule: PlanTask['rule'], vector: Vector, setup?: string): Plan {
  const runsAlways = vector.includes('C');
  const dependencies = vector.flatMap((end, index): PlanTask[] => {
    const [id, feeder] = [`d${index}`, `feeder${index}`];
    if (end === 'U')
      return [
        { id: feeder, runsAlways },
        { id, dependsOn: [feeder], runsAlways },
      ];
    return [{ id, runsAlways: runsAlways && end !== 'C' }];
  });
  const dependsOn = vector.map((_, index) => `d${index}`);
  const target = { id: 'target', dependsOn, priority: -1, runsAlways, ...(rule && { rule }), setup };
  return planOf([...dependencies, target]);
}

/** Lets the dependencies end in this order. Gives the target's verdict before the first and after each. */
function play(plan: Plan, vector: Vector, order: readonly number[]) {
  const scheduler = new Scheduler(plan, Number.POSITIVE_INFINITY);
  const indexOf = (id: string): number => plan.indexOf.get(id) ?? NONE;
  const target = indexOf('target');
  scheduler.begin();
  for (const _ of vector) scheduler.take();
  if (vector.includes('C')) scheduler.cancel();
  const verdict = (): string => {
    const state = scheduler.stateOf(target);
    if (state === 'pending') return 'open';
    return state === 'queued' ? 'run' : state;
  };
  const verdicts = [verdict()];
  for (const at of order) {
    const end = vector[at];
    const dependency = indexOf(`d${at}`);
    if (end === 'S') scheduler.succeed(dependency);
    else if (end === 'F') scheduler.fail(dependency);
    else if (end === 'K') scheduler.skip(dependency, 'fallback');
    else if (end === 'C') scheduler.cancelled(dependency);
    else scheduler.fail(indexOf(`feeder${at}`));
    verdicts.push(verdict());
  }
  return {
    verdicts,
    cause: plan.tasks[scheduler.causeOf(target) ?? NONE]?.id,
    reason: scheduler.reasonOf(target),
  };
}

const VECTORS = [1, 2, 3].flatMap(vectorsOf);

describe.each(TRIGGER_RULES)('%s', (rule) => {
  test('gives the verdict of the table over every vector in every order, and as soon as it is known', () => {
    for (const vector of VECTORS) {
      const plan = planFor(rule, vector);
      for (const order of ordersOf(vector.length)) {
        const arrived = order.map((at) => vector[at] ?? 'S');
        const expected = upTo(vector.length).map((count) =>
          verdictSoFar(rule, arrived.slice(0, count), vector.length - count),
        );
        const { verdicts } = play(plan, vector, order);
        expect(verdicts, `${rule} over ${arrived.join('')}`).toEqual(expected);
        expect(verdicts.at(-1)).toBe(verdictByTable(rule, vector));
      }
    }
  });

  test('names as the cause a dependency that alone would have led to the same', () => {
    for (const vector of VECTORS) {
      const plan = planFor(rule, vector);
      const verdict = verdictByTable(rule, vector);
      for (const order of ordersOf(vector.length)) {
        const { cause, reason } = play(plan, vector, order);
        const alone = vector.flatMap((end, at) =>
          verdictByTable(rule, [end]) === verdict ? [`d${at}`] : [],
        );
        const admissible = verdict === 'run' ? [undefined] : alone;
        expect(admissible, `${rule} over ${vector.join('')} in order ${order.join()}`).toContain(cause);
        expect(reason).toBe(verdict === 'skipped' ? 'dependency' : undefined);
      }
    }
  });

  test('lets a task without dependencies run', () => {
    const scheduler = new Scheduler(planOf([{ id: 'target', rule }]), 1);
    scheduler.begin();
    expect(scheduler.stateOf(0)).toBe('queued');
  });
});

test('a teardown shares the fate of a setup that did not succeed at once, else runs when everything else has ended', () => {
  for (const vector of VECTORS) {
    const plan = planFor('teardown', vector, 'd0');
    for (const order of ordersOf(vector.length)) {
      const { verdicts } = play(plan, vector, order);
      const expected = upTo(vector.length).map((count) => {
        const ended = order.slice(0, count);
        if (ended.includes(0) && vector[0] === 'K') return 'skipped';
        if (ended.includes(0) && vector[0] !== 'S') return 'upstream_failed';
        return count === vector.length ? 'run' : 'open';
      });
      expect(verdicts, `over ${vector.join('')} in order ${order.join()}`).toEqual(expected);
    }
  }
});
