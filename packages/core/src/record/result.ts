import { toPlain } from '../lib/plain.ts';
import type { CompensationResult } from '../model/compensation.ts';
import type { RunInfo } from '../model/context.ts';
import type { WorkflowError } from '../model/error.ts';
import type { Plan, PlannedTask, TaskIndex } from '../model/plan.ts';
import type { RunResult, TaskResult } from '../model/result.ts';
import { type Outcome, outcomeOf, type RunState, type SkipReason, type TaskState } from '../model/state.ts';
import type { Ledger } from './ledger.ts';

/** A run as its loop has left it. */
export interface EndedRun {
  readonly info: RunInfo;
  readonly plan: Plan;
  readonly ledger: Ledger;
  readonly scheduler: TaskStates;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What came of it as a whole. */
export interface RunVerdict {
  readonly state: RunState;
  readonly output: unknown;
  readonly error: WorkflowError | undefined;
  readonly compensations: readonly CompensationResult[];
}

/** What is asked about the run's tasks. */
interface TaskStates {
  readonly succeededCount: number;
  stateOf(task: TaskIndex): TaskState;
  causeOf(task: TaskIndex): TaskIndex | undefined;
  reasonOf(task: TaskIndex): SkipReason | undefined;
}

/** Takes secrets out of a value. */
interface Redacting {
  redact<Value>(value: Value): Value;
}

const AS_IT_IS: Redacting = { redact: (value) => value };

/**
 * A run's result. What is by task is put together when first read: most callers look at one output of many.
 *
 * @param secrets Takes them out of what is printed or written of it.
 */
export function toResult(run: EndedRun, verdict: RunVerdict, secrets: Redacting = AS_IT_IS): RunResult {
  return new LazyResult(run, verdict, secrets) as RunResult;
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
  readonly compensations: readonly CompensationResult[];
  readonly #run: EndedRun;
  readonly #secrets: Redacting;
  #tasks: Readonly<Record<string, TaskResult>> | undefined;
  #outputs: Readonly<Record<string, unknown>> | undefined;

  constructor(run: EndedRun, { state, output, error, compensations }: RunVerdict, secrets: Redacting) {
    this.#run = run;
    this.#secrets = secrets;
    this.workflow = run.plan.id;
    this.version = run.plan.version;
    this.state = state;
    this.succeeded = run.scheduler.succeededCount;
    this.outcome = outcomeOf(state, this.succeeded);
    this.startedAt = run.startedAt;
    this.endedAt = run.endedAt;
    this.durationMs = run.endedAt - run.startedAt;
    this.total = run.plan.tasks.length;
    this.output = output;
    this.error = error;
    this.compensations = compensations;
  }

  get run(): string {
    return this.#run.info.id;
  }

  get tasks(): Readonly<Record<string, TaskResult>> {
    return (this.#tasks ??= byId(this.#run.plan.tasks, (task) => taskResult(this.#run, task)));
  }

  get outputs(): Readonly<Record<string, unknown>> {
    return (this.#outputs ??= byId(
      this.#run.plan.tasks.filter(({ index }) => this.#run.scheduler.stateOf(index) === 'succeeded'),
      ({ index }) => this.#run.ledger.outputs[index],
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
    return this.#secrets.redact(
      Object.assign({ run: this.run }, this, { outputs: this.outputs, tasks: this.tasks }),
    );
  }
}

function taskResult({ ledger, plan, scheduler }: EndedRun, { index, id }: PlannedTask): TaskResult {
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
    reason: scheduler.reasonOf(index),
    by: ledger.standInOf(index),
    items: ledger.itemsOf(index),
  };
}

function byId<Value>(
  tasks: readonly PlannedTask[],
  valueOf: (task: PlannedTask) => Value,
): Readonly<Record<string, Value>> {
  return Object.freeze(Object.fromEntries(tasks.map((task) => [task.id, valueOf(task)])));
}
