import { systemWarn } from './execute/system.ts';
import { createId } from './lib/id.ts';
import {
  OutputSelectorError,
  RunCancelledError,
  RunFailedError,
  TaskFailedError,
  ValidationError,
  type WorkflowError,
} from './model/error.ts';
import type { RunEvent } from './model/event.ts';
import type { Plan } from './model/plan.ts';
import type { Duration } from './model/policy.ts';
import type { RunResult } from './model/result.ts';
import { validate } from './model/schema.ts';
import type { RunState } from './model/state.ts';
import { Journal } from './record/journal.ts';
import { Publisher } from './record/publisher.ts';
import { toResult } from './record/result.ts';
import { checkDuration, type RunSettings } from './run-options.ts';
import { Runtime, type RuntimeHost } from './runtime.ts';

export interface CancelOptions {
  /** How long running handlers have to stop. @default the run's own `gracePeriod` */
  readonly gracePeriod?: Duration;
}

/** A run that has begun. `await` it for its result; it never rejects, a failed run resolves with the failure. */
export interface RunHandle<Result extends RunResult> extends PromiseLike<Result> {
  readonly id: string;
  /** The result as a plain promise. It never rejects. */
  readonly result: Promise<Result>;
  /**
   * The run's events as they happen, up to its end. Called in the same turn as `run`, it misses none; called later,
   * it gives those from then on. Each call gives an iterator of its own.
   */
  events(): AsyncIterableIterator<RunEvent>;
  /**
   * Cancels the run: running tasks' signals are aborted, everything else is cancelled at once. Gives the result.
   * After the run has ended, or once it is being cancelled, it changes nothing.
   *
   * @throws OptionError when the grace period is not a duration.
   */
  cancel(reason?: unknown, options?: CancelOptions): Promise<Result>;
}

/** Ties a run's loop to what its caller holds: validates the input before it, makes the result after it. */
export class Handle implements RunHandle<RunResult>, RuntimeHost {
  readonly result: Promise<RunResult>;
  readonly journal: Journal;
  readonly #plan: Plan;
  readonly #publisher: Publisher;
  readonly #runtime: Runtime;
  #id: string | undefined;
  #resolve: (result: RunResult) => void = () => undefined;
  #unfollow: (() => void) | undefined;

  constructor(plan: Plan, input: unknown, settings: RunSettings) {
    this.#plan = plan;
    this.#id = settings.id;
    this.#publisher = new Publisher(settings.observers, systemWarn);
    this.journal = new Journal(plan, this.#publisher, this);
    this.#runtime = new Runtime(plan, settings, this);
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (settings.signal !== undefined) this.#follow(settings.signal);
    void Promise.resolve().then(() => this.#begin(input));
  }

  get id(): string {
    return (this.#id ??= createId(this.#runtime.startedAt));
  }

  events(): AsyncIterableIterator<RunEvent> {
    return this.#publisher.subscribe();
  }

  cancel(reason?: unknown, { gracePeriod }: CancelOptions = {}): Promise<RunResult> {
    const graceMs = gracePeriod === undefined ? undefined : checkDuration('gracePeriod', gracePeriod);
    this.#runtime.cancel(reason, graceMs);
    return this.result;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a run is how its result is read
  then<A = RunResult, B = never>(
    onResult?: ((result: RunResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result.then(onResult, onError);
  }

  #follow(signal: AbortSignal): void {
    const cancel = (): void => this.#runtime.cancel(signal.reason);
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    this.#unfollow = () => signal.removeEventListener('abort', cancel);
  }

  #begin(input: unknown): void {
    const { input: schema } = this.#plan.definition;
    this.#runtime.open(input);
    if (schema === undefined) return this.#runtime.begin(input);
    const subject = `the input of workflow '${this.#plan.id}'`;
    const refuse = (error: unknown): void => {
      const issues = [{ path: [], message: `the schema threw: ${String(error)}` }];
      this.#runtime.fail(
        error instanceof ValidationError ? error : new ValidationError(subject, 'input_invalid', issues),
      );
    };
    let checked: unknown;
    try {
      checked = validate(schema, input, subject, 'input_invalid');
    } catch (error) {
      return refuse(error);
    }
    if (!(checked instanceof Promise)) return this.#runtime.begin(checked);
    checked.then((value) => this.#runtime.begin(value), refuse);
  }

  /** The run has no open task any more. */
  ended(): void {
    const { state, failure, cancelReason } = this.#runtime;
    const { id, definition } = this.#plan;
    if (failure !== undefined) return this.#finish(state, undefined, failure);
    switch (state) {
      case 'cancelled':
        return this.#finish(state, undefined, new RunCancelledError(this.id, id, cancelReason));
      case 'failed':
        return this.#finish(state, undefined, new RunFailedError(this.id, id, this.#taskErrors()));
      case 'succeeded':
        if (definition.output === undefined) return this.#finish(state, undefined, undefined);
        return this.#finishWithOutput(definition.output);
    }
  }

  #taskErrors(): TaskFailedError[] {
    const { ledger } = this.#runtime;
    return Array.from(
      ledger.failures(),
      ([task, error]) =>
        new TaskFailedError(this.#plan.tasks[task]?.id ?? '', ledger.attempts[task] ?? 0, error),
    );
  }

  #finishWithOutput(select: (outputs: never) => unknown): void {
    const { tasks, id } = this.#plan;
    const { ledger, input } = this.#runtime;
    const outputs = Object.fromEntries(tasks.map((task) => [task.id, ledger.outputs[task.index]]));
    let output: unknown;
    try {
      output = select({ ...outputs, input } as never);
    } catch (error) {
      const failure = new RunFailedError(this.id, id, [new OutputSelectorError(id, error)]);
      return this.#finish('failed', undefined, failure);
    }
    this.#finish('succeeded', output, undefined);
  }

  #finish(state: RunState, output: unknown, error: WorkflowError | undefined): void {
    const result = toResult(this.#runtime, state, output, error);
    this.#unfollow?.();
    this.journal.runFinished(result);
    this.#publisher.end();
    this.#resolve(result);
  }
}
