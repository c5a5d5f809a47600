import type { TaskDefinition } from '../model/definition.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { literalsOf } from './literals.ts';
import { show } from './show.ts';

/** Warns of each label that a task can give, as its output schema says, and for which no task is on a branch. */
export function unhandledBranches(tasks: readonly TaskDefinition[]): Diagnostic[] {
  const handled = new Map<string, Set<unknown>>();
  for (const { branches = [] } of tasks) {
    for (const { task, labels } of branches) {
      const known = handled.get(task) ?? new Set();
      handled.set(task, known);
      for (const label of labels) known.add(label);
    }
  }
  if (handled.size === 0) return [];
  return tasks.flatMap(({ id, output }) => {
    const known = handled.get(id);
    const labels = output === undefined ? undefined : literalsOf(output);
    if (known === undefined || labels === undefined) return [];
    return labels
      .filter((label) => !known.has(label))
      .map((label) => ({
        code: 'unhandled_branch' as const,
        task: id,
        message: `task '${id}' can give ${show(label)}, and no task is on that branch; add one with .onBranch('${id}', ${show(label)})`,
      }));
  });
}
