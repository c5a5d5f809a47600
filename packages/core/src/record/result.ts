import { toPlain } from '../lib/plain.ts';
import type { WorkflowError } from '../model/error.ts';
import type { Plan, PlannedTask, TaskIndex } from '../model/plan.ts';
import type { RunResult, TaskResult } from '../model/result.ts';
import type { Outcome, RunState, TaskState } from '../model/state.ts';
import type { Ledger } from './ledger.ts';

/** Everything a result is made from. */
export interface RunRecord {
  /** Makes the run's ID when it is first asked for. */
  readonly run: () => string;
  readonly plan: Plan;
  readonly ledger: Ledger;
  readonly scheduler: TaskStates;
  readonly state: RunState;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly succeeded: number;
  readonly output: unknown;
  readonly error: WorkflowError | undefined;
}

/** What is asked about single tasks. */
interface TaskStates {
  stateOf(task: TaskIndex): TaskState;
  causeOf(task: TaskIndex): TaskIndex | undefined;
}

/** A run's result. What is by task is put together when first read: most callers look at one output of many. */
export function toResult(record: RunRecord): RunResult {
  return new LazyResult(record) as RunResult;
}

class LazyResult {
  readonly workflow: string;
  readonly version: string;
  readonly state: RunState;
  readonly outcome: Outcome;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly succeeded: number;
  readonly total: number;
  readonly output: unknown;
  readonly error: WorkflowError | undefined;
  readonly #record: RunRecord;
  #tasks: Readonly<Record<string, TaskResult>> | undefined;
  #outputs: Readonly<Record<string, unknown>> | undefined;

  constructor(record: RunRecord) {
    this.#record = record;
    this.workflow = record.plan.id;
    this.version = record.plan.version;
    this.state = record.state;
    this.outcome = outcomeOf(record);
    this.startedAt = record.startedAt;
    this.endedAt = record.endedAt;
    this.durationMs = record.endedAt - record.startedAt;
    this.succeeded = record.succeeded;
    this.total = record.plan.tasks.length;
    this.output = record.output;
    this.error = record.error;
  }

  get run(): string {
    return this.#record.run();
  }

  get tasks(): Readonly<Record<string, TaskResult>> {
    return (this.#tasks ??= byId(this.#record.plan.tasks, (task) => taskResult(this.#record, task)));
  }

  get outputs(): Readonly<Record<string, unknown>> {
    return (this.#outputs ??= byId(
      this.#record.plan.tasks.filter(({ index }) => this.#record.scheduler.stateOf(index) === 'succeeded'),
      ({ index }) => this.#record.ledger.outputs[index],
    ));
  }

  /** For `JSON.stringify`, which would otherwise leave nothing of an error. */
  toJSON(): unknown {
    return toPlain(this.#whole());
  }

  /** What Node prints for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.#whole();
  }

  #whole(): object {
    return Object.assign({ run: this.run }, this, { outputs: this.outputs, tasks: this.tasks });
  }
}

function outcomeOf({ state, succeeded }: RunRecord): Outcome {
  switch (state) {
    case 'succeeded':
      return 'success';
    case 'cancelled':
      return 'cancelled';
    case 'failed':
      return succeeded > 0 ? 'partial' : 'failed';
  }
}

function taskResult({ ledger, plan, scheduler }: RunRecord, { index, id }: PlannedTask): TaskResult {
  const attempts = ledger.attempts[index] ?? 0;
  const startedAt = ledger.startedAt[index];
  const endedAt = ledger.endedAt[index];
  const cause = scheduler.causeOf(index);
  return {
    id,
    state: scheduler.stateOf(index),
    attempts,
    startedAt,
    endedAt,
    durationMs: startedAt === undefined || endedAt === undefined ? undefined : endedAt - startedAt,
    error: ledger.errorOf(index),
    attemptErrors: ledger.attemptErrors(index),
    cause: cause === undefined ? undefined : plan.tasks[cause]?.id,
  };
}

function byId<Value>(
  tasks: readonly PlannedTask[],
  valueOf: (task: PlannedTask) => Value,
): Readonly<Record<string, Value>> {
  return Object.freeze(Object.fromEntries(tasks.map((task) => [task.id, valueOf(task)])));
}
