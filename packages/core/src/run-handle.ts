import { type Admission, createAdmission } from './admit/admission.ts';
import { machineResources } from './admit/capacity.ts';
import { impossibleDemands } from './admit/impossible.ts';
import { poolsOf } from './admit/pool-set.ts';
import type { Attempt } from './execute/attempt.ts';
import { loadBreakers } from './execute/breakers.ts';
import { compensate } from './execute/compensation.ts';
import { systemWarn } from './execute/system.ts';
import { refuseWhileLoading } from './isolate/loading.ts';
import { createId } from './lib/id.ts';
import type { CompensationResult } from './model/compensation.ts';
import type { ChildWorkflow } from './model/definition.ts';
import { CancelledError, DefinitionError, RecursionError, ValidationError } from './model/error.ts';
import type { RunEvent } from './model/event.ts';
import type { Plan } from './model/plan.ts';
import type { Pool } from './model/placement.ts';
import type { Duration } from './model/policy.ts';
import type { Dispatcher } from './model/ports.ts';
import type { RunResult } from './model/result.ts';
import { validate } from './model/schema.ts';
import { Journal } from './record/journal.ts';
import { Publisher } from './record/publisher.ts';
import { toResult } from './record/result.ts';
import { checkModule, dispatchAttempt, dispatcherFor, slotsOf } from './run-dispatch.ts';
import { type Ending, endingOf } from './run-ending.ts';
import { checkDuration, type RunSettings } from './run-options.ts';
import { compensationHost } from './runtime/done.ts';
import type { WaitingTask } from './runtime/rescues.ts';
import { Runtime, type RuntimeHost } from './runtime/runtime.ts';

export interface CancelOptions {
  /** How long running handlers have to stop. @default the run's own `gracePeriod` */
  readonly gracePeriod?: Duration;
  /**
   * Waits for nothing: tasks that always run are cancelled too, and nothing is compensated any more. Works on a run that
   * is being cancelled already.
   * @default false
   */
  readonly force?: boolean;
}

/** The outputs of a run's tasks, by ID, as a successful run has them. */
type OutputsIn<Result extends RunResult> = Extract<Result, { readonly state: 'succeeded' }>['outputs'];

/** A run that has begun. `await` it for its result; it never rejects, a failed run resolves with the failure. */
export interface RunHandle<Result extends RunResult> extends PromiseLike<Result> {
  readonly id: string;
  /** The result as a plain promise. It never rejects. */
  readonly result: Promise<Result>;
  /** The tasks that wait for a person's decision, the first first. */
  readonly waiting: readonly WaitingTask[];
  /** The runs that tasks of this one have under way, by `.runWorkflow()`. */
  readonly children: readonly RunHandle<RunResult>[];
  /**
   * The run's events as they happen, up to its end, and those of the runs below it. Called in the same turn as `run`, it
   * misses none; called later, it gives those from then on. Each call gives an iterator of its own.
   */
  events(): AsyncIterableIterator<RunEvent>;
  /**
   * Cancels the run: running tasks' signals are aborted, everything else is cancelled at once; then what always runs
   * does so, and what was done is compensated. Gives the result. After the run has ended it changes nothing.
   *
   * @throws OptionError when the grace period is not a duration.
   */
  cancel(reason?: unknown, options?: CancelOptions): Promise<Result>;
  /**
   * Gives a task that waits for a decision its output. It is checked by the task's output schema, as what a handler
   * returns is; where that works asynchronously, a value that does not fit is said in the run's log.
   *
   * @throws NotWaitingError
   * @throws ValidationError where the value does not fit; the task goes on waiting.
   */
  approve<Id extends keyof OutputsIn<Result> & string>(task: Id, value: OutputsIn<Result>[Id]): void;
  /**
   * Has a task that waits for a decision make another attempt.
   *
   * @throws NotWaitingError
   */
  retry(task: keyof OutputsIn<Result> & string): void;
  /**
   * Skips a task that waits for a decision.
   *
   * @throws NotWaitingError
   */
  skip(task: keyof OutputsIn<Result> & string): void;
  /**
   * Fails a task that waits for a decision.
   *
   * @param error @default the error because of which it waits
   * @throws NotWaitingError
   */
  fail(task: keyof OutputsIn<Result> & string, error?: Error): void;
}

/** How a run is begun below a task of another: `run-child.ts`, which compiles its workflow first. */
export type BeginChild = (parent: Handle, attempt: Attempt, child: ChildWorkflow, data: never) => Handle;

/** Ties a run's loop to what its caller holds: validates the input before it, compensates and makes the result after it. */
export class Handle implements RunHandle<RunResult>, RuntimeHost {
  readonly result: Promise<RunResult>;
  readonly journal: Journal;
  readonly settings: RunSettings;
  readonly admission: Admission | undefined;
  readonly threads: Pool | undefined;
  readonly #plan: Plan;
  readonly #dispatcher: Dispatcher | undefined;
  readonly #beginChild: BeginChild;
  readonly #publisher: Publisher;
  readonly #runtime: Runtime;
  #children: Set<Handle> | undefined;
  /** Whether the run above this one hears its events. */
  #tellsParent: boolean;
  #id: string | undefined;
  #resolve: (result: RunResult) => void = () => undefined;
  #unfollow: (() => void) | undefined;
  /** Stops the compensation that is under way. */
  #compensating: AbortController | undefined;
  /** The result is there: what runs below still tell is not of this run any more. */
  #finished = false;
  /** Why nothing is waited for any more. */
  #forcedBy: CancelledError | undefined;

