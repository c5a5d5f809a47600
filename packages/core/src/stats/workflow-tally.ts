import type { RunEventOf } from '../model/event.ts';
import { outcomeOf } from '../model/state.ts';
import { Values } from './distribution.ts';
import { type PathStep, pathTaken, stepsOf } from './path-taken.ts';
import type { RunCounts, WorkflowStats } from './stats.ts';
import type { TaskLife } from './task-life.ts';
import { present, rate, TaskTally } from './task-tally.ts';

/** What is counted of one workflow over all its runs. */
export class WorkflowTally {
  readonly workflow: string;
  readonly runs: { -readonly [Name in keyof RunCounts]: number } = {
    total: 0,
    succeeded: 0,
    failed: 0,
    partial: 0,
    cancelled: 0,
    active: 0,
    below: 0,
  };
  readonly durations: Values = new Values();
  readonly #tasks = new Map<string, TaskTally>();
  #firstAt = Number.POSITIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;
  #pathMs = 0;

  constructor(workflow: string) {
    this.workflow = workflow;
  }

  begin(at: number, isBelow: boolean): void {
    this.runs.total++;
    this.runs.active++;
    if (isBelow) this.runs.below++;
    this.#firstAt = Math.min(this.#firstAt, at);
    this.#lastAt = Math.max(this.#lastAt, at);
  }

  /** A run ended so, or goes on although it did: it counts once more, or once less. */
  count({ state, succeeded }: RunEventOf<'run.finished'>, by: 1 | -1): void {
    this.runs.active -= by;
    this.runs[state] += by;
    if (outcomeOf(state, succeeded) === 'partial') this.runs.partial += by;
  }

  task(id: string): TaskTally {
    const known = this.#tasks.get(id);
    if (known !== undefined) return known;
    const tally = new TaskTally(id);
    this.#tasks.set(id, tally);
    return tally;
  }

  /** A run has ended that began then. */
  addPath(
    lives: ReadonlyMap<string, TaskLife>,
    startedAt: number,
    dependencies: ReadonlyMap<string, readonly string[]> | undefined,
  ): void {
    const timed = [...lives.values()].flatMap(
      ({ task, begins, ends, endedAt, startedAt: ranAt, wasQueued }) =>
        ends === undefined || endedAt === undefined
          ? []
          : [
              {
                task,
                begins,
                ends,
                endedAt,
                ran: wasQueued || ranAt !== undefined,
                dependsOn: dependencies?.get(task),
              },
            ],
    );
    for (const step of stepsOf(pathTaken(timed), startedAt)) this.#addStep(step, lives.get(step.task));
  }

  #addStep({ task, from, to }: PathStep, life: TaskLife | undefined): void {
    if (to === from || life === undefined) return;
    const { path } = this.task(task);
    path.runs++;
    path.ms += to - from;
    this.#pathMs += to - from;
    path.queuedMs += life.spent.queued;
    path.admissionMs += life.admissionMs;
    path.waitingMs += life.spent.waiting;
    path.retryingMs += life.spent.retrying;
  }

  stats(): WorkflowStats {
    const { succeeded, failed } = this.runs;
    return {
      workflow: this.workflow,
      runs: { ...this.runs },
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      ...rate('errorRate', failed, succeeded + failed),
      ...present('durationMs', this.durations),
      tasks: Array.from(this.#tasks.values(), (tally) => tally.stats(this.#pathMs)),
    };
  }
}
