import { criticalPath, didYouMean, leaves, type Plan, roots } from '@wf-sdk/core';
import { drawGraph } from '../draw/graph.ts';
import type { Marks } from '../draw/marks.ts';
import { TestKitError } from '../run/test-kit-error.ts';
import { diffLines, toLines } from './line-diff.ts';
import { dependenciesOf, indexOf } from './relations.ts';
import { checkTasks } from './subject.ts';
import { explain, list, type Verdict } from './verdict.ts';

/** What is asked about the shape of a workflow as a whole. */
export const shapeChecks: {
  readonly toHaveTask: typeof toHaveTask;
  readonly toHaveRoots: typeof toHaveRoots;
  readonly toHaveLeaves: typeof toHaveLeaves;
  readonly toHaveCriticalPath: typeof toHaveCriticalPath;
  readonly toMatchGraph: typeof toMatchGraph;
} = { toHaveTask, toHaveRoots, toHaveLeaves, toHaveCriticalPath, toMatchGraph };

function toHaveTask(plan: Plan, negated: boolean, id: string): Verdict {
  return {
    pass: plan.indexOf.has(id),
    message: () =>
      negated
        ? explain(
            `workflow '${plan.id}' has a task '${id}', and should not`,
            drawGraph(plan, { marks: { [id]: '' } }),
          )
        : explain(
            `no task '${id}' in workflow '${plan.id}'${didYouMean(id, plan.indexOf.keys())}`,
            drawGraph(plan),
          ),
  };
}

function toHaveRoots(plan: Plan, negated: boolean, ...ids: readonly string[]): Verdict {
  const why = (id: string): string => `depends on ${list(dependenciesOf(plan, id))}`;
  return sameTasks(plan, negated, { ids, actual: roots(plan), noun: 'root', why });
}

function toHaveLeaves(plan: Plan, negated: boolean, ...ids: readonly string[]): Verdict {
  const why = (id: string): string => {
    const dependents = Array.from(
      plan.dependents[indexOf(plan, id)] ?? [],
      (task) => plan.tasks[task]?.id ?? '?',
    );
    return `${list(dependents)} ${dependents.length === 1 ? 'depends' : 'depend'} on it`;
  };
  return sameTasks(plan, negated, { ids, actual: leaves(plan), noun: 'leaf', why });
}

interface Tasks {
  readonly ids: readonly string[];
  readonly actual: readonly string[];
  readonly noun: 'root' | 'leaf';
  /** Why a task is none. */
  readonly why: (id: string) => string;
}

/** All of them and no other, in any order. */
function sameTasks(plan: Plan, negated: boolean, { ids, actual, noun, why }: Tasks): Verdict {
  check(plan, ids);
  const nouns = noun === 'leaf' ? 'leaves' : 'roots';
  const wrong = ids.filter((id) => !actual.includes(id));
  const unnamed = actual.filter((id) => !ids.includes(id));
  return {
    pass: wrong.length === 0 && unnamed.length === 0,
    message: () => {
      if (negated)
        return explain(
          `the ${nouns} of workflow '${plan.id}' are ${list(actual)}, and should not be just these`,
          drawGraph(plan, { marks: Object.fromEntries(actual.map((id) => [id, ''])) }),
        );
      const marks: Marks = Object.fromEntries([
        ...wrong.map((id) => [id, `no ${noun}: ${why(id)}`] as const),
        ...unnamed.map((id) => [id, `a ${noun} that was not expected`] as const),
      ]);
      return explain(
        `the ${nouns} of workflow '${plan.id}' are ${list(actual)}, not ${list(ids)}`,
        drawGraph(plan, { marks }),
      );
    },
  };
}

/** Any of several chains that are equally long will do: none of them is more critical than the others. */
function toHaveCriticalPath(plan: Plan, negated: boolean, ...ids: readonly string[]): Verdict {
  check(plan, ids);
  const actual = criticalPath(plan);
  const isChain = ids.every(
    (id, place) => place === 0 || dependenciesOf(plan, id).includes(ids[place - 1] ?? ''),
  );
  const path = isChain && ids.length === actual.length ? ids : actual;
  return {
    pass: path === ids,
    message: () =>
      explain(
        `the critical path of workflow '${plan.id}' is ${path.join(' → ')}, ${negated ? 'and should not be' : `not ${ids.join(' → ')}`}`,
        drawGraph(plan, {
          marks: Object.fromEntries(path.map((id, place) => [id, `${place + 1} of ${path.length}`])),
        }),
      ),
  };
}

function toMatchGraph(plan: Plan, negated: boolean, drawing?: string): Verdict {
  const actual = drawGraph(plan);
  if (typeof drawing !== 'string') {
    throw new TestKitError(
      `toMatchGraph needs a drawing here (only vitest writes it into the test by itself); this one can be put in:\n\n${actual}\n`,
    );
  }
  const [expectedLines, actualLines] = [toLines(drawing), toLines(actual)];
  return {
    pass: expectedLines.join('\n') === actualLines.join('\n'),
    message: () =>
      negated
        ? explain(`workflow '${plan.id}' matches this graph, and should not`, actual)
        : explain(
            `workflow '${plan.id}' does not match the graph (- expected, + it is)`,
            diffLines(expectedLines, actualLines),
          ),
  };
}

function check(plan: Plan, ids: readonly string[]): void {
  checkTasks({ id: plan.id, tasks: plan.indexOf.keys() }, ids);
}
