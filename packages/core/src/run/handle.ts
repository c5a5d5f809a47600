import type { Context } from '@opentelemetry/api';
import type { Admission } from '../admit/admission.ts';
import { checkStorable } from '../codec/storable.ts';
import type { Attempt } from '../execute/attempt.ts';
import { compensate } from '../execute/compensation.ts';
import { systemWarn } from '../execute/system.ts';
import { refuseWhileLoading } from '../isolate/loading.ts';
import { createId } from '../lib/id.ts';
import { onAbort } from '../lib/on-abort.ts';
import type { CompensationResult } from '../model/compensation.ts';
import type { ChildWorkflow } from '../model/definition.ts';
import { CancelledError, type WorkflowError } from '../model/error.ts';
import type { RunEvent, RunEventOf } from '../model/event.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import type { Dispatcher } from '../model/ports.ts';
import type { RunResult } from '../model/result.ts';
import type { Message } from '../model/store.ts';
import type { History } from '../record/history.ts';
import type { EventsOptions } from '../record/event-stream.ts';
import { Journal } from '../record/journal.ts';
import { Publisher } from '../record/publisher.ts';
import { toResult } from '../record/result.ts';
import { admissionFor } from './admission.ts';
import { Audience } from './audience.ts';
import { checkModule, dispatchAttempt, dispatcherFor, slotsOf } from './dispatch.ts';
import { begin } from './begin.ts';
import { type BeginChild, Below } from './below.ts';
import { type Ending, endingOf, notKept, pastEnding } from './ending.ts';
import { Keeping, type TakenUp } from './kept.ts';
import { aboutOf, obey } from './messages.ts';
import { checkDuration, type RunSettings } from './options.ts';
import { joinLine } from './line.ts';
import { type Line, type Turn, turnOf } from './turn.ts';
import { compensationHost, doneBefore } from '../runtime/done.ts';
import type { WaitingTask } from '../runtime/rescues.ts';
import type { Waits } from '../runtime/waits.ts';
import { contextOfCaller, isWatched, watchRun } from './telemetry.ts';
import type { RuntimeHost } from '../runtime/runtime-host.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { CancelOptions, RunHandle } from './control.ts';
import { RunSecrets } from '../secrets/run-secrets.ts';

const NOW = Promise.resolve();

/** Ties a run's loop to what its caller holds: validates the input before it, compensates and makes the result after it. */
export class Handle implements RunHandle<RunResult>, RuntimeHost {
  readonly result: Promise<RunResult>;
  readonly journal: Journal;
  readonly settings: RunSettings;
  readonly secrets: RunSecrets;
  readonly audience: Audience;
  readonly admission: Admission | undefined;
  readonly threads: RuntimeHost['threads'];
  readonly cache: RuntimeHost['cache'];
  readonly stored: Keeping['stored'] | undefined;
  readonly checkKept: RuntimeHost['checkKept'];
  readonly caughtUp: Keeping['caughtUp'] | undefined;
  readonly posts: Keeping['posts'] | undefined;
  tracing: RuntimeHost['tracing'];
  metricsOf: RuntimeHost['metricsOf'];
  readonly #plan: Plan;
  readonly #dispatcher: Dispatcher | undefined;
  readonly #beginChild: BeginChild<Handle>;
  readonly #publisher: Publisher;
  readonly #runtime: Runtime;
  readonly #keeping: Keeping | undefined;
  readonly #turn: Turn | undefined;
  #below: Below<Handle> | undefined;
  #id: string | undefined;
  #resolve: ((result: RunResult) => void) | undefined;
  readonly #unfollow: (() => void) | undefined;
  /** Stops the compensation that is under way. */
  #compensating: AbortController | undefined;
  isFinished = false;
  /** What was known of the run before this process drove it. */
  #history: History | undefined;
  undoneBefore: RuntimeHost['undoneBefore'];
  /** Why the run cannot be kept any more. */
  #brokenBy: Error | undefined;
  /** Why nothing is waited for any more. */
  #forcedBy: CancelledError | undefined;
  /** What was undone, where the run has ended, and its store does not know yet. */
  #endNotKept: readonly CompensationResult[] | undefined;

