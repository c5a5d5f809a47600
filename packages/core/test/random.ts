import fc from 'fast-check';

import { TRIGGER_RULES } from '../src/model/trigger-rule.ts';
import type { PlanTask } from './plan.ts';

/** A task of a random graph; `dependsOn` are places in the same list. */
export interface RandomTask {
  readonly id: string;
  readonly dependsOn: readonly number[];
  readonly priority: number;
}

/** What each task of a graph of `size` may pick its dependencies from, by the graph's shape. Earlier tasks only. */
const SHAPES = {
  free: (task: number) => range(0, task),
  chain: (task: number) => range(Math.max(0, task - 1), task),
  pairs: (task: number) => range(Math.max(0, task - 2), task),
  layers: (task: number) => range(Math.max(0, task - (task % 5) - 5), task - (task % 5)),
  fan: (task: number, size: number) => (task === size - 1 ? range(0, task) : range(0, Math.min(1, task))),
} as const;

/** Acyclic graphs of several shapes; the order of definition says nothing about the order of dependency. */
export function randomGraph(maxSize: number): fc.Arbitrary<readonly RandomTask[]> {
  const task = fc.record({
    picks: fc.array(fc.nat(), { maxLength: 4 }),
    priority: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -1, max: 2 }) },
    ),
    place: fc.nat(),
  });
  const shape = fc.constantFrom(...(Object.keys(SHAPES) as (keyof typeof SHAPES)[]));
  return fc
    .record({ shape, tasks: fc.array(task, { minLength: 1, maxLength: maxSize, size: 'max' }) })
    .map(({ shape, tasks }) => {
      const drafts = tasks.map(({ picks, priority, place }, index) => {
        const choice = SHAPES[shape](index, tasks.length);
        const all = shape === 'fan' && index === tasks.length - 1;
        const picked = all ? choice : picks.map((pick) => choice[pick % choice.length] ?? -1);
        return {
          index,
          priority,
          place,
          picked: [...new Set(picked)].filter((dependency) => dependency >= 0),
        };
      });
      const defined = drafts.toSorted((a, b) => a.place - b.place || a.index - b.index);
      const placeOf = new Map(defined.map(({ index }, place) => [index, place]));
      return defined.map(({ index, picked, priority }) => ({
        id: `t${index}`,
        dependsOn: picked.map((dependency) => placeOf.get(dependency) ?? -1),
        priority,
      }));
    });
}

/** Random graphs whose tasks have trigger rules, conditions and all else that a scheduler has to know of. */
export function randomPlan(maxSize: number): fc.Arbitrary<readonly Required<PlanTask>[]> {
  const seldom = fc.nat({ max: 3 }).map((chance) => chance === 0);
  const traits = fc.record({
    rule: fc.oneof(fc.constant('all_success' as const), fc.constantFrom('teardown', ...TRIGGER_RULES)),
    conditional: seldom,
    gated: seldom,
    runsAlways: seldom,
    mayFail: seldom,
  });
  const rows = fc.array(traits, { minLength: maxSize, maxLength: maxSize });
  return fc.tuple(randomGraph(maxSize), rows, seldom).map(([graph, all, plain]) => {
    const idOf = (place: number): string => graph[place]?.id ?? '';
    return graph.flatMap(({ id, dependsOn, priority }, index): Required<PlanTask>[] => {
      const own = all[index];
      if (own === undefined) return [];
      const task = { ...own, id, priority, dependsOn: dependsOn.map(idOf), setup: undefined };
      const [setup] = dependsOn;
      if (plain || (own.rule === 'teardown' && setup === undefined))
        return [{ ...task, rule: 'all_success' }];
      if (own.rule !== 'teardown' || setup === undefined) return [task];
      return [{ ...task, runsAlways: true, setup: idOf(setup) }];
    });
  });
}

export const randomConcurrency: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 5 }),
  fc.constant(Number.POSITIVE_INFINITY),
);

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, offset) => from + offset);
}
