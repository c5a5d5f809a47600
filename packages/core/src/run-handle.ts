import { systemClock, systemWarn } from './execute/system.ts';
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
import type { RunResult } from './model/result.ts';
import { validate } from './model/schema.ts';
import type { RunState } from './model/state.ts';
import { Journal } from './record/journal.ts';
import { Publisher } from './record/publisher.ts';
import { toResult } from './record/result.ts';
import { checkConcurrency, checkDuration, checkId, type RunOptions } from './run-options.ts';
import { Runtime } from './runtime.ts';

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
   * After the run has ended it changes nothing.
   */
  cancel(reason?: unknown): Promise<Result>;
}

type Ending = { state: RunState; error?: WorkflowError; output?: unknown };

/** Ties a run's loop to what its caller holds: validates the input before it, makes the result after it. */
export class Handle implements RunHandle<RunResult> {
  readonly result: Promise<RunResult>;
  readonly #plan: Plan;
  readonly #publisher: Publisher;
  readonly #journal: Journal;
  readonly #runtime: Runtime;
  #id: string | undefined;
  #resolve: (result: RunResult) => void = () => undefined;
  #unfollow: (() => void) | undefined;

  constructor(plan: Plan, input: unknown, options: RunOptions) {
    this.#plan = plan;
    this.#id = checkId(options.id);
    this.#publisher = new Publisher(options.observers ?? [], systemWarn);
    this.#journal = new Journal(plan, this.#publisher, () => this.id);
    this.#runtime = new Runtime({
      plan,
      concurrency: checkConcurrency(options.concurrency ?? Number.POSITIVE_INFINITY),
      timeoutMs: options.timeout === undefined ? undefined : checkDuration('timeout', options.timeout),
      graceMs: checkDuration('gracePeriod', options.gracePeriod ?? 10_000),
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      journal: this.#journal,
      id: () => this.id,
      onEnd: () => this.#finish(this.#ending()),
    });
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (options.signal !== undefined) this.#follow(options.signal);
    void Promise.resolve().then(() => this.#begin(input));
  }

  get id(): string {
    return (this.#id ??= createId(this.#runtime.startedAt));
  }

  events(): AsyncIterableIterator<RunEvent> {
    return this.#publisher.subscribe();
  }

  cancel(reason?: unknown): Promise<RunResult> {
    this.#runtime.cancel(reason);
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

  /** What became of a run that has no open task any more. */
  #ending(): Ending {
    const { state, failure, cancelReason, ledger } = this.#runtime;
    const { id, tasks, definition } = this.#plan;
    if (failure !== undefined) return { state, error: failure };
    switch (state) {
      case 'cancelled':
        return { state, error: new RunCancelledError(this.id, id, cancelReason) };
      case 'failed': {
        const errors = Array.from(
          ledger.failures(),
          ([task, error]) => new TaskFailedError(tasks[task]?.id ?? '', ledger.attempts[task] ?? 0, error),
        );
        return { state, error: new RunFailedError(this.id, id, errors) };
      }
      case 'succeeded':
        if (definition.output === undefined) return { state };
        return this.#select(definition.output);
    }
  }

  #select(select: (outputs: never) => unknown): Ending {
    const { tasks, id } = this.#plan;
    const { ledger, input } = this.#runtime;
    const outputs = Object.fromEntries(tasks.map((task) => [task.id, ledger.outputs[task.index]]));
    try {
      return { state: 'succeeded', output: select({ ...outputs, input } as never) };
    } catch (error) {
      return {
        state: 'failed',
        error: new RunFailedError(this.id, id, [new OutputSelectorError(id, error)]),
      };
    }
  }

  #finish({ state, error, output }: Ending): void {
    const { ledger, scheduler, startedAt } = this.#runtime;
    const endedAt = this.#runtime.endedAt;
    const succeeded = scheduler.succeededCount;
    this.#unfollow?.();
    const known = { ...(error !== undefined && { error }), ...(output !== undefined && { output }) };
    this.#journal.runFinished({ state, succeeded, ...known }, endedAt);
    this.#publisher.end();
    const run = (): string => this.id;
    this.#resolve(
      toResult({
        run,
        plan: this.#plan,
        ledger,
        scheduler,
        state,
        startedAt,
        endedAt,
        succeeded,
        output,
        error,
      }),
    );
  }
}
