import type { RunEvent, RunEventOf, TaskEvent } from '../model/event.ts';
import { TaskLife } from './task-life.ts';
import type { TaskTally } from './task-tally.ts';
import type { WorkflowTally } from './workflow-tally.ts';

/** The tasks that each task depends on. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** One run whose events are counted as they come: nothing of it is kept once it has ended. */
export class RunFold {
  readonly #tally: WorkflowTally;
  readonly #dependencies: Dependencies | undefined;
  readonly #lives = new Map<string, TaskLife>();
  #startedAt: number;
  #ended: RunEventOf<'run.finished'> | undefined;
  /** How many events came. */
  #place = 0;

  /**
   * @param startedAt When the run began, in milliseconds since the epoch.
   * @param dependencies Absent where they are not known.
   */
  constructor(tally: WorkflowTally, startedAt: number, isBelow: boolean, dependencies?: Dependencies) {
    this.#tally = tally;
    this.#startedAt = startedAt;
    this.#dependencies = dependencies;
    tally.begin(startedAt, isBelow);
  }

  /** What comes after the end, unless the run goes on, is told a second time. */
  apply(event: RunEvent): void {
    if (this.#ended !== undefined && event.type !== 'run.retried') return;
    this.#place++;
    if ('task' in event) return this.#applyToTask(event);
    if (event.type === 'run.started') this.#startedAt = event.at;
    else if (event.type === 'run.resumed') this.#resume(event.changed);
    else if (event.type === 'run.retried') this.#goOn(event.at);
    else if (event.type === 'run.finished') this.#finish(event);
  }

  /** What the process before was doing is lost; tasks that have changed since have not begun. */
  #resume(changed: readonly string[] = []): void {
    for (const life of this.#lives.values()) life.loseAttempts();
    for (const task of changed) this.#lives.delete(task);
  }

  /** What it came to before does not count any more, what its tasks came to does. */
  #goOn(at: number): void {
    if (this.#ended !== undefined) this.#tally.count(this.#ended, -1);
    this.#ended = undefined;
    this.#startedAt = at;
    this.#lives.clear();
  }

  #finish(event: RunEventOf<'run.finished'>): void {
    const { state, at } = event;
    this.#ended = event;
    this.#tally.count(event, 1);
    if (state !== 'cancelled') {
      this.#tally.durations.add(at - this.#startedAt);
      this.#tally.addPath(this.#lives, this.#startedAt, this.#dependencies);
    }
    this.#lives.clear();
  }

  #lifeOf(task: string): TaskLife {
    const known = this.#lives.get(task);
    if (known !== undefined) return known;
    const life = new TaskLife(task, this.#place);
    this.#lives.set(task, life);
    return life;
  }

  #applyToTask(event: TaskEvent): void {
    if (isAside(event)) return;
    const life = this.#lifeOf(event.task);
    const tally = this.#tally.task(event.task);
    const { counts } = tally;
    const { at } = event;
    switch (event.type) {
      case 'task.queued':
        if (event.pools !== undefined) tally.queueFor(event.pools);
        return life.enter('queued', at);
      case 'attempt.started':
        counts.attempts++;
        life.startAttempt(event.item, at);
        if (event.item === undefined) life.admissionMs += event.admissionMs ?? 0;
        return life.enter('running', at);
      case 'attempt.failed': {
        addAttempt(tally, life.endAttempt(event.item, at));
        tally.addError(event.error);
        life.hasFailedAttempt = true;
        if (event.retryInMs !== undefined) counts.retries++;
        // The others of a task's items go on.
        if (event.retryInMs !== undefined && event.item === undefined) life.enter('retrying', at);
        return;
      }
      case 'attempt.late':
        return addAttempt(tally, life.endAttempt(event.item, at));
      case 'task.fanned_out':
        return life.enter('running', at);
      case 'item.succeeded':
        counts.items++;
        if (event.by === 'cache') counts.itemsCached++;
        else addAttempt(tally, life.endAttempt(event.item, at));
        return;
      case 'item.failed':
        counts.items++;
        counts.itemsFailed++;
        return;
      case 'task.recovering':
        if (event.retryInMs === undefined) return;
        counts.retries++;
        life.loseAttempts();
        return life.enter('retrying', at);
      case 'task.waiting':
        return life.enter('waiting', at);
      case 'task.decided':
        if (event.decision === 'retry') counts.retries++;
        return life.enter('running', at);
      case 'task.sla_missed':
        counts.slaMissed++;
        return;
      case 'task.succeeded': {
        const attemptMs = life.endAttempt(undefined, at);
        if (event.by === undefined) addAttempt(tally, attemptMs);
        counts.succeeded++;
        if (event.by === 'cache') counts.cached++;
        else if (event.by !== undefined) counts.stoodIn++;
        life.end(at, this.#place);
        if (event.by !== 'cache') addTimes(tally, life);
        return;
      }
      case 'task.failed':
        // Where an attempt has, it is that error again, or one that says which items failed.
        if (!life.hasFailedAttempt) tally.addError(event.error);
        counts.failed++;
        life.end(at, this.#place);
        return addTimes(tally, life);
      case 'task.skipped':
        counts.skipped++;
        return life.end(at, this.#place);
      case 'task.upstream_failed':
        counts.upstreamFailed++;
        return life.end(at, this.#place);
      case 'task.cancelled':
        counts.cancelled++;
        return life.end(at, this.#place);
    }
  }
}

/** What is said, or undone once all tasks have ended, is no part of a task's life. */
function isAside(event: TaskEvent): event is Extract<
  TaskEvent,
  {
    readonly type: 'task.log' | 'compensation.started' | 'compensation.succeeded' | 'compensation.failed';
  }
> {
  return event.type === 'task.log' || event.type.startsWith('compensation.');
}

function addAttempt({ attempts }: TaskTally, ms: number | undefined): void {
  if (ms !== undefined) attempts.add(ms);
}

/** A task that failed while it was queued has been queued, and nothing else. */
function addTimes(
  { durations, queued }: TaskTally,
  { startedAt, endedAt, wasQueued, spent }: TaskLife,
): void {
  if (startedAt !== undefined && endedAt !== undefined) durations.add(endedAt - startedAt);
  if (wasQueued) queued.add(spent.queued);
}
