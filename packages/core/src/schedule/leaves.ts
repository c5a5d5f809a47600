import { zeros } from '../lib/zeros.ts';
import { MAY_FAIL, type Plan, type TaskIndex, TEARDOWN } from '../model/plan.ts';
import { FAILED, UPSTREAM_FAILED } from './task-states.ts';

/**
 * Whether a failure has reached a leaf: a task on which nothing depends, teardowns aside. A leaf that is
 * `upstream_failed` because of nothing but tasks that may fail has not. Source: how Airflow decides the state of a run.
 *
 * Looks at all that brought a task down and not at the dependency that is named as the cause: which one that is depends
 * on the order in which they ended.
 */
export function leavesFailed(plan: Plan, state: readonly number[]): boolean {
  const reached = zeros(state.length);
  const has = (task: TaskIndex, trait: number): boolean => ((plan.traits?.[task] ?? 0) & trait) !== 0;
  const broughtDown = (task: TaskIndex): boolean => {
    const { dependsOn = [], setup } = plan.tasks[task] ?? {};
    if (setup !== undefined) return reached[setup] === 1;
    return Array.from(dependsOn).some((dependency) => reached[dependency] === 1);
  };
  return Array.from(plan.order).some((task) => {
    const fails =
      state[task] === FAILED ? !has(task, MAY_FAIL) : state[task] === UPSTREAM_FAILED && broughtDown(task);
    reached[task] = Number(fails);
    if (!fails || has(task, TEARDOWN)) return false;
    return Array.from(plan.dependents[task] ?? []).every((dependent) => has(dependent, TEARDOWN));
  });
}
