import type { RunView } from './run-view.ts';
import { hasEnded, type TaskView } from './task-view.ts';

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

/** When the first of what waits in a run, and those below it, goes on by itself, or is ended by a time limit. @returns Milliseconds since the epoch. */
export function wakesAt(run: RunView): number | undefined {
  const instants = run.tasks.flatMap((task) => [
    task.state === 'waiting' || task.state === 'retrying' ? task.until : undefined,
    ...Array.from(run.childrenOf(task).values(), wakesAt),
  ]);
  const known = [run.waitsUntil, ...instants].filter((instant) => instant !== undefined);
  const first = Math.min(...known);
  return first === Infinity ? undefined : first;
}

/**
 * Whether everything that is left of a run waits for a person or a signal, tasks whose own runs wait included. What cannot
 * be known from events counts as going on.
 *
 * @param dueAfter What goes on by itself only after this instant waits too. @default nothing that goes on by itself does
 */
export function isStuck(run: RunView, dueAfter: number = Infinity): boolean {
  let [waits, holdsSlot, wantsSlot] = [false, false, false];
  for (const task of run.tasks) {
    switch (task.state) {
      case 'pending':
        if (isBeingChecked(run, task)) return false;
        break;
      case 'queued':
        if (mayWaitForMore(task)) return false;
        wantsSlot = true;
        break;
      case 'running':
        if (!waitsForRuns(run, task, dueAfter)) return false;
        waits = true;
        holdsSlot = true;
        break;
      case 'retrying':
        if (task.until === undefined || task.until <= dueAfter) return false;
        waits = true;
        break;
      case 'waiting':
        if (!waitsFromOutside(task, dueAfter)) return false;
        waits = true;
        break;
      case 'succeeded':
      case 'failed':
      case 'upstream_failed':
      case 'skipped':
      case 'cancelled':
        break;
    }
  }
  // A time limit may end what waits; the run itself says whether none is about to.
  if (!holdsSlot && !wantsSlot && run.waitsUntil === undefined) return false;
  // A queued task gets no slot while tasks hold them that wait; without such a task it is about to get one.
  return waits && (!wantsSlot || holdsSlot);
}

function waitsForPerson({ state, waitsFor }: TaskView): boolean {
  return state === 'waiting' && waitsFor === 'approval';
}

function waitsFromOutside({ waitsFor, until }: TaskView, dueAfter: number): boolean {
  switch (waitsFor) {
    case 'approval':
      return true;
    case 'signal':
      return until === undefined || until > dueAfter;
    case 'timer':
      return until !== undefined && until > dueAfter;
    case 'breaker':
    case undefined:
      return false;
  }
}

/** A condition may be asynchronous; no event tells that it is being looked at. */
function isBeingChecked(run: RunView, { definition }: TaskView): boolean {
  return definition?.conditions !== undefined && definition.dependsOn.every((id) => hasEnded(run.task(id)));
}

/** For a pool that another run holds, or whose rate allows no more just now. */
function mayWaitForMore({ definition }: TaskView): boolean {
  return definition === undefined || definition.pools !== undefined || definition.resources !== undefined;
}

function waitsForRuns(run: RunView, task: TaskView, dueAfter: number): boolean {
  const children = [...run.childrenOf(task).values()];
  const underWay = task.items === undefined ? 1 : task.items.running.size + task.items.retrying.size;
  return (
    children.length > 0 && children.length === underWay && children.every((child) => isStuck(child, dueAfter))
  );
}
