import type { RunEvent } from '@wf-sdk/core';
import { isFinal } from '../keep/phase.ts';
import { nameOf } from '../show/run-view.ts';
import { runErrorLine } from './one-line.ts';
import { pathOf } from './path-steps.ts';
import { type Freed, TaskTrack } from './task-track.ts';
import type { RunSpan, Span, Structure } from './timeline.ts';

/** What a run has done so far, built up event by event. */
export class RunTrack {
  readonly run: string;
  readonly #structure: Structure | undefined;
  readonly #tasks = new Map<string, TaskTrack>();
  readonly #below = new Map<string, RunTrack[]>();
  readonly #gaps: Span[] = [];
  #workflow = '';
  #state: RunSpan['state'] = 'running';
  #succeeded: number | undefined;
  #total = 0;
  #error: string | undefined;
  #from: number;
  #to: number;
  #lastEnded: string | undefined;
  #freed: Freed | undefined;
  #order = 0;

  constructor(run: string, at: number, structure: Structure | undefined) {
    this.run = run;
    this.#from = this.#to = at;
    this.#structure = structure;
    for (const { id } of structure ?? []) this.#tasks.set(id, new TaskTrack(id));
  }

  /** Whether nothing more is to come of it. */
  get hasEnded(): boolean {
    return isFinal(this.#state);
  }

  /** A run that one of its tasks runs. */
  add(run: RunTrack, task: string, item: number | undefined): void {
    const name = nameOf(task, item);
    const known = this.#below.get(name);
    if (known === undefined) this.#below.set(name, [run]);
    else known.push(run);
  }

  /**
   * @param at The event's instant, or that of the one before it, where a clock was set back.
   * @param alive When anything was last heard of the run before, or of the one above it.
   */
  apply(event: RunEvent, at: number, alive: number): void {
    this.#order++;
    this.#to = at;
    if ('changed' in event) for (const id of event.changed ?? []) this.#change(id, at);
    switch (event.type) {
      case 'run.pending':
        this.#workflow = event.workflow;
        this.#state = 'pending';
        return;
      case 'run.started':
        // What it waited for its turn is not of its time.
        this.#from = at;
        this.#state = 'running';
        this.#workflow = event.workflow;
        this.#total = event.total;
        return;
      case 'run.resumed':
        return this.#goOn(Math.max(alive, this.#from), at);
      case 'run.retried':
        this.#goOn(Math.max(alive, this.#from), at);
        for (const id of event.tasks) this.#task(id).reset(at);
        this.#error = this.#lastEnded = this.#succeeded = undefined;
        return;
      case 'run.waiting':
        this.#state = 'waiting';
        return;
      case 'run.finished':
        this.#state = event.state;
        this.#succeeded = event.succeeded;
        this.#total = event.total;
        this.#error = runErrorLine(event.error);
        return this.#stop(at);
      case 'run.cancelling':
      case 'run.told':
      case 'run.signalled':
      case 'breaker.changed':
        return;
      case 'task.queued':
      case 'attempt.started':
      case 'attempt.failed':
      case 'attempt.late':
      case 'task.fanned_out':
      case 'item.succeeded':
      case 'item.failed':
      case 'task.recovering':
      case 'task.waiting':
      case 'task.decided':
      case 'task.sla_missed':
      case 'task.succeeded':
      case 'task.failed':
      case 'task.upstream_failed':
      case 'task.skipped':
      case 'task.cancelled':
      case 'compensation.started':
      case 'compensation.succeeded':
      case 'compensation.failed':
      case 'task.log':
        return this.#applyToTask(event, at);
    }
  }

  /**
   * @param now Up to when what is under way is shown.
   * @param state What it is now, where that is known better than from its events.
   */
  toSpan(now: number, state?: RunSpan['state']): RunSpan {
    const to = this.hasEnded ? this.#to : Math.max(now, this.#to);
    const below = (task: string, item: number | undefined): readonly RunSpan[] =>
      (this.#below.get(nameOf(task, item)) ?? []).map((run) => run.toSpan(now));
    const tracks = [...this.#tasks.values()];
    const tasks = tracks.map((task) => task.toSpan(to, below));
    const began = tracks.map(({ unit, readyOrder, endOrder }) =>
      unit.hasBegun || unit.endedAt !== undefined ? Math.min(readyOrder, endOrder) : Number.POSITIVE_INFINITY,
    );
    const order = [...tasks.keys()].sort((one, other) => compare(began[one], began[other]));
    return {
      run: this.run,
      workflow: this.#workflow,
      state: this.hasEnded ? this.#state : (state ?? this.#state),
      from: this.#from,
      to,
      succeeded: this.#succeeded ?? tasks.filter((task) => task.state === 'succeeded').length,
      total: Math.max(this.#total, tasks.length),
      ...(this.#error !== undefined && { error: this.#error }),
      gaps: this.#gaps,
      tasks: order.flatMap((place) => tasks[place] ?? []),
      criticalPath: pathOf(tracks, tasks, { from: this.#from, to }, this.#structure),
    };
  }

  #stop(at: number): void {
    for (const task of this.#tasks.values()) task.stop(at);
  }

  #applyToTask(event: Parameters<TaskTrack['apply']>[0], at: number): void {
    if (this.#state === 'waiting') this.#state = 'running';
    const task = this.#task(event.task);
    const freed = task.frees(event);
    const hadEnded = task.unit.endedAt !== undefined;
    task.apply(event, at, this.#freed);
    if (freed !== undefined) this.#freed = { by: freed, at };
    if (!Number.isFinite(task.readyOrder) && (task.unit.hasBegun || task.unit.endedAt !== undefined)) {
      task.readyOrder = this.#order;
      task.releasedBy = this.#lastEnded;
    }
    if (hadEnded || task.unit.endedAt === undefined) return;
    task.endOrder = this.#order;
    this.#lastEnded = task.task;
  }

  #goOn(from: number, at: number): void {
    this.#state = 'running';
    if (at > from) this.#gaps.push({ from, to: at });
    for (const task of this.#tasks.values()) {
      task.interrupt(from);
      task.resume(at);
    }
  }

  #task(id: string): TaskTrack {
    let task = this.#tasks.get(id);
    if (task === undefined) this.#tasks.set(id, (task = new TaskTrack(id)));
    return task;
  }

  /** It had not begun. One that the workflow does not have any more is gone. */
  #change(id: string, at: number): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    task.reset(at);
    if (!task.unit.hasBegun && this.#structure?.every((known) => known.id !== id) !== false)
      this.#tasks.delete(id);
  }
}

function compare(one = Number.POSITIVE_INFINITY, other = Number.POSITIVE_INFINITY): number {
  return one === other ? 0 : one - other;
}
