import type { PlannedTask } from '../model/plan.ts';
import type { RecoveryAction } from '../model/recovery.ts';

/** Whether more than one attempt can be made of a task; of its items, where it is fanned out. */
export function mayRetry({ definition, retry }: PlannedTask): boolean {
  if (retry !== undefined && retry.attempts > 1) return true;
  // A recovery rule begins a fanned-out task anew, with other items.
  if (definition.fanOut !== undefined) return false;
  return definition.recover?.some(({ action }) => AGAIN.has(action.type)) ?? false;
}

const AGAIN: ReadonlySet<RecoveryAction['type']> = new Set(['retry', 'run_then_retry', 'escalate']);
