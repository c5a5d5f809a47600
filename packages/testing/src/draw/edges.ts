import type { Plan, PlannedTask, TaskIndex } from '@wf-sdk/core';

/**
 * Each task's dependencies as they are drawn. Of what a teardown waits for without naming it, those are left out that
 * another one waits for: there may be many, and the order is the same without.
 */
export function drawnEdges(plan: Plan): readonly (readonly TaskIndex[])[] {
  return plan.tasks.map((task) => edgesOf(task, plan));
}

function edgesOf({ dependsOn, reads }: PlannedTask, plan: Plan): readonly TaskIndex[] {
  const all = Array.from(dependsOn);
  if (all.length === reads.length) return all;
  const waitedFor = new Set(all);
  const isLast = (task: TaskIndex): boolean =>
    !Array.from(plan.dependents[task] ?? []).some((dependent) => waitedFor.has(dependent));
  return all.filter((task, place) => place < reads.length || isLast(task));
}

/**
 * Every task after those it depends on, and otherwise as they were defined: what is added to a workflow moves nothing
 * that was there.
 */
export function drawingOrder(edges: readonly (readonly TaskIndex[])[]): readonly TaskIndex[] {
  const order: TaskIndex[] = [];
  const entered = new Set<TaskIndex>();
  for (const start of edges.keys()) {
    // A stack in the place of recursion: a chain may be longer than the stack is deep.
    const open: { readonly task: TaskIndex; next: number }[] = [];
    const enter = (task: TaskIndex): void => {
      if (entered.has(task)) return;
      entered.add(task);
      open.push({ task, next: 0 });
    };
    enter(start);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const dependency = edges[top.task]?.[top.next++];
      if (dependency !== undefined) enter(dependency);
      else {
        order.push(top.task);
        open.pop();
      }
    }
  }
  return order;
}
