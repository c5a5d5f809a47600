import type { RunEvent, RunEventOf, TaskEvent } from '../model/event.ts';
import type { Observer } from '../model/ports.ts';
import { outcomeOf, type TerminalTaskState } from '../model/state.ts';
import type { Instruments } from './instruments.ts';

/** Where a task stands that has begun and not ended. Times are milliseconds since the epoch. */
interface Standing {
  readonly since: number;
  queuedAt: number | undefined;
  /** When its attempt began that is under way. */
  startedAt: number | undefined;
  /** The same of its items. Made when it has some. */
  items: Map<number, number> | undefined;
  readonly labels: TaskLabels;
}

interface TaskLabels {
  readonly 'workflow.name': string;
  readonly 'workflow.task.name': string;
}

type AttemptEnd = 'succeeded' | 'failed' | 'cancelled';

/**
 * The metrics of one run, made from its events. What it has counted as active it takes back when the run ends or this process
 * leaves it, whatever came in between.
 */
export class RunMetrics {
  readonly #to: Instruments;
  readonly #run: { readonly id: () => string };
  readonly #id: string;
  readonly #workflow: { readonly 'workflow.name': string };
  readonly #tasks = new Map<string, Standing>();
  /** Since when this process has the run; undefined before that, and once it has ended. */
  #since: number | undefined;

  /** @param id Makes the run's ID, if it is not known yet. */
  constructor(to: Instruments, id: () => string, workflow: string) {
    this.#to = to;
    this.#run = { id };
    this.#id = workflow;
    this.#workflow = { 'workflow.name': to.workflow(workflow) };
  }

  readonly observe: Observer = (event) => {
    // Those of runs below have metrics of their own.
    if (event.run !== this.#run.id()) return;
    if ('task' in event) this.#observeTask(event);
    else this.#observeRun(event);
  };

  /** This process leaves the run: nothing of it is active here any more. */
  leave(): void {
    if (this.#since === undefined) return;
    this.#to.change('workflow.task.active', -this.#tasks.size, this.#workflow);
    this.#to.change('workflow.execution.active', -1, this.#workflow);
    this.#tasks.clear();
    this.#since = undefined;
    openRuns.delete(this);
  }

  #observeRun(event: Exclude<RunEvent, TaskEvent>): void {
    switch (event.type) {
      case 'run.pending':
      case 'run.waiting':
      case 'run.signalled':
      case 'run.told':
      case 'run.cancelling':
      case 'breaker.changed':
        return;
      case 'run.started':
      case 'run.resumed':
      case 'run.retried':
        this.#since = event.at;
        openRuns.add(this);
        return this.#to.change('workflow.execution.active', 1, this.#workflow);
      case 'run.finished':
        return this.#finished(event);
    }
  }

  #finished(event: RunEventOf<'run.finished'>): void {
    if (this.#since === undefined) return;
    const labels = {
      ...this.#workflow,
      'workflow.execution.outcome': outcomeOf(event.state, event.succeeded),
      ...(event.state === 'failed' && { 'error.type': this.#to.errorType(event.error) }),
    };
    this.#to.record('workflow.execution.duration', (event.at - this.#since) / 1_000, labels);
    this.#to.count('workflow.execution.completed', labels);
    this.leave();
  }

  #observeTask(event: TaskEvent): void {
    if (this.#since === undefined) return;
    const { task, at } = event;
    switch (event.type) {
      case 'item.failed':
      case 'task.decided':
      case 'compensation.started':
      case 'task.log':
        return;
      case 'task.queued':
        this.#standing(task, at).queuedAt = at;
        return;
      case 'task.waiting':
        // It is not queued while it waits.
        this.#standing(task, at).queuedAt = undefined;
        return;
      case 'task.fanned_out':
        return this.#leaveQueue(task, at);
      case 'attempt.started':
        if (event.item === undefined) this.#leaveQueue(task, at);
        return this.#startAttempt(task, event.item, at);
      case 'attempt.failed':
        this.#endAttempt(task, event.item, 'failed', at, event.error);
        if (event.retryInMs !== undefined) this.#retried(task, { error: event.error });
        return;
      case 'attempt.late':
      case 'item.succeeded':
        return this.#endAttempt(task, event.item, 'succeeded', at);
      case 'task.recovering':
        if (event.retryInMs !== undefined) this.#retried(task);
        return;
      case 'task.sla_missed':
        return this.#to.count('workflow.task.sla_missed', this.#labels(task));
      case 'task.succeeded':
        this.#endAttempt(task, undefined, 'succeeded', at);
        return this.#end(task, 'succeeded', at);
      case 'task.failed':
        return this.#end(task, 'failed', at, { error: event.error });
      case 'task.skipped':
        return this.#end(task, 'skipped', at);
      case 'task.upstream_failed':
        return this.#end(task, 'upstream_failed', at);
      case 'task.cancelled':
        return this.#end(task, 'cancelled', at);
      case 'compensation.succeeded':
        return this.#compensated(task, 'succeeded');
      case 'compensation.failed':
        return event.retryInMs === undefined ? this.#compensated(task, 'failed', event.error) : undefined;
    }
  }

  /** What another process had begun is active from when something first happens to it here. */
  #standing(task: string, at: number): Standing {
    const known = this.#tasks.get(task);
    if (known !== undefined) return known;
    const labels = this.#labels(task);
    const standing = { since: at, queuedAt: undefined, startedAt: undefined, items: undefined, labels };
    this.#tasks.set(task, standing);
    this.#to.change('workflow.task.active', 1, this.#workflow);
    return standing;
  }

  #leaveQueue(task: string, at: number): void {
    const standing = this.#standing(task, at);
    if (standing.queuedAt === undefined) return;
    const seconds = (at - standing.queuedAt) / 1_000;
    standing.queuedAt = undefined;
    this.#to.record('workflow.task.queue.duration', seconds, standing.labels);
  }

  #startAttempt(task: string, item: number | undefined, at: number): void {
    const standing = this.#standing(task, at);
    if (item === undefined) standing.startedAt = at;
    else (standing.items ??= new Map<number, number>()).set(item, at);
  }

