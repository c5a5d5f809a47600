import type { Plan, PlannedTask } from '../model/plan.ts';

/** The IDs of all tasks, each after those it depends on. */
export function topologicalOrder(plan: Plan): readonly string[] {
  return Array.from(plan.order, (task) => idOf(plan, task));
}

/** The tasks that depend on nothing. */
export function roots(plan: Plan): readonly string[] {
  return idsWhere(plan, (task) => task.dependsOn.length === 0);
}

/** The tasks that nothing depends on. */
export function leaves(plan: Plan): readonly string[] {
  return idsWhere(plan, (task) => plan.dependents[task.index]?.length === 0);
}

/** The tasks in batches: each depends only on tasks of batches before its own, so a batch can run in parallel. */
export function parallelLevels(plan: Plan): readonly (readonly string[])[] {
  const levels: string[][] = [];
  for (const { id, level } of plan.tasks) (levels[level] ??= []).push(id);
  return levels;
}

/** The longest chain of dependencies, first to last: with enough slots, the run takes as long as these. */
export function criticalPath(plan: Plan): readonly string[] {
  const path: string[] = [];
  let candidates: Iterable<number> = plan.tasks.keys();
  for (;;) {
    let next: PlannedTask | undefined;
    for (const index of candidates) {
      const task = plan.tasks[index];
      if (task !== undefined && task.rank > (next?.rank ?? 0)) next = task;
    }
    if (next === undefined) return path;
    path.push(next.id);
    candidates = plan.dependents[next.index] ?? [];
  }
}

function idsWhere(plan: Plan, matches: (task: PlannedTask) => boolean): readonly string[] {
  return plan.tasks.filter(matches).map(({ id }) => id);
}

function idOf(plan: Plan, task: number): string {
  return plan.tasks[task]?.id ?? '';
}
