import type { Attempt } from '../execute/attempt.ts';
import type { TaskIndex } from '../model/plan.ts';
import type { Ledger } from '../record/ledger.ts';
import type { Scheduler } from '../schedule/scheduler.ts';

/** What is asked of the loop. */
interface AskedLoop {
  readonly scheduler: Pick<Scheduler, 'isOpen' | 'isCancelled'>;
  readonly ledger: Pick<Ledger, 'attempts'>;
  readonly attempts: { liveOf(task: TaskIndex): Attempt | undefined };
  fanOuts(): { isAhead(task: TaskIndex, item: number, attempt: number): boolean };
}

/** Whether an attempt of a task, or of an item of it, is under way or may still be made. Attempts that have ended never come again. */
export function isAhead(
  loop: AskedLoop,
  task: TaskIndex,
  item: number | undefined,
  attempt: number,
): boolean {
  const { scheduler, ledger, attempts } = loop;
  if (!scheduler.isOpen(task) || scheduler.isCancelled(task)) return false;
  if (item !== undefined) return loop.fanOuts().isAhead(task, item, attempt);
  return attempt > (ledger.attempts[task] ?? 0) || attempts.liveOf(task)?.attempt === attempt;
}
