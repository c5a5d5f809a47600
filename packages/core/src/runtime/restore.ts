import type { RunEvent } from '../model/event.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import { type History, summaryOf, type TaskHistory } from '../record/history.ts';
import { type Gates, isGated } from './gates.ts';
import type { Limits } from './limits.ts';
import type { Loop } from './loop.ts';
import type { FanOuts } from './fan-outs.ts';
import type { Rescues } from './rescues.ts';
import type { Signals } from './signals.ts';

/** What restoring needs of the loop. */
export interface RestorableLoop extends Loop {
  readonly limits: Limits | undefined;
  rescues(): Rescues;
  fanOuts(): FanOuts;
  signals(): Signals;
  gates(): Gates;
  /** Its conditions or gates are to be looked at. */
  check(task: TaskIndex): void;
}

/** Fills in what a log says of each task. */
export function restoreLedger({ plan, ledger }: Loop, { tasks }: History): void {
  for (const { index, id } of plan.tasks) {
    const past = tasks.get(id);
    if (past === undefined) continue;
    ledger.attempts[index] = past.attempts;
    if (past.startedAt !== undefined) ledger.startedAt[index] = past.startedAt;
    if (past.endedAt !== undefined) ledger.endedAt[index] = past.endedAt;
    if (past.last?.type === 'task.succeeded') ledger.outputs[index] = past.output;
    if (past.by !== undefined) ledger.setStandIn(index, past.by);
    if (past.error !== undefined) ledger.setError(index, past.error);
    for (const error of past.attemptErrors) ledger.addAttemptError(index, error);
    if (past.openedAt !== undefined) ledger.setItems(index, summaryOf(past));
  }
}

/** Fills in what a log says beside that: how far rules and items have come, and signals. */
export function restoreParts(loop: RestorableLoop, history: History): void {
  if (history.signalled > 0) loop.signals().restore(history);
  for (const { index, id } of loop.plan.tasks) {
    const past = history.tasks.get(id);
    if (past === undefined || !loop.scheduler.isOpen(index)) continue;
    if (past.recoveries.size > 0) loop.rescues().restore(index, past.recoveries);
    if (past.items.size > 0 || past.itemAttempts.size > 0) loop.fanOuts().restore(index, past);
  }
}

/** Has each open task go on where its log ends. */
export function restoreTasks(loop: RestorableLoop, { tasks }: History): void {
  restoreLimits(loop, tasks);
  // Looked at beforehand: what ends because another one goes on tells that by itself.
  const open = loop.plan.tasks.filter(({ index }) => loop.scheduler.isOpen(index));
  for (const task of loop.plan.tasks)
    if (!loop.scheduler.isOpen(task.index)) tellEnd(loop, task, tasks.get(task.id));
  for (const task of open) if (loop.scheduler.isOpen(task.index)) restoreTask(loop, task, tasks.get(task.id));
}

/** What became of a task that is new, or begins anew, can follow at once from what stays: then nobody was told. */
function tellEnd(
  { scheduler, journal, now }: Loop,
  { index }: PlannedTask,
  past: TaskHistory | undefined,
): void {
  if (past?.last !== undefined && ENDS.has(past.last.type)) return;
  const cause = scheduler.causeOf(index);
  const reason = scheduler.reasonOf(index);
  if (reason !== undefined) journal.skipped(index, reason, cause, now);
  else if (cause !== undefined) journal.upstreamFailed(index, cause, now);
  else journal.cancelled(index, now);
}

const ENDS: ReadonlySet<RunEvent['type']> = new Set([
  'task.succeeded',
  'task.failed',
  'task.skipped',
  'task.upstream_failed',
  'task.cancelled',
]);

function restoreTask(loop: RestorableLoop, task: PlannedTask, past: TaskHistory | undefined): void {
  const { index } = task;
  const { scheduler } = loop;
  const last = past?.last;
  if (scheduler.isChecking(index)) return loop.check(index);
  const state = scheduler.stateOf(index);
  if (state === 'pending') return;
  if (scheduler.isCancelled(index)) return loop.cancelTask(index);
  if (state === 'queued') {
    // What follows from the last events may not have been written any more.
    if (last?.type !== 'task.queued') {
      loop.journal.queued(index, loop.now);
      loop.limits?.queue(task, loop.now);
    }
    return isGated(loop.plan.traits, index) ? loop.check(index) : undefined;
  }
  if (last?.type === 'attempt.failed' || last?.type === 'task.recovering') {
    if (last.retryInMs === undefined)
      return loop.rescueTask(index, past?.attemptErrors.at(-1) ?? new Error('its last attempt failed'));
    return loop.rescues().waitAgain(index, Math.max(0, last.at + last.retryInMs - loop.now));
  }
  if (last?.type === 'task.waiting') {
    if (last.for === 'timer' && last.until !== undefined)
      return loop.gates().sleepOn(task, last.until, last.at);
    const { signal } = task.definition;
    if (last.for === 'signal' && signal !== undefined)
      return loop.signals().waitOn(task, signal, last.until, last.at);
    if (last.for === 'approval') return loop.rescues().waitOn(index, last);
  }
  again(loop, index);
}

/** Its attempt was lost with its process: it is made again, under the same number. */
function again({ scheduler }: Loop, index: TaskIndex): void {
  if (scheduler.isRunning(index)) scheduler.retry(index);
  scheduler.requeue(index);
}

/** Deadlines go on from when they began, the earliest first: that is how timers are added. */
function restoreLimits({ plan, scheduler, limits }: RestorableLoop, tasks: History['tasks']): void {
  if (limits === undefined) return;
  const begun = plan.tasks.flatMap((task) => {
    const startedAt = begunAt(task, tasks.get(task.id));
    return startedAt === undefined || !scheduler.isOpen(task.index) ? [] : [{ task, startedAt }];
  });
  for (const { task, startedAt } of begun.toSorted((one, other) => one.startedAt - other.startedAt))
    limits.startTask(task, startedAt);
}

/** What makes no attempts began when it began to wait. */
function begunAt({ definition }: PlannedTask, past: TaskHistory | undefined): number | undefined {
  const isWait = (definition.sleep ?? definition.signal) !== undefined;
  return past?.startedAt ?? (isWait && past?.last?.type === 'task.waiting' ? past.last.at : undefined);
}
