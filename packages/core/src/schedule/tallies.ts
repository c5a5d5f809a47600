import type { Plan, TaskIndex } from '../model/plan.ts';
import { FAILED, SKIPPED, SUCCEEDED } from './task-states.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What has become of each task's dependencies, for rules that ask for more than success. */
export class Tallies {
  readonly #plan: Plan;
  readonly #succeeded: Uint32Array;
  readonly #skipped: Uint32Array;
  readonly #unsuccessful: Uint32Array;
  readonly #failed: Uint32Array;

  constructor(plan: Plan) {
    const size = plan.tasks.length;
    this.#plan = plan;
    this.#succeeded = new Uint32Array(size);
    this.#skipped = new Uint32Array(size);
    this.#unsuccessful = new Uint32Array(size);
    this.#failed = new Uint32Array(size);
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

function increment(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}