  /** @throws DefinitionError where the plan needs more than there is. */
  constructor(plan: Plan, input: unknown, settings: RunSettings, beginChild: BeginChild) {
    this.#plan = plan;
    this.settings = settings;
    this.#beginChild = beginChild;
    this.#id = settings.id;
    refuseWhileLoading(plan.id);
    checkModule(plan, settings);
    this.#dispatcher = dispatcherFor(plan, settings);
    this.threads = this.#dispatcher === undefined ? undefined : slotsOf(this.#dispatcher);
    if (plan.needs.admission || this.threads !== undefined) this.admission = admissionFor(plan, settings);
    this.#publisher = new Publisher(settings.observers, systemWarn);
    this.#tellsParent = settings.observers.length > 0;
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

  get waiting(): readonly WaitingTask[] {
    return this.#runtime.waiting;
  }

  get children(): readonly Handle[] {
    return [...(this.#children ?? [])];
  }

  events(): AsyncIterableIterator<RunEvent> {
    this.#hearChildren();
    return this.#publisher.subscribe();
  }

  /** Somebody listens, and has to hear of the runs below from now on, too. */
  #hearChildren(): void {
    for (const child of this.children) child.#tell(this);
  }

  #tell(parent: Handle): void {
    if (this.#tellsParent) return;
    this.#tellsParent = true;
    this.#hearChildren();
    this.#publisher.listen((event) => parent.hear(event));
  }

  cancel(reason?: unknown, { gracePeriod, force = false }: CancelOptions = {}): Promise<RunResult> {
    const graceMs = gracePeriod === undefined ? undefined : checkDuration('gracePeriod', gracePeriod);
    if (force) {
      for (const child of this.children) void child.cancel(reason, { force });
      this.#forcedBy ??= new CancelledError(reason);
      this.#runtime.force(reason);
      this.#compensating?.abort(this.#forcedBy);
    } else {
      this.#runtime.cancel(reason, graceMs);
    }
    return this.result;
  }

  approve(task: string, value: unknown): void {
    this.#runtime.decide(task, 'approve', { value });
  }

  retry(task: string): void {
    this.#runtime.decide(task, 'retry', {});
  }

  skip(task: string): void {
    this.#runtime.decide(task, 'skip', {});
  }

  fail(task: string, error?: Error): void {
    this.#runtime.decide(task, 'fail', error === undefined ? {} : { error });
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a run is how its result is read
  then<A = RunResult, B = never>(
    onResult?: ((result: RunResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result.then(onResult, onError);
  }

  // What the run's loop needs.

  async runChild(attempt: Attempt, child: ChildWorkflow, data: never): Promise<unknown> {
    const handle = this.#beginChild(this, attempt, child, data);
    const children = (this.#children ??= new Set());
    children.add(handle);
    const result = await handle.result;
    children.delete(handle);
    if (result.state !== 'succeeded') throw endless(result.error) ?? result.error;
    return result.output;
  }

  /** What a run below this one tells, its observers hear. */
  hear(event: RunEvent): void {
    if (this.#publisher.wanted && !this.#finished) this.#publisher.publish(event);
  }

  get observed(): boolean {
    return this.#publisher.wanted;
  }

  dispatch(attempt: Attempt, data: unknown): unknown {
    return dispatchAttempt(this.#plan, this.settings, this.#dispatcher, attempt, data);
  }

  /** The run has no open task any more. */
  ended(): void {
    const ending = endingOf(this.#runtime);
    if (ending.state === 'succeeded' || this.#runtime.done === undefined) this.#finish(ending, []);
    else void this.#compensate(ending);
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
    if (schema === undefined) return this.#prepare(input);
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
    if (!(checked instanceof Promise)) return this.#prepare(checked);
    checked.then((value) => this.#prepare(value), refuse);
  }

  /** Loads what only some runs need, then begins. */
  #prepare(input: unknown): void {
    if (this.#plan.needs.breakers.length === 0) return this.#runtime.begin(input);
    loadBreakers().then(
      () => this.#runtime.begin(input),
      (error: unknown) => this.cancel(error),
    );
  }

  async #compensate(ending: Ending): Promise<void> {
    this.#compensating = new AbortController();
    if (this.#forcedBy !== undefined) this.#compensating.abort(this.#forcedBy);
    const host = compensationHost(this.#runtime, this.#compensating.signal);
    const compensations = await compensate(this.#runtime.done ?? [], host);
    this.#runtime.tick();
    this.#finish(ending, compensations);
  }

  #finish({ state, output, error }: Ending, compensations: readonly CompensationResult[]): void {
    const result = toResult(this.#runtime, { state, output, error, compensations });
    this.#unfollow?.();
    this.#finished = true;
    this.journal.runFinished(result);
    this.#publisher.end();
    this.#resolve(result);
  }
}

/** Workflows that run each other without end: said once, not by each of the runs on the way, and never retried. */
function endless(error: unknown): RecursionError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RecursionError) return cause;
  }
  return undefined;
}

/**
 * @throws DefinitionError where a task needs more than there is in all.
 * @throws OptionError where a pool of the same name with other options is in use.
 */
function admissionFor(plan: Plan, { clock, resources }: RunSettings): Admission {
  const { capacity } = resources ?? machineResources();
  const impossible = impossibleDemands(plan, capacity);
  if (impossible.length > 0) throw new DefinitionError(plan.id, impossible);
  for (const { placement } of plan.tasks)
    for (const { pool } of placement?.pools ?? []) poolsOf(clock).queueOf(pool);
  return createAdmission({ clock, resources });
}
