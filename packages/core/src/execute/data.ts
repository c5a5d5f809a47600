import type { Settled } from '../model/settled.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { Item } from './attempt.ts';

/** What became of a run's tasks so far, as a handler may read it. */
export interface Outputs {
  readonly input: unknown;
  readonly outputs: readonly unknown[];
  /** For rules that do not ask for success. */
  settledOf(
    task: TaskIndex,
  ): Settled<unknown, 'succeeded' | 'failed' | 'upstream_failed' | 'skipped' | 'cancelled' | 'pending'>;
}

/**
 * What a handler, a condition and the like read: the run's input, and each dependency by its ID. Under `all_success`,
 * and of a teardown's setup, that is the output itself; under any other rule what became of the dependency.
 */
export function dataOf(task: PlannedTask, run: Outputs): Record<string, unknown> {
  const data: Record<string, unknown> = { input: run.input };
  const { reads, dependsOn, rule, setup } = task;
  for (let edge = 0; edge < reads.length; edge++) {
    const dependency = dependsOn[edge] ?? -1;
    const plain = rule === 'all_success' || dependency === setup;
    data[reads[edge] ?? ''] = plain ? run.outputs[dependency] : run.settledOf(dependency);
  }
  return data;
}

/** The same for one item of a fanned-out task. */
export function itemDataOf(task: PlannedTask, item: Item, run: Outputs): Record<string, unknown> {
  const data = dataOf(task, run);
  data[task.definition.fanOut?.kind === 'matrix' ? 'matrix' : 'item'] = item.value;
  data['index'] = item.index;
  return data;
}
