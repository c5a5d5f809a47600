import type { PlannedTask } from '../model/plan.ts';

/** What a handler reads: its dependencies' outputs by ID, and the run's input. Not made for one that cannot see it. */
export function dataFor(task: PlannedTask, outputs: readonly unknown[], input: unknown): never {
  if (!task.readsData) return undefined as never;
  const data: Record<string, unknown> = { input };
  const ids = task.definition.dependsOn;
  for (let edge = 0; edge < ids.length; edge++) {
    data[ids[edge] ?? ''] = outputs[task.dependsOn[edge] ?? -1];
  }
  return data as never;
}