  #endAttempt(
    task: string,
    item: number | undefined,
    outcome: AttemptEnd,
    at: number,
    error?: unknown,
  ): void {
    const standing = this.#tasks.get(task);
    if (standing === undefined) return;
    const startedAt = item === undefined ? standing.startedAt : standing.items?.get(item);
    if (startedAt === undefined) return;
    if (item === undefined) standing.startedAt = undefined;
    else standing.items?.delete(item);
    this.#to.record('workflow.task.attempt.duration', (at - startedAt) / 1_000, {
      ...standing.labels,
      'workflow.task.attempt.outcome': outcome,
      ...(outcome === 'failed' && { 'error.type': this.#to.errorType(error) }),
    });
  }

  /** @param failed Absent where a recovery rule wants another attempt. */
  #retried(task: string, failed?: { readonly error: unknown }): void {
    const labels = this.#labels(task);
    this.#to.count(
      'workflow.task.retries',
      failed === undefined ? labels : { ...labels, 'error.type': this.#to.errorType(failed.error) },
    );
  }

  #compensated(task: string, outcome: 'succeeded' | 'failed', error?: unknown): void {
    this.#to.count('workflow.task.compensations', {
      ...this.#labels(task),
      'workflow.compensation.outcome': outcome,
      ...(outcome === 'failed' && { 'error.type': this.#to.errorType(error) }),
    });
  }

  #end(task: string, state: TerminalTaskState, at: number, failed?: { readonly error: unknown }): void {
    const standing = this.#tasks.get(task);
    const labels = {
      ...(standing?.labels ?? this.#labels(task)),
      'workflow.task.state': state,
      ...(failed !== undefined && { 'error.type': this.#to.errorType(failed.error) }),
    };
    this.#to.count('workflow.task.completed', labels);
    if (standing === undefined) return;
    this.#endAttempt(task, undefined, 'cancelled', at);
    for (const item of standing.items?.keys() ?? []) this.#endAttempt(task, item, 'cancelled', at);
    this.#tasks.delete(task);
    this.#to.record('workflow.task.duration', (at - standing.since) / 1_000, labels);
    this.#to.change('workflow.task.active', -1, this.#workflow);
  }

  #labels(task: string): TaskLabels {
    return { ...this.#workflow, 'workflow.task.name': this.#to.task(this.#id, task) };
  }
}

const openRuns = new Set<RunMetrics>();

/** Takes back what counts as active. */
export function leaveMetrics(): void {
  for (const run of openRuns) run.leave();
}
