import type { RunEvent } from '@wf-sdk/core';
import type { EventMatch } from '../run/test-options.ts';
import type { TestResult } from '../run/test-handle.ts';

type TaskEvent = Extract<RunEvent, { readonly task: string }>;

/** What was told of the run's own tasks. */
function ownEvents({ events, run }: TestResult): readonly TaskEvent[] {
  return events.filter((event): event is TaskEvent => event.run === run && 'task' in event);
}

/** In which order things began and ended. */
export function orderOf(result: TestResult): string {
  return ownEvents(result)
    .filter(({ type }) => type !== 'task.log')
    .map(toPoint)
    .map(({ type, task, attempt, item }) => `${type} ${task} ${attempt} ${item}`)
    .join('\n');
}

/** The tasks in the order in which they ended, those that never started left out. */
export function endsOf(result: TestResult): readonly string[] {
  const ended = new Set(['task.succeeded', 'task.failed', 'task.cancelled']);
  return ownEvents(result)
    .filter(({ type }) => ended.has(type))
    .map(({ task }) => task)
    .filter((task) => result.tasks[task]?.startedAt !== undefined);
}

/** Moments at which a run can be cancelled: those in which something was told of a task. */
export function pointsOf(result: TestResult): readonly EventMatch[] {
  return ownEvents(result)
    .filter(({ type }) => type !== 'task.log' && !type.startsWith('compensation.'))
    .map(toPoint);
}

/** The tasks that waited for a person. */
export function askedIn(result: TestResult): ReadonlySet<string> {
  const asked = new Set<string>();
  for (const event of ownEvents(result))
    if (event.type === 'task.waiting' && event.for === 'approval') asked.add(event.task);
  return asked;
}

function toPoint(event: TaskEvent): EventMatch {
  return {
    type: event.type,
    task: event.task,
    ...('attempt' in event && { attempt: event.attempt }),
    ...('item' in event && event.item !== undefined && { item: event.item }),
  };
}
