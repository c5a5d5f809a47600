import type { Plan } from '../model/plan.ts';
import type { History, TaskHistory } from './history.ts';

/**
 * The tasks of an ended run that begin anew when it is retried, in the order in which the log names them: what did not succeed,
 * what was undone, what was asked for; all that depends on it; and the setup of a teardown that is to run again.
 */
export function tasksAnew(plan: Plan, { tasks }: History, from: string | undefined): readonly string[] {
  const anew = new Set<string>();
  const seeds = from === undefined ? [] : [from];
  for (const [id, past] of tasks) if (isBad(past)) seeds.push(id);
  for (let id = seeds.pop(); id !== undefined; id = seeds.pop()) {
    if (anew.has(id)) continue;
    anew.add(id);
    const index = plan.indexOf.get(id);
    if (index === undefined) continue;
    for (const dependent of plan.dependents[index] ?? []) seeds.push(plan.tasks[dependent]?.id ?? id);
    const { setup } = plan.tasks[index] ?? {};
    // What it tore down is not there any more.
    if (setup !== undefined && tasks.get(id)?.startedAt !== undefined)
      seeds.push(plan.tasks[setup]?.id ?? id);
  }
  return [...tasks.keys()].filter((id) => anew.has(id));
}

/** A task that was left out for its condition or branch was left out rightly, unless it depends on one that was not. */
function isBad({ last, undone }: TaskHistory): boolean {
  if (undone.size > 0) return true;
  return (
    last?.type === 'task.failed' || last?.type === 'task.upstream_failed' || last?.type === 'task.cancelled'
  );
}

/** Whether a task has got further than being queued: then it has to stay as it is. */
export function hasBegun({ startedAt, openedAt, last }: TaskHistory): boolean {
  if (startedAt !== undefined || openedAt !== undefined) return true;
  return last !== undefined && last.type !== 'task.queued';
}
