import { itemsWaitPhrase, turnPhrase, waitPhrase } from './phrases.ts';
import { nameOf, type RunView } from './run-view.ts';
import { hasEnded, type ItemsView, type TaskView } from './task-view.ts';

/** A task that waits for a person, and the run it belongs to. */
export interface Waiting {
  readonly run: RunView;
  readonly task: TaskView;
}

/** The tasks that wait for a person, in a run and those below it. */
export function waitingIn(run: RunView): readonly Waiting[] {
  return run.tasks.flatMap((task) => [
    ...(waitsForPerson(task) ? [{ run, task }] : []),
    ...Array.from(run.childrenOf(task).values()).flatMap(waitingIn),
  ]);
}

/** The tasks that wait for a signal, in a run and those below it. */
export function signalledIn(run: RunView): readonly Waiting[] {
  return run.tasks.flatMap((task) => [
    ...(task.state === 'waiting' && task.waitsFor === 'signal' ? [{ run, task }] : []),
    ...Array.from(run.childrenOf(task).values()).flatMap(signalledIn),
  ]);
}

/** What waits for a signal, a breaker, time, or its turn, in a run and those below it, and how to say that. */
export function othersIn(run: RunView, now: number): readonly { name: string; phrase: string }[] {
  return run.tasks.flatMap((task) => {
    const phrase = otherPhrase(run, task, now);
    return [
      ...(phrase === undefined ? [] : [{ name: `${run.prefix}${task.id}`, phrase }]),
      ...Array.from(run.childrenOf(task)).flatMap(([item, child]) =>
        child.pendingFor === undefined
          ? othersIn(child, now)
          : [{ name: `${run.prefix}${nameOf(task.id, item)}`, phrase: turnPhrase(child) }],
      ),
    ];
  });
}

function otherPhrase(run: RunView, task: TaskView, now: number): string | undefined {
  if (task.state === 'retrying' || (task.state === 'waiting' && task.waitsFor !== 'approval'))
    return waitPhrase(task, now);
  return hasEnded(task) ? undefined : itemsWaitPhrase(run, task, now);
}

/** When the first of what waits in a run, and those below it, goes on by itself, or is ended by a time limit. @returns Milliseconds since the epoch. */
export function wakesAt(run: RunView): number | undefined {
  const instants = run.tasks.flatMap((task) => [
    task.state === 'waiting' || task.state === 'retrying' ? task.until : undefined,
    ...Array.from(run.childrenOf(task).values(), wakesAt),
  ]);
  const known = [doesWait(run) ? run.waitsUntil : undefined, ...instants];
  const first = Math.min(...known.filter((instant) => instant !== undefined));
  return first === Infinity ? undefined : first;
}

/** Whether all of a run waits. That a run below one that had said so goes on is told by that run alone. */
function doesWait(run: RunView): boolean {
  if (run.waitsUntil === undefined) return false;
  return run.tasks.every((task) =>
    [...run.childrenOf(task).values()].every((child) => child.pendingFor !== undefined || doesWait(child)),
  );
}

/**
 * Whether everything that is left of a run waits for a person or a signal, tasks whose own runs wait included. That all waits,
 * and that no time limit is about to end it, the run has said itself.
 *
 * @param dueAfter What goes on by itself only after this instant waits too. @default nothing that goes on by itself does
 */
export function isStuck(run: RunView, dueAfter: number = Infinity): boolean {
  // The run above waits where it waits for none but runs of its own.
  if (run.pendingFor !== undefined) return run.parent !== undefined;
  const { waitsUntil } = run;
  if (waitsUntil === undefined) return false;
  const later = isAfter(waitsUntil, dueAfter);
  return run.tasks.every((task) => {
    const children = [...run.childrenOf(task).values()];
    if (!children.every((child) => isStuck(child, dueAfter))) return false;
    switch (task.state) {
      case 'retrying':
        return isAfter(task.until, dueAfter);
      case 'waiting':
        return waitsFromOutside(task, dueAfter);
      case 'running':
        return task.items === undefined
          ? children.length > 0
          : doItemsWait(task.items, children.length, later);
      case 'queued':
        return task.items === undefined || doItemsWait(task.items, children.length, later);
      case 'pending':
      case 'succeeded':
      case 'failed':
      case 'upstream_failed':
      case 'skipped':
      case 'cancelled':
        return true;
    }
  });
}

function waitsForPerson({ state, waitsFor }: TaskView): boolean {
  return state === 'waiting' && waitsFor === 'approval';
}

function waitsFromOutside({ waitsFor, until }: TaskView, dueAfter: number): boolean {
  switch (waitsFor) {
    case 'approval':
      return true;
    case 'signal':
      return until === undefined || isAfter(until, dueAfter);
    case 'timer':
    case 'breaker':
      return isAfter(until, dueAfter);
    case undefined:
      return false;
  }
}

function isAfter(until: number | undefined, dueAfter: number): boolean {
  return until !== undefined && (until > dueAfter || until === Infinity);
}

/**
 * Whether no item goes on that has begun. Which of them waits for what is not told one by one.
 *
 * @param children How many of them run runs, which wait.
 * @param later Whether all of the run waits for as long as counts.
 */
function doItemsWait({ running, retrying }: ItemsView, children: number, later: boolean): boolean {
  // The run of an item may have ended, and the item not yet.
  if (running.size !== children) return false;
  return later || (children > 0 && retrying.size === 0);
}
