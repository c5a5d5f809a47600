import { keptTasks, type StoredRun, type TaskDefinition, type WorkflowDefinition } from '@wf-sdk/core';

/** What can be shown of a run's workflow without loading it: its tasks and how they hang together. */
export function keptDefinition(run: StoredRun): WorkflowDefinition {
  const { workflow: id, version } = run;
  return { id, version, tasks: keptTasks(run).map(toDefinition) };
}

function toDefinition({
  id,
  dependsOn,
  fansOut,
  allowFailure,
}: ReturnType<typeof keptTasks>[number]): TaskDefinition {
  return {
    id,
    dependsOn,
    ...(fansOut && { fanOut: { kind: 'matrix', axes: {} } }),
    ...(allowFailure && { allowFailure }),
  };
}
