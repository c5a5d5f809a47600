import { zeros } from '../lib/zeros.ts';
import type { Plan, TaskIndex } from '../model/plan.ts';
import { FAILED, SKIPPED, SUCCEEDED } from './task-states.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What has become of each task's dependencies, for rules that ask for more than success. */
export class Tallies {
  readonly #plan: Plan;
  readonly #succeeded: number[];
  readonly #skipped: number[];
  readonly #unsuccessful: number[];
  readonly #failed: number[];

  constructor(plan: Plan) {
    const size = plan.tasks.length;
    this.#plan = plan;
    this.#succeeded = zeros(size);
    this.#skipped = zeros(size);
    this.#unsuccessful = zeros(size);
    this.#failed = zeros(size);
  }

  /** A dependency of a task has ended. Gives the verdict over the task, once one is known. */
  add(task: TaskIndex, ended: TaskIndex, state: number, open: number): Verdict | undefined {
    const planned = this.#plan.tasks[task];
    if (planned === undefined) return undefined;
    if (state === SUCCEEDED) increment(this.#succeeded, task);
    else if (state === SKIPPED) increment(this.#skipped, task);
    else increment(this.#unsuccessful, task);
    if (state === FAILED) increment(this.#failed, task);
    if (ended === planned.setup && state !== SUCCEEDED) return state === SKIPPED ? 'skip' : 'upstream_failed';
    return verdictOf(planned.rule, {
      open,
      succeeded: this.#succeeded[task] ?? 0,
      skipped: this.#skipped[task] ?? 0,
      unsuccessful: this.#unsuccessful[task] ?? 0,
      failed: this.#failed[task] ?? 0,
    });
  }
}

function increment(counts: number[], at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}
