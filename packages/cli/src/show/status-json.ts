import { driverOf, type RunEvent } from '@wf-sdk/core';
import type { RunView } from './run-view.ts';
import type { Status } from './status-text.ts';
import type { ItemsView, TaskView } from './task-view.ts';
import { signalledIn, wakesAt, waitingIn } from './waiting.ts';

/** A run's status for other programs; `toJsonText` makes text of it. */
export function statusJson(
  { run, phase, view, unheard, now }: Status,
  finished: Extract<RunEvent, { readonly type: 'run.finished' }> | undefined,
): object {
  const { id, workflow, version, createdAt, updatedAt } = run;
  return {
    run: id,
    workflow,
    version,
    status: phase,
    drivenBy: driverOf(run, now) ?? null,
    createdAt,
    updatedAt,
    tasks: view.tasks.map((task) => taskJson(view, task)),
    waiting: waitingIn(view).map(({ run: of, task: { id: task, message, error } }) => ({
      run: of.id,
      task,
      message,
      error,
    })),
    signals: signalledIn(view).map(({ run: of, task: { id: task, signal, until } }) => ({
      run: of.id,
      task,
      signal,
      until,
    })),
    unheard,
    breakers: breakersIn(view),
    wakesAt: wakesAt(view),
    pendingFor: run.state === 'pending' ? view.pendingFor : undefined,
    error: finished?.error,
    output: finished?.output,
  };
}

/** The open breakers that a run waits for, and those below it. */
function breakersIn(run: RunView): readonly object[] {
  return [
    ...(run.waitsUntil === undefined ? [] : run.openBreakers).map((awaited) => ({ run: run.id, ...awaited })),
    ...run.tasks.flatMap((task) => Array.from(run.childrenOf(task).values()).flatMap(breakersIn)),
  ];
}

function taskJson(view: RunView, task: TaskView): object {
  const {
    id,
    state,
    attempt,
    startedAt,
    endedAt,
    waitsFor,
    message,
    signal,
    until,
    error,
    cause,
    reason,
    by,
    items,
  } = task;
  return {
    id,
    state,
    attempt,
    startedAt,
    endedAt,
    ...(state === 'waiting' && { waitsFor, message, signal }),
    until: state === 'waiting' || state === 'retrying' ? until : undefined,
    error,
    cause,
    reason,
    by,
    items: items === undefined ? undefined : itemsJson(items),
    runs: Array.from(view.childrenOf(task), ([item, child]) => ({
      run: child.id,
      workflow: child.title,
      item,
      pendingFor: child.pendingFor,
      tasks: child.tasks.map((below) => taskJson(child, below)),
    })),
  };
}

function itemsJson({ total, succeeded, failed, running, retrying }: ItemsView): object {
  const until = retrying.size === 0 ? undefined : Math.min(...retrying.values());
  return { total, succeeded, failed, running: running.size, retrying: retrying.size, until };
}
