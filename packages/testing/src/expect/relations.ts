import type { Plan, TaskIndex } from '@wf-sdk/core';

export function indexOf(plan: Plan, id: string): TaskIndex {
  return plan.indexOf.get(id) ?? -1;
}

export function dependenciesOf(plan: Plan, id: string): readonly string[] {
  return Array.from(plan.tasks[indexOf(plan, id)]?.dependsOn ?? [], (index) => idOf(plan, index));
}

/** A shortest way from a task to one that has to wait for it, both included; `undefined` where it need not. */
export function wayBetween(plan: Plan, from: string, to: string): readonly string[] | undefined {
  const [start, end] = [indexOf(plan, from), indexOf(plan, to)];
  const cameFrom = new Map<TaskIndex, TaskIndex>();
  const reached = [start];
  for (const task of reached) {
    for (const dependent of plan.dependents[task] ?? []) {
      if (cameFrom.has(dependent)) continue;
      cameFrom.set(dependent, task);
      reached.push(dependent);
      if (dependent === end) return wayTo(plan, end, start, cameFrom);
    }
  }
  return undefined;
}

function wayTo(
  plan: Plan,
  end: TaskIndex,
  start: TaskIndex,
  cameFrom: ReadonlyMap<TaskIndex, TaskIndex>,
): readonly string[] {
  const way = [idOf(plan, end)];
  for (let task = end; task !== start;) {
    task = cameFrom.get(task) ?? start;
    way.unshift(idOf(plan, task));
  }
  return way;
}

/** Which outputs of other tasks a task needs to run at all, by the ID of the task that chooses. */
type Needs = ReadonlyMap<string, ReadonlySet<unknown>>;

/** A task whose output decides that at most one of two tasks runs, if there is any. */
export function choiceBetween(plan: Plan, a: string, b: string): string | undefined {
  const needs = new Map<TaskIndex, Needs>();
  for (const index of plan.order) needs.set(index, needsOf(plan, index, needs));
  const [first, second] = [needs.get(indexOf(plan, a)), needs.get(indexOf(plan, b))];
  const isOther = ([choice, labels]: readonly [string, ReadonlySet<unknown>]): boolean => {
    const others = second?.get(choice);
    return others !== undefined && ![...labels].some((label) => others.has(label));
  };
  return [...(first ?? [])].find(isOther)?.[0];
}

/** Its own branches, and those of all it depends on where it runs only if they succeeded. */
function needsOf(plan: Plan, index: TaskIndex, known: ReadonlyMap<TaskIndex, Needs>): Needs {
  const task = plan.tasks[index];
  const needs = new Map<string, ReadonlySet<unknown>>();
  const add = (choice: string, labels: ReadonlySet<unknown>): void => {
    const others = needs.get(choice);
    needs.set(
      choice,
      others === undefined ? labels : new Set([...labels].filter((label) => others.has(label))),
    );
  };
  for (const { task: choice, labels } of task?.definition.branches ?? []) add(choice, new Set(labels));
  if (task?.rule !== 'all_success') return needs;
  for (const dependency of task.dependsOn)
    for (const [choice, labels] of known.get(dependency) ?? []) add(choice, labels);
  return needs;
}

function idOf(plan: Plan, index: TaskIndex): string {
  return plan.tasks[index]?.id ?? '?';
}
