import type { RunEvent, RunEventOf } from '../model/event.ts';
import type { Duration } from '../model/policy.ts';
import type { RunResult } from '../model/result.ts';
import type { EventsOptions } from '../record/event-stream.ts';
import type { WaitingTask } from '../runtime/rescues.ts';

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
  /**
   * What names the run's trace, from its first event on, where OpenTelemetry is set up: 32 hexadecimal digits; of a trace that is not
   * sampled, too.
   */
  readonly traceId: string | undefined;
  /** The result as a plain promise. It never rejects. */
  readonly result: Promise<Result>;
  /** The tasks that wait for a person's decision, the first first. */
  readonly waiting: readonly WaitingTask[];
  /** The runs that tasks of this one have under way, by `.runWorkflow()`. */
  readonly children: readonly RunHandle<RunResult>[];
  /**
   * The run's events as they happen, up to its end, and those of the runs below it. Called in the same turn as `run`, it
   * misses none; called later, it gives those from then on. Each call gives an iterator of its own. A reader that is slow does
   * not hold up the run: see the options.
   *
   * @throws OptionError
   */
  events(options?: EventsOptions): AsyncIterableIterator<RunEvent>;
  /**
   * Has a function called with every event of a type (`'*'`: of any) from now on, as an observer is: in order, right after it
   * became true. Should it throw, it is called no more, and the process is warned; the run goes on.
   *
   * @returns What ends that.
   * @throws OptionError where there is no such type of event.
   */
  on<Type extends RunEvent['type'] | '*'>(
    type: Type,
    listener: (event: RunEventOf<Type>) => void,
  ): () => void;
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
   * @throws UnstorableError, SecretExposedError where the run is kept, and the value cannot be; likewise.
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
  /**
   * Sends a signal into the run: the task that has waited longest for one of that name takes it, else it is kept for the
   * next one. Each is taken once.
   *
   * @param options `by`: who sends it, for the log.
   * @throws SignalRefusedError where no task of the run can take it any more
   * @throws UnstorableError, SecretExposedError where the run is kept, and the payload cannot be. Sent before the secrets are
   * known, it is dropped then, and the run's log says so.
   * @throws ValidationError where the payload does not fit; who waits goes on waiting. Where the schema works
   * asynchronously, that is said in the run's log.
   */
  signal(name: string, value: unknown, options?: { readonly by?: string }): void;
}
