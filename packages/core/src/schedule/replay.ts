import type { RunEvent, TaskEvent } from '../model/event.ts';
import type { Plan, TaskIndex } from '../model/plan.ts';
import type { SkipReason } from '../model/state.ts';

/** What is told the facts of a log: a scheduler. */
interface Replayed {
  begin(): void;
  start(task: TaskIndex): void;
  pass(task: TaskIndex): void;
  requeue(task: TaskIndex): void;
  retry(task: TaskIndex): void;
  wait(task: TaskIndex): void;
  succeed(task: TaskIndex): void;
  fail(task: TaskIndex): void;
  skip(task: TaskIndex, reason: SkipReason): void;
  cancel(how: 'gently' | 'wholly'): void;
  cancelled(task: TaskIndex): void;
  isOpen(task: TaskIndex): boolean;
}

/** Tells a scheduler one fact of a run's log. What is about a task that is over follows from what it knows already. */
export function applyEvent(scheduler: Replayed, plan: Plan, event: RunEvent): void {
  if (event.type === 'run.started') return scheduler.begin();
  if (event.type === 'run.cancelling') return scheduler.cancel(event.wholly === true ? 'wholly' : 'gently');
  if (!('task' in event)) return;
  const task = plan.indexOf.get(event.task);
  if (task === undefined)
    throw new RangeError(`the log names task '${event.task}', which the plan does not have`);
  if (scheduler.isOpen(task)) applyToTask(scheduler, task, event);
}

function applyToTask(scheduler: Replayed, task: TaskIndex, event: TaskEvent): void {
  switch (event.type) {
    case 'task.queued':
      scheduler.pass(task);
      return scheduler.requeue(task);
    case 'attempt.started':
      return scheduler.start(task);
    case 'attempt.failed':
      return event.retryInMs === undefined || event.item !== undefined ? undefined : scheduler.retry(task);
    case 'task.recovering':
      return event.retryInMs === undefined ? undefined : scheduler.retry(task);
    case 'task.waiting':
      return scheduler.wait(task);
    case 'task.succeeded':
      return scheduler.succeed(task);
    case 'task.failed':
      return scheduler.fail(task);
    case 'task.skipped':
      return scheduler.skip(task, event.reason);
    case 'task.cancelled':
      return scheduler.cancelled(task);
    case 'attempt.late':
    case 'task.fanned_out':
    case 'item.succeeded':
    case 'item.failed':
    case 'task.decided':
    case 'task.sla_missed':
    case 'task.upstream_failed':
    case 'task.log':
    case 'compensation.started':
    case 'compensation.succeeded':
    case 'compensation.failed':
      return undefined;
  }
}
