import type { RunEvent } from '../model/event.ts';

/**
 * What of a log still holds. Where a run was retried, or its workflow changed, tasks begin anew: what was told of them before
 * is the past, and so is how the run had ended. Read so, a log is one of a run that was never retried: nothing else has to know.
 * What stays depends on nothing that begins anew, so that it still follows from what stands before it.
 */
export function standingEvents(events: readonly RunEvent[]): readonly RunEvent[] {
  const anewFrom = new Map<string, number>();
  let retriedAt = -1;
  for (const [place, event] of events.entries()) {
    for (const task of anewIn(event)) anewFrom.set(task, place);
    if (event.type === 'run.retried') retriedAt = place;
  }
  if (retriedAt < 0 && anewFrom.size === 0) return events;
  return events.filter((event, place) => {
    if ('task' in event) return place > (anewFrom.get(event.task) ?? -1);
    return place >= retriedAt || !isOver(event);
  });
}

/** How often each task has begun anew after what it had done was undone. */
export function undoneBefore(events: readonly RunEvent[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  const undone = new Set<string>();
  for (const event of events) {
    if (event.type === 'compensation.started') undone.add(event.task);
    for (const task of anewIn(event)) if (undone.delete(task)) times.set(task, (times.get(task) ?? 0) + 1);
  }
  return times;
}

/** The numbers of the signals that tasks took, those of tasks that have begun anew since, too: each is taken once. */
export function takenSignals(events: readonly RunEvent[]): ReadonlySet<number> {
  return new Set(
    events.flatMap((event) =>
      event.type === 'task.succeeded' && event.signal !== undefined ? [event.signal.number] : [],
    ),
  );
}

function anewIn(event: RunEvent): readonly string[] {
  if (event.type === 'run.retried') return [...event.tasks, ...(event.changed ?? [])];
  return event.type === 'run.resumed' ? (event.changed ?? []) : [];
}

/** A run that is retried is not stopped any more, and has not ended. */
function isOver({ type }: RunEvent): boolean {
  return type === 'run.cancelling' || type === 'run.finished' || type === 'run.waiting';
}