  /** @throws DefinitionError where the plan needs more than there is. */
  constructor(plan: Plan, input: unknown, settings: RunSettings, beginChild: BeginChild<Handle>) {
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
    this.secrets = new RunSecrets(plan, settings.secrets, settings.above, this.#publisher);
    this.audience = new Audience(this, this.#publisher, settings.observers.length > 0);
    this.journal = new Journal(plan, this.#publisher, this);
    const { store, signal } = settings;
    this.#keeping = store && new Keeping(store, settings.outputLimit, (error) => this.#break(error));
    this.cache = this.#keeping?.openCache(plan, settings);
    this.stored = this.#keeping?.stored;
    this.checkKept = this.#keeping && this.#keeping.checkKept(this.secrets);
    this.caughtUp = this.#keeping?.caughtUp;
    this.posts = this.#keeping?.posts;
    this.#runtime = new Runtime(plan, settings, this);
    this.#turn = turnOf(plan, this, settings);
    this.result = new Promise((resolve) => (this.#resolve = resolve));
    this.#unfollow = signal && onAbort(signal, (reason) => void this.cancel(reason));
    const line =
      this.#turn && store === undefined ? joinLine(this.#turn, this.id, plan.id, settings.clock) : undefined;
    const within = contextOfCaller(settings);
    void NOW.then(() => this.#open(input, within, line));
  }

  get traceId(): string | undefined {
    return this.tracing?.traceId;
  }

  get id(): string {
    return (this.#id ??= createId(this.#runtime.startedAt));
  }

  get waiting(): readonly WaitingTask[] {
    return this.#runtime.rescues().waiting;
  }

  /** How often the run was retried. */
  get retries(): number {
    return this.#history?.retries ?? 0;
  }

  /** Whether the run, or one above it, counts among the active runs of its workflow. */
  get hasTurn(): boolean {
    return this.#turn !== undefined || this.settings.hasTurnAbove;
  }

  get children(): readonly Handle[] {
    return this.#below?.runs ?? [];
  }

  events(options?: EventsOptions): AsyncIterableIterator<RunEvent> {
    return this.audience.events(options);
  }

  on<Type extends RunEvent['type'] | '*'>(
    type: Type,
    listener: (event: RunEventOf<Type>) => void,
  ): () => void {
    return this.audience.on(type, listener);
  }

  cancel(given?: unknown, { gracePeriod, force = false }: CancelOptions = {}): Promise<RunResult> {
    const reason = this.secrets.redact(given);
    const graceMs = gracePeriod === undefined ? undefined : checkDuration('gracePeriod', gracePeriod);
    if (force) {
      for (const child of this.children) void child.cancel(reason, { force });
      this.#forcedBy ??= new CancelledError(reason);
      this.#runtime.force(reason);
      this.#compensating?.abort(this.#forcedBy);
    } else {
      this.#runtime.cancel(reason, graceMs);
    }
    this.#turn?.stop();
    return this.result;
  }

  approve(task: string, value: unknown): void {
    this.#runtime.rescues().propose(task, 'approve', { value });
  }

  retry(task: string): void {
    this.#runtime.rescues().propose(task, 'retry', {});
  }

  skip(task: string): void {
    this.#runtime.rescues().propose(task, 'skip', {});
  }

  fail(task: string, error?: Error): void {
    this.#runtime.rescues().propose(task, 'fail', error === undefined ? {} : { error });
  }

  signal(name: string, value: unknown, { by }: { readonly by?: string } = {}): void {
    this.#runtime.signals().send(name, value, by);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a run is how its result is read
  then<A = RunResult, B = never>(
    onResult?: ((result: RunResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result.then(onResult, onError);
  }

  runChild(attempt: Attempt, child: ChildWorkflow, data: never): Promise<unknown> {
    return this.#openBelow().run(attempt, child, data);
  }

  get endsBelow(): boolean {
    return this.#below?.isEnding ?? false;
  }

  #openBelow(): Below<Handle> {
    return (this.#below ??= new Below(this, this.#runtime, this.#beginChild, {
      isForced: () => this.#forcedBy !== undefined,
      isOpen: (id) => this.#keeping?.isOpen(id) ?? Promise.resolve(false),
      broken: (error) => this.#break(error),
    }));
  }

  /** What of the run waits, and when its tasks are ended because of the time. */
  get waits(): Waits {
    return this.#runtime.waits;
  }

  tellWait(until: number | undefined): void {
    if (until === undefined) this.#keeping?.goOn();
    this.settings.onWait?.(until);
  }

  dispatch(attempt: Attempt, data: unknown): unknown {
    return dispatchAttempt(this.#plan, this.settings, this.#dispatcher, this.tracing, attempt, data);
  }

  secretsOf({ definition }: PlannedTask): Readonly<Record<string, string>> {
    return this.secrets.of(definition);
  }

  /** The run has no open task any more. */
  ended(): void {
    const below = this.#keeping === undefined || this.#brokenBy !== undefined ? undefined : this.#below;
    if (below === undefined || below.isEmpty) return this.#end();
    // Who finds the end of a run in its store finds none below it that is open.
    void below.end().then(() => {
      this.#runtime.tick();
      this.#end();
    });
  }

  #end(): void {
    const ending = endingOf(this.#runtime);
    const nothing = this.#runtime.done === undefined && this.#history === undefined;
    if (ending.state === 'succeeded' || nothing || this.#brokenBy !== undefined) this.#finish(ending, []);
    else void this.#compensate(ending);
  }

  #open(input: unknown, within: Context | undefined, line: Line | undefined): void {
    if (!isWatched(this.settings)) return this.#fetchSecrets(input, line);
    watchRun(this, this.#plan, this.settings, within, this.#publisher, ({ tracing, metricsOf }) => {
      this.tracing = tracing;
      this.metricsOf = metricsOf;
      this.#fetchSecrets(input, line);
    });
  }

  #fetchSecrets(input: unknown, line: Line | undefined): void {
    if (!this.secrets.isOpen) return this.#enter(input, line);
    this.secrets.fetch(
      () => this.#enter(input, line),
      (error) => this.#refuse(error),
    );
  }

  #enter(input: unknown, line: Line | undefined): void {
    if (this.#keeping !== undefined) void this.#beginKept(this.#keeping, input);
    else if (line !== undefined) void this.#beginInTurn(input, line);
    else this.#begin(input);
  }

  async #beginInTurn(input: unknown, line: Line): Promise<void> {
    try {
      await this.#turn?.take(line, (runs) => this.#tellPending(input, runs));
    } catch (error) {
      return this.#break(error as Error);
    }
    if (!this.isFinished) this.#begin(input);
  }

  #tellPending(input: unknown, runs: readonly string[]): void {
    const { clock, parent } = this.settings;
    this.journal.runPending(input, this.#turn?.limit ?? Infinity, runs, clock.now(), parent);
    this.#runtime.signals().post();
  }

  async #beginKept(keeping: Keeping, input: unknown): Promise<void> {
    this.#publisher.listen(keeping.hear);
    let taken: TakenUp;
    try {
      const subject = `the input of workflow '${this.#plan.id}'`;
      checkStorable(input, subject, 'input');
      this.secrets.refuse(subject, 'input', input);
      const tell = (known: unknown, runs: readonly string[]): void => this.#tellPending(known, runs);
      taken = await keeping.open(this.#plan, this.id, this.settings, { input, turn: this.#turn, tell });
    } catch (error) {
      return this.#break(error as Error);
    }
    if (this.isFinished) return;
    const { past, told } = taken;
    for (const message of told) this.#hearFrom(message);
    const heard = told.at(-1)?.seq ?? 0;
    if (past === undefined) {
      this.#begin(taken.input);
      return keeping.listen(heard, (message) => this.#hearFrom(message));
    }
    const { history, events } = past;
    this.#history = history;
    if (taken.left.length > 0) this.#publisher.listen(this.#openBelow().takeUp(taken.left));
    this.undoneBefore = past.undoneBefore;
    this.#runtime.replay(history, events);
    const { finished, compensations } = history;
    if (finished === undefined) {
      this.#runtime.open(history.input, past);
      keeping.listen(Math.max(heard, history.messages), (message) => this.#hearFrom(message));
      return begin(this.#runtime, history.input, history);
    }
    this.#runtime.endAt(finished.at);
    this.#resolveWith(toResult(this.#runtime, { ...pastEnding(finished), compensations }));
  }

  #hearFrom(message: Message): void {
    if (this.isFinished) return; // Nothing follows the end of a run in its log.
    const { clock } = this.settings;
    const about = aboutOf(message);
    this.journal.runTold(message, about, undefined, clock.now());
    const refused = obey(this, () => this.#runtime.signals(), message);
    if (refused !== undefined) this.journal.runTold(message, about, refused, clock.now());
  }

  /** The run cannot be kept, and what cannot be kept is not done: it ends here, and can be taken up again. */
  #break(error: Error): void {
    if (this.#brokenBy !== undefined) return;
    this.#brokenBy = error;
    this.#keeping?.abandon(error);
    this.#turn?.stop();
    this.#below?.abandon();
    // What is kept of those below is gone on with, too: they must not be told that they were cancelled.
    for (const child of this.children) child.#break(error);
    const { phase, startedAt } = this.#runtime;
    if (this.#endNotKept === undefined && phase !== 'new') return void this.cancel(error, { force: true });
    if (phase === 'new') this.#runtime.endAt(startedAt);
    this.isFinished = true;
    const compensations = this.#endNotKept ?? [];
    this.#resolveWith(toResult(this.#runtime, { ...notKept(this.id, error), compensations }));
  }

  /** What the run needs is not there: it fails before anything of it is kept or done. */
  #refuse(error: Error): void {
    const { parent, resumes } = this.settings;
    // One that is only to be ended has been told to stop already: that would be the reason, and not this.
    if (parent !== undefined && resumes) return this.#break(error);
    this.#runtime.open(undefined);
    this.#runtime.fail(error as WorkflowError);
  }

  #begin(input: unknown): void {
    // The time in which it waited for its turn does not count.
    if (this.#turn !== undefined) this.#runtime.startedAt = this.settings.clock.now();
    this.#runtime.open(input);
    begin(this.#runtime, input);
  }

  async #compensate(ending: Ending): Promise<void> {
    this.#compensating = new AbortController();
    if (this.#forcedBy !== undefined) this.#compensating.abort(this.#forcedBy);
    const isLeft = (): boolean => this.#brokenBy !== undefined;
    const host = compensationHost(this.#runtime, this.#compensating.signal, this.#history, isLeft);
    const before = this.#history === undefined ? [] : await doneBefore(this.#runtime, this.#history);
    const compensations = await compensate([...before, ...(this.#runtime.done ?? [])], host);
    this.#runtime.tick();
    this.#finish(ending, compensations);
  }

  #finish(ending: Ending, compensations: readonly CompensationResult[]): void {
    const broken = this.#brokenBy;
    const { state, output, error } = broken === undefined ? ending : notKept(this.id, broken);
    const verdict = { state, output, error, compensations };
    this.secrets.cleanse(verdict.error, this.#runtime.ledger, compensations);
    const result = toResult(this.#runtime, verdict, this.secrets);
    this.isFinished = true;
    this.journal.runFinished(result);
    if (this.stored === undefined || broken !== undefined) return this.#resolveWith(result);
    this.#endNotKept = compensations;
    this.stored(() => this.#resolveWith(result));
  }

  #resolveWith(result: RunResult): void {
    this.#endNotKept = undefined;
    this.#unfollow?.();
    this.#publisher.end();
    const resolve = (): void => {
      this.#turn?.leave();
      this.#resolve?.(result);
    };
    if (this.#keeping === undefined) return resolve();
    // A lease that cannot be given back runs out.
    this.#keeping.close().then(resolve, resolve);
  }
}
