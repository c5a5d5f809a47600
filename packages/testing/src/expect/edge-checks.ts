import type { Plan } from '@wf-sdk/core';
import { drawGraph } from '../draw/graph.ts';
import type { Marks } from '../draw/marks.ts';
import { TestKitError } from '../run/test-kit-error.ts';
import { choiceBetween, dependenciesOf, wayBetween } from './relations.ts';
import { checkCount, checkTasks } from './subject.ts';
import { explain, list, type Verdict } from './verdict.ts';

/** What is asked about single tasks of a workflow and the ways between them. */
export const edgeChecks: {
  readonly toDependOn: typeof toDependOn;
  readonly toRunBefore: typeof toRunBefore;
  readonly toRunInParallelWith: typeof toRunInParallelWith;
} = { toDependOn, toRunBefore, toRunInParallelWith };

function toDependOn(plan: Plan, negated: boolean, task: string, ...dependencies: readonly string[]): Verdict {
  check(plan, [task, ...dependencies]);
  checkCount('toDependOn', dependencies, 1);
  const own = dependenciesOf(plan, task);
  const [has, lacks] = [dependencies.filter(isIn(own)), dependencies.filter((id) => !isIn(own)(id))];
  return {
    pass: negated ? has.length > 0 : lacks.length === 0,
    message: () =>
      negated
        ? explain(
            `task '${task}' of workflow '${plan.id}' depends on ${list(has)}, and should not`,
            drawGraph(plan, {
              marks: { ...remark(has, `'${task}' depends on it`), [task]: `depends on ${list(own)}` },
            }),
          )
        : explain(
            `task '${task}' of workflow '${plan.id}' does not depend on ${list(lacks)}${indirectly(plan, task, lacks)}`,
            drawGraph(plan, {
              marks: { ...remark(lacks, `no dependency of '${task}'`), [task]: `depends on ${list(own)}` },
            }),
          ),
  };
}

/** What is waited for by way of other tasks is no dependency: its output is not there to read. */
function indirectly(plan: Plan, task: string, ids: readonly string[]): string {
  const ways = ids.map((id) => wayBetween(plan, id, task)).filter((way) => way !== undefined);
  const [way] = ways;
  return way === undefined ? '' : ` directly, only by way of ${list(way.slice(1, -1))} (that is toRunBefore)`;
}

function toRunBefore(plan: Plan, negated: boolean, first: string, second: string): Verdict {
  check(plan, [first, second]);
  checkDifferent('toRunBefore', first, second);
  const way = wayBetween(plan, first, second);
  return {
    pass: way !== undefined,
    message: () =>
      negated
        ? explain(
            `task '${second}' of workflow '${plan.id}' runs after '${first}', and should not`,
            drawGraph(plan, { marks: alongWay(way) }),
          )
        : explain(
            `task '${first}' of workflow '${plan.id}' need not run before '${second}': ${
              wayBetween(plan, second, first) === undefined
                ? 'neither waits for the other'
                : 'it runs after it'
            }`,
            drawGraph(plan, {
              marks: {
                [first]: 'should run before …',
                [second]: '… this',
              },
            }),
          ),
  };
}

function toRunInParallelWith(plan: Plan, negated: boolean, task: string, other: string): Verdict {
  check(plan, [task, other]);
  checkDifferent('toRunInParallelWith', task, other);
  const way = wayBetween(plan, task, other) ?? wayBetween(plan, other, task);
  const choice = way === undefined ? choiceBetween(plan, task, other) : undefined;
  const where = `of workflow '${plan.id}'`;
  const draw = (marks: Marks): string => drawGraph(plan, { marks });
  return {
    pass: way === undefined && choice === undefined,
    message: () => {
      if (way !== undefined)
        return explain(
          `tasks '${task}' and '${other}' ${where} cannot run in parallel: '${way.at(-1) ?? ''}' waits for '${way[0] ?? ''}'`,
          draw(alongWay(way)),
        );
      if (choice !== undefined)
        return explain(
          `tasks '${task}' and '${other}' ${where} never run in the same run: they are on different branches of '${choice}'`,
          draw({ [choice]: 'chooses between them', ...remark([task, other], `needs its own '${choice}'`) }),
        );
      return explain(
        `tasks '${task}' and '${other}' ${where} can run in parallel, and ${negated ? 'should not' : 'should'}: neither waits for the other`,
        draw(remark([task, other], '')),
      );
    },
  };
}

function check(plan: Plan, ids: readonly string[]): void {
  checkTasks({ id: plan.id, tasks: plan.indexOf.keys() }, ids);
}

function checkDifferent(matcher: string, task: string, other: string): void {
  if (task === other)
    throw new TestKitError(`${matcher} needs two different tasks, and was given '${task}' twice`);
}

function isIn(ids: readonly string[]): (id: string) => boolean {
  return (id) => ids.includes(id);
}

function remark(ids: readonly string[], words: string): Marks {
  return Object.fromEntries(ids.map((id) => [id, words]));
}

/** Each task of a way, with the one it waits for. */
function alongWay(way: readonly string[] = []): Marks {
  return Object.fromEntries(
    way.map((id, place) => [id, place === 0 ? '' : `waits for '${way[place - 1] ?? ''}'`]),
  );
}
