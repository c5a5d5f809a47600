import type { RecoveryRule, TaskDefinition, WorkflowDefinition } from '@wf-sdk/core';

/**
 * A structure-only run: a task without a stub gives nothing, or the first label that a branch asks for. What would be
 * made from such outputs is not made: conditions say yes, fan-outs and runs of other workflows are as one task, and the
 * workflow has no output.
 */
export function filledIn(
  definition: WorkflowDefinition,
  stubs: object,
  hasInput: boolean,
): WorkflowDefinition {
  const { tasks } = definition;
  const isKnown = (id: string): boolean => Object.hasOwn(stubs, id);
  return {
    ...definition,
    input: hasInput ? definition.input : undefined,
    output: hasInput && tasks.every(({ id }) => isKnown(id)) ? definition.output : undefined,
    tasks: tasks.map((task) => {
      const readsFilledIn = !hasInput || !task.dependsOn.every(isKnown);
      const asked = unmended(readsFilledIn ? unasked(task) : task);
      return isKnown(task.id) ? asked : asOne(asked, labelFor(task.id, tasks));
    }),
  };
}

/** Its functions of the data are not asked: the data is not there. */
function unasked(task: TaskDefinition): TaskDefinition {
  const { fallback, fanOut, sleep, pools } = task;
  return {
    ...task,
    conditions: undefined,
    fanOut: fanOut?.kind === 'each' ? { ...fanOut, select: () => [] } : fanOut,
    fallback: fallback?.kind === 'function' ? { kind: 'value', value: undefined } : fallback,
    sleep: typeof sleep === 'function' ? 0 : sleep,
    pools: pools?.map((demand) => (demand.key === undefined ? demand : { ...demand, key: () => '' })),
  };
}

function asOne(task: TaskDefinition, output: unknown): TaskDefinition {
  if (task.sleep !== undefined) return task;
  const { compensate } = task;
  return {
    ...task,
    fanOut: undefined,
    child: undefined,
    signal: undefined,
    output: undefined,
    secrets: undefined,
    handler: () => output,
    compensate: compensate && { ...compensate, undo: () => undefined },
  };
}

/** What rules call to mend something is not called: nothing is broken. */
function unmended(task: TaskDefinition): TaskDefinition {
  const { recover } = task;
  if (recover === undefined) return task;
  const unmend = ({ match, action }: RecoveryRule): RecoveryRule => ({
    match,
    action: action.type === 'run_then_retry' ? { ...action, repair: () => undefined } : action,
  });
  return { ...task, recover: recover.map(unmend) };
}

function labelFor(id: string, tasks: readonly TaskDefinition[]): unknown {
  for (const { branches } of tasks) {
    const branch = branches?.find(({ task }) => task === id);
    if (branch !== undefined) return branch.labels[0];
  }
  return undefined;
}
