import type { Branch, Plan, PlannedTask, TaskDefinition } from '@wf-sdk/core';

/** What decides whether, how often and as what a task runs, beside its dependencies: a few words each. */
export function factsOf({ definition, rule, setup }: PlannedTask, { tasks }: Plan): readonly string[] {
  const { branches = [], conditions, runAlways, allowFailure, fanOut, child, sleep, signal } = definition;
  const usual = runAlways === true ? 'all_done' : 'all_success';
  const facts: readonly (readonly [holds: boolean, words: string])[] = [
    [rule !== usual && rule !== 'teardown', rule],
    [setup !== undefined, `teardown of ${tasks[setup ?? -1]?.id ?? '?'}`],
    ...branches.map((branch) => [true, branchWords(branch)] as const),
    [conditions !== undefined, 'on a condition'],
    [runAlways === true, 'runs always'],
    [fanOut !== undefined, fanOut?.kind === 'matrix' ? matrixWords(fanOut.axes) : 'for each item'],
    [child !== undefined, childWords(child)],
    [sleep !== undefined, 'sleeps'],
    [signal !== undefined, `waits for signal ${signal?.name ?? ''}`],
    [allowFailure === true, 'may fail'],
  ];
  return facts.filter(([holds]) => holds).map(([, words]) => words);
}

function branchWords({ task, labels }: Branch): string {
  return `${task} = ${labels.map(String).join(' | ')}`;
}

function matrixWords(axes: Readonly<Record<string, readonly unknown[]>>): string {
  const sizes = Object.entries(axes).map(([axis, values]) => `${values.length} ${axis}`);
  return `matrix of ${sizes.join(' × ')}`;
}

/** One that is looked up by a function is not: a graph is drawn without calling the user's code. */
function childWords(child: TaskDefinition['child']): string {
  return child === undefined || typeof child.workflow === 'function'
    ? 'runs a workflow'
    : `runs workflow ${child.workflow.definition.id}`;
}
