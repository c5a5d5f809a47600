import { zeros } from '../lib/zeros.ts';
import type { StandIn } from '../model/event.ts';
import type { FanOutSummary } from '../model/fan-out.ts';
import type { TaskIndex } from '../model/plan.ts';

/** What a run keeps of its tasks, by number: enough for the result, and nothing else. Times are in milliseconds. */
export class Ledger {
  readonly outputs: unknown[];
  /** How many attempts were started. */
  readonly attempts: number[];
  /** When the first attempt started; a hole where none did. */
  readonly startedAt: number[];
  /** When the task reached its final state; a hole where no attempt was started. */
  readonly endedAt: number[];
  #attemptErrors: Map<TaskIndex, Error[]> | undefined;
  #errors: Map<TaskIndex, Error> | undefined;
  #standIns: Map<TaskIndex, StandIn> | undefined;
  #items: Map<TaskIndex, FanOutSummary> | undefined;

  constructor(size: number) {
    this.outputs = new Array<unknown>(size);
    this.attempts = zeros(size);
    this.startedAt = new Array<number>(size);
    this.endedAt = new Array<number>(size);
  }

  addAttemptError(task: TaskIndex, error: Error): void {
    this.#attemptErrors ??= new Map<TaskIndex, Error[]>();
    const errors = this.#attemptErrors.get(task);
    if (errors === undefined) this.#attemptErrors.set(task, [error]);
    else errors.push(error);
  }

  attemptErrors(task: TaskIndex): readonly Error[] {
    return this.#attemptErrors?.get(task) ?? [];
  }

  /** Notes why a task failed. */
  setError(task: TaskIndex, error: Error): void {
    (this.#errors ??= new Map()).set(task, error);
  }

  errorOf(task: TaskIndex): Error | undefined {
    return this.#errors?.get(task);
  }

  /** Notes where an output came from that is not its handler's. */
  setStandIn(task: TaskIndex, by: StandIn): void {
    (this.#standIns ??= new Map()).set(task, by);
  }

  standInOf(task: TaskIndex): StandIn | undefined {
    return this.#standIns?.get(task);
  }

  /** Notes how many items a fanned-out task had. */
  setItems(task: TaskIndex, items: FanOutSummary): void {
    (this.#items ??= new Map()).set(task, items);
  }

  itemsOf(task: TaskIndex): FanOutSummary | undefined {
    return this.#items?.get(task);
  }

  /** The failed tasks in the order in which they failed, each with its reason. */
  failures(): Iterable<[TaskIndex, Error]> {
    return this.#errors ?? [];
  }
}
