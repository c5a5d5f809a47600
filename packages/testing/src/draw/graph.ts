import { type Edge, edgesOf, factsOf, type Plan } from '@wf-sdk/core';
import { drawingOrder } from './edges.ts';
import { layLanes } from './lanes.ts';
import { type DrawOptions, type Line, markLines } from './marks.ts';

/**
 * The graph of a workflow as a drawing: a line for each task, after those it depends on, with what decides about it in
 * brackets. From each task a lane runs down to all that depend on it:
 *
 * ```text
 * ○ extract
 * │ ○ rates
 * ├─│─● clean
 * ■ │ │ audit  (may fail)
 *   ■─╯ load
 * ```
 *
 * `├ ┼ ┤` lead into a lane, and `╰ ┴ ╯` where it ends; past one, a line goes behind it (`─│─`). `○` depends on nothing, on
 * `■` depends nothing, and `□` stands alone. Only in a graph that would else be too wide, tasks on which the same tasks
 * depend share a lane: `◉` and `◎` are below another in it, and do not depend on it.
 *
 * The same graph is always drawn the same, and a task that is added changes no line that has nothing to do with it.
 */
export function drawGraph(plan: Plan, { marks }: DrawOptions = {}): string {
  const drawn = plan.tasks.map((task) => edgesOf(task, plan));
  const edges = drawn.map((into) => into.map(({ from }) => from));
  const order = drawingOrder(edges);
  const rows = layLanes(order, edges);
  const lines = order.flatMap((index): readonly Line[] => {
    const task = plan.tasks[index];
    if (task === undefined) return [];
    const facts = [...branchesIn(drawn[index] ?? [], plan), ...factsOf(task, plan)];
    const words = facts.length === 0 ? task.id : `${task.id}  (${facts.join(', ')})`;
    return [{ task: task.id, text: `${rows.get(index) ?? ''} ${words}` }];
  });
  return markLines(lines, marks).join('\n');
}

/** A branch is taken only where the other task gives one of its labels. */
function branchesIn(edges: readonly Edge[], { tasks }: Plan): readonly string[] {
  return edges.flatMap(({ from, labels }) =>
    labels.length === 0 ? [] : [`${tasks[from]?.id ?? '?'} = ${labels.join(' | ')}`],
  );
}
