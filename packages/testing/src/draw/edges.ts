import type { TaskIndex } from '@wf-sdk/core';

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
