import type { TaskIndex } from '../model/plan.ts';
import { checkConditions } from './conditions.ts';
import type { Gates } from './gates.ts';
import type { Loop } from './loop.ts';

/**
 * Looks at tasks whose rule said run: at their conditions, or at what they wait for beside a slot. In the order in which
 * they would start, as who asks first for a pool that is free has it.
 */
export function lookAt(due: TaskIndex[], loop: Loop, gates: () => Gates): void {
  const { tasks, place } = loop.plan;
  if (due.length > 1) due.sort((one, other) => (place[one] ?? 0) - (place[other] ?? 0));
  for (const index of due) {
    const task = tasks[index];
    if (task === undefined || !loop.scheduler.isOpen(index)) continue;
    if (loop.scheduler.isChecking(index)) checkConditions(loop, task);
    else gates().queued(task);
  }
}
