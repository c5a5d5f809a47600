import { driverOf, type RunEvent } from '@wf-sdk/core';
import type { RunView } from './run-view.ts';
import type { Status } from './status-text.ts';
import type { ItemsView, TaskView } from './task-view.ts';
import { signalledIn, wakesAt, waitingIn } from './waiting.ts';

/** A run's status for other programs; `toJsonText` makes text of it. */
export function statusJson(
  { run, phase, view, now }: Status,
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
    wakesAt: wakesAt(view),
    pendingFor: run.state === 'pending' ? view.pendingFor : undefined,
    error: finished?.error,
    output: finished?.output,
  };
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
      tasks: child.tasks.map((below) => taskJson(child, below)),
    })),
  };
}

function itemsJson({ total, succeeded, failed, running, retrying }: ItemsView): object {
  return { total, succeeded, failed, running: running.size, retrying: retrying.size };
}
