import type { Plan, RunEvent, TaskState, WaitReason } from '@wf-sdk/core';

/** Where a task is, as far as its run has told. */
export interface Seen {
  readonly state: TaskState;
  readonly attempts: number;
  /** What it waits for, under `waiting`. */
  readonly waitsFor?: WaitReason;
  /** The name of the signal, where it waits for one. */
  readonly signal?: string;
  readonly message?: string;
  readonly until?: number;
}

const UNSEEN: Seen = { state: 'pending', attempts: 0 };

/** Follows one run's events: the states of its tasks, and the order in which attempts were started. */
export class States {
  readonly starts: string[] = [];
  readonly #seen = new Map<string, Seen>();
  /** How often each state was come into, less those times that were asked for. */
  readonly #reached = new Map<string, number>();

  of(task: string): Seen {
    return this.#seen.get(task) ?? UNSEEN;
  }

  /** Those that have not ended, in the order of the plan. */
  open(plan: Plan): readonly string[] {
    return plan.tasks.map(({ id }) => id).filter((id) => !isFinal(this.of(id).state));
  }

  /** Whether a task has come into this state once more than was asked before. */
  takeReached(task: string, state: TaskState): boolean {
    const key = `${task} ${state}`;
    const left = this.#reached.get(key) ?? (state === 'pending' ? 1 : 0);
    this.#reached.set(key, Math.max(0, left - 1));
    return left > 0;
  }

  hear(event: RunEvent): void {
    if (event.type === 'run.retried') for (const task of event.tasks) this.#seen.delete(task);
    if (!('task' in event)) return;
    const before = this.of(event.task);
    const seen = this.#after(event, before);
    if (seen === undefined) return;
    this.#seen.set(event.task, seen);
    if (seen.state === before.state) return;
    const key = `${event.task} ${seen.state}`;
    this.#reached.set(key, (this.#reached.get(key) ?? 0) + 1);
  }

  #after(event: Extract<RunEvent, { readonly task: string }>, { attempts }: Seen): Seen | undefined {
    switch (event.type) {
      case 'task.queued':
        return { state: 'queued', attempts };
      case 'attempt.started': {
        const item = event.item === undefined ? '' : `[${event.item}]`;
        this.starts.push(`${event.task}${item}${event.attempt > 1 ? `#${event.attempt}` : ''}`);
        return { state: 'running', attempts: attempts + 1 };
      }
      case 'attempt.failed':
      case 'task.recovering':
        if (event.retryInMs === undefined || ('item' in event && event.item !== undefined)) return undefined;
        return { state: 'retrying', attempts, until: event.at + event.retryInMs };
      case 'task.waiting':
        return {
          state: 'waiting',
          attempts,
          waitsFor: event.for,
          ...(event.until !== undefined && { until: event.until }),
          ...(event.message !== undefined && { message: event.message }),
          ...(event.signal !== undefined && { signal: event.signal }),
        };
      case 'task.fanned_out':
        return { state: 'running', attempts };
      case 'task.succeeded':
        return { state: 'succeeded', attempts };
      case 'task.failed':
        return { state: 'failed', attempts };
      case 'task.upstream_failed':
        return { state: 'upstream_failed', attempts };
      case 'task.skipped':
        return { state: 'skipped', attempts };
      case 'task.cancelled':
        return { state: 'cancelled', attempts };
      case 'attempt.late':
      case 'task.decided':
      case 'task.sla_missed':
      case 'task.log':
      case 'item.succeeded':
      case 'item.failed':
      case 'compensation.started':
      case 'compensation.succeeded':
      case 'compensation.failed':
        return undefined;
    }
  }
}

function isFinal(state: TaskState): boolean {
  return (
    state === 'succeeded' ||
    state === 'failed' ||
    state === 'upstream_failed' ||
    state === 'skipped' ||
    state === 'cancelled'
  );
}
