import type { Attempt, AttemptHost, Item } from '../execute/attempt.ts';
import type { Undo } from '../execute/compensation.ts';
import type { RunInfo } from '../model/context.ts';
import { CancelledError, type WorkflowError } from '../model/error.ts';
import type { RunEvent, StandIn, TakenSignal } from '../model/event.ts';
import type { Plan, PlannedTask, TaskIndex } from '../model/plan.ts';
import type { Clock } from '../model/ports.ts';
import type { RunState, SkipReason } from '../model/state.ts';
import type { History, TakingUp } from '../record/history.ts';
import type { Journal } from '../record/journal.ts';
import { Ledger } from '../record/ledger.ts';
import type { Consequences } from '../schedule/consequences.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { RunAttemptHost } from './attempt-host.ts';
import { type AttemptEnds, Attempts } from './attempts.ts';
import { toUndo } from './done.ts';
import { lookAt } from './due.ts';
import { FanOuts } from './fan-outs.ts';
import { Gates, isGated } from './gates.ts';
import { Limits } from './limits.ts';
import type { Loop, Phase } from './loop.ts';
import type { RuntimeHost, RuntimeSettings } from './runtime-host.ts';
import { RunOutputs } from './outputs.ts';
import { restoreLedger, restoreParts, restoreTasks } from './restore.ts';
import { Rescues } from './rescues.ts';
import { Signals } from './signals.ts';
import { Stopping } from './stopping.ts';
import { Waits } from './waits.ts';

/** The loop lets I/O, timers and signals have their turn at least this often. */
const TURN_MS = 10;

/**
 * The only loop: facts about attempts go to the scheduler, what it decides is started, and each fact is published
 * before anything that follows from it starts.
 */
export class Runtime implements Loop, AttemptEnds, Consequences {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly random: () => number;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  startedAt: number;
  /** What was done and can be undone, in the order in which it was done. */
  done: Undo[] | undefined;
  readonly outputs: RunOutputs;
  readonly waits: Waits;
  readonly stored: RuntimeHost['stored'];
  readonly checkKept: RuntimeHost['checkKept'];
  now: number;
  readonly #settings: RuntimeSettings;
  readonly #host: RuntimeHost;
  readonly attemptHost: AttemptHost;
  readonly attempts: Attempts;
  readonly #stopping: Stopping;
  // Made when a task first needs them: most runs never do.
  limits: Limits | undefined;
  #gates: Gates | undefined;
  #fanOuts: FanOuts | undefined;
  #rescues: Rescues | undefined;
  #signals: Signals | undefined;
  /** Tasks whose conditions or gates are to be looked at once this step is done. */
  #due: TaskIndex[] | undefined;
  #turnStartedAt: number;
  #starting = false;
  phase: Phase = 'new';

  constructor(plan: Plan, settings: RuntimeSettings, host: RuntimeHost) {
    this.plan = plan;
    this.#settings = settings;
    this.#host = host;
    this.stored = host.stored;
    this.checkKept = host.checkKept;
    this.clock = settings.clock;
    this.random = settings.random;
    this.journal = host.journal;
    this.ledger = new Ledger(plan.tasks.length);
    this.outputs = new RunOutputs(this);
    this.scheduler = new Scheduler(plan, settings.concurrency, this);
    this.attemptHost = new RunAttemptHost(this, host, settings.parent);
    this.attempts = new Attempts(this, this.attemptHost, this);
    this.#stopping = new Stopping(this, settings);
    this.waits = new Waits(this, this.attempts, this.#stopping, host);
    this.now = this.clock.now();
    this.startedAt = this.now;
    this.#turnStartedAt = this.now;
  }

  get tracing(): RuntimeHost['tracing'] {
    return this.#host.tracing;
  }

  get info(): RunInfo {
    return this.attemptHost.info;
  }

  get endedAt(): number {
    return this.now;
  }

  /** Why the run was cancelled, if it was: what was given to `cancel`. */
  get cancelReason(): unknown {
    return this.#stopping.reason;
  }

  /** Why the run failed as a whole, if it did: what was given to `fail`. */
  get failure(): WorkflowError | undefined {
    return this.#stopping.failure;
  }

  get state(): RunState {
    return this.#stopping.failed ? 'failed' : this.scheduler.verdict;
  }

  /**
   * The run is known from now on, with the input as it was given; nothing starts before that was checked.
   *
   * @param past What was replayed, if the run goes on.
   */
  open(input: unknown, past?: { readonly history: History; readonly taking: TakingUp }): void {
    this.phase = 'open';
    this.tick();
    const span = this.tracing?.begin(past === undefined ? this.startedAt : this.now, past?.history.traces);
    if (past === undefined) {
      this.journal.runStarted(input, this.startedAt, this.#settings, span);
      this.#stopping.open();
    } else {
      this.journal.runTakenUp(past.taking, this.#settings.timeoutMs, this.now, span);
      this.#stopping.reopen(past.history);
    }
    this.#signals?.open();
  }

  /** @param input What handlers read. */
  begin(input: unknown, history?: History): void {
    if (this.phase !== 'open') return;
    this.tick();
    this.outputs.input = input;
    try {
      this.attempts.open(history?.openBreakers);
    } catch (error) {
      return this.fail(error as WorkflowError);
    }
    this.phase = 'going';
    if (this.plan.timed) this.limits = new Limits(this, this.attempts);
    if (history === undefined) this.scheduler.begin();
    else restoreTasks(this, history);
    this.proceed();
  }

  /** Takes in all that a log says: the run is where its process left it. */
  replay(history: History, events: Iterable<RunEvent>): void {
    this.startedAt = history.startedAt;
    for (const event of events) this.scheduler.apply(event);
    restoreLedger(this, history);
    restoreParts(this, history);
  }

  /** A run that was replayed had ended. */
  endAt(instant: number): void {
    this.phase = 'ended';
    this.now = instant;
  }

  /** Ends everything that has not ended: what runs gets its signal and the grace period, the rest is cancelled now. */
  cancel(reason: unknown, graceMs?: number): void {
    this.#stopping.stop(reason, undefined, graceMs);
  }

  /** The same, but the run has failed, with this error. */
  fail(failure: WorkflowError): void {
    this.#stopping.stop(failure, failure);
  }

  /** Cancels the run if it is not being cancelled yet, and waits for nothing: tasks that always run are cancelled too. */
  force(reason: unknown): void {
    this.#stopping.force(reason);
  }

  /** Tells what runs and is to end to stop. */
  abort(reason: unknown): void {
    for (const { index } of this.plan.tasks) {
      if (!this.scheduler.isRunning(index) || !this.scheduler.isCancelled(index)) continue;
      this.attempts.abort(index, reason);
      this.#fanOuts?.of(index)?.abort(reason);
    }
  }

  proceed(): void {
    if (this.#starting) return;
    this.#starting = true;
    while (!this.#stopping.due && (this.#due !== undefined || this.scheduler.hasNext)) {
      if (this.now - this.#turnStartedAt > TURN_MS) return this.#yield();
      if (this.#due !== undefined) {
        const due = this.#due;
        this.#due = undefined;
        lookAt(due, this, () => this.gates());
      } else {
        this.#start(this.scheduler.take());
        if (this.scheduler.hasNext) this.tick();
      }
    }
    this.#starting = false;
    if (this.#stopping.due) return this.#stopping.stopTasks();
    if (this.scheduler.open === 0) this.#end();
    else this.waits.say();
  }

  #yield(): void {
    this.clock.yieldTurn(() => {
      this.tick();
      this.#turnStartedAt = this.now;
      this.#starting = false;
      this.proceed();
    });
  }

  #start(index: TaskIndex): void {
    const task = this.plan.tasks[index];
    if (task === undefined) return;
    this.limits?.startTask(task, this.now);
    if (task.definition.fanOut === undefined) this.attempts.start(task, undefined);
    else this.fanOuts().start(task);
  }

  #end(): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.waits.close();
    this.limits?.clear();
    this.attempts.close();
    this.#stopping.close();
    this.#host.ended();
  }

  tick(): void {
    this.now = this.clock.now();
  }

  // What becomes of tasks. A function of the user's that decides about one may itself have ended it: the first end holds.

  succeedTask(index: TaskIndex, output: unknown, by?: StandIn, signal?: TakenSignal): void {
    if (!this.scheduler.isOpen(index)) return;
    this.ledger.outputs[index] = output;
    if (by !== undefined) this.ledger.setStandIn(index, by);
    this.#endTask(index);
    this.journal.succeeded(index, output, by, this.now, signal);
    this.scheduler.succeed(index);
  }

  failTask(index: TaskIndex, error: Error): void {
    if (!this.scheduler.isOpen(index)) return;
    this.#endTask(index, error);
    this.ledger.setError(index, error);
    this.journal.failed(index, error, this.now);
    this.scheduler.fail(index);
    const onFailure = this.#settings.onFailure ?? this.plan.definition.onFailure;
    if (onFailure !== 'fail-fast' || this.plan.tasks[index]?.definition.allowFailure === true) return;
    this.#stopping.stop(error, 'task');
  }

  skipTask(index: TaskIndex, reason: SkipReason): void {
    if (!this.scheduler.isOpen(index)) return;
    this.#endTask(index);
    this.journal.skipped(index, reason, undefined, this.now);
    this.scheduler.skip(index, reason);
  }

  cancelTask(index: TaskIndex): void {
    if (!this.scheduler.isOpen(index)) return;
    this.#endTask(index, new CancelledError(this.cancelReason));
    this.journal.cancelled(index, this.now);
    this.scheduler.cancelled(index);
  }

  rescueTask(index: TaskIndex, error: Error): void {
    const task = this.plan.tasks[index];
    if (task?.definition.fallback === undefined && task?.definition.recover === undefined)
      return this.failTask(index, error);
    this.rescues().begin(task, error);
  }

  standBack(index: TaskIndex): void {
    this.#gates?.leave(index);
    this.scheduler.retry(index);
  }

  warn(index: TaskIndex, message: string): void {
    const attempt = this.ledger.attempts[index] ?? 0;
    this.journal.log(index, attempt, 'warn', message, undefined, this.now, undefined, undefined);
  }

  /** The task is over: nothing of it goes on. */
  #endTask(index: TaskIndex, reason?: unknown): void {
    if (this.ledger.startedAt[index] !== undefined) this.ledger.endedAt[index] = this.now;
    this.#fanOuts?.end(index, reason);
    this.attempts.stop(index, reason);
    this.#gates?.leave(index);
    this.#rescues?.end(index);
    this.#signals?.end(index);
    this.waits.end(index);
  }

  fanOuts(): FanOuts {
    return (this.#fanOuts ??= new FanOuts(this, this.attempts, this.gates()));
  }

  gates(): Gates {
    return (this.#gates ??= new Gates(this, this.#host, (task, item) => this.#admitted(task, item)));
  }

  rescues(): Rescues {
    return (this.#rescues ??= new Rescues(this));
  }

  signals(): Signals {
    return (this.#signals ??= new Signals(this, this.#host));
  }

  // What becomes of attempts.

  started({ planned, item }: Attempt): number | undefined {
    return planned.placement === undefined ? undefined : this.#gates?.started(item ?? planned.index);
  }

  succeeded(attempt: Attempt, output: unknown): void {
    const { planned, item } = attempt;
    this.#noteDone(attempt, output);
    if (item === undefined) this.succeedTask(planned.index, output);
    else this.#fanOuts?.itemEnded(item, { output });
  }

  succeededTooLate(attempt: Attempt, output: unknown): void {
    const { planned, item } = attempt;
    this.#noteDone(attempt, output);
    if (planned.compensate !== undefined) this.journal.attemptLate(attempt, output, this.now);
    this.stopped(planned, item);
  }

  #noteDone(attempt: Attempt, output: unknown): void {
    if (attempt.planned.cache !== undefined) this.#gates?.keep(attempt, output);
    if (attempt.planned.compensate !== undefined) (this.done ??= []).push(toUndo(this, attempt, output));
  }

  failed(task: PlannedTask, item: Item | undefined, error: Error): void {
    if (item === undefined) this.rescueTask(task.index, error);
    else this.#fanOuts?.itemEnded(item, { error });
  }

  stopped(task: PlannedTask, item: Item | undefined): void {
    if (item === undefined) this.cancelTask(task.index);
    else this.#fanOuts?.itemEnded(item, { error: new CancelledError(this.cancelReason) });
  }

  waitingFor(task: PlannedTask, item: Item | undefined, wait: 'retry' | 'breaker'): void {
    this.#gates?.leave(item ?? task.index);
    if (item !== undefined) this.scheduler.release(task.index, 'slot');
    else if (wait === 'retry') this.scheduler.retry(task.index);
    else this.scheduler.wait(task.index);
  }

  again(task: PlannedTask, item: Item | undefined): void {
    if (item === undefined) this.scheduler.requeue(task.index);
    else if (this.gates().admit(task, item)) this.#fanOuts?.of(task.index)?.ready(item);
  }

  #admitted(task: PlannedTask, item: Item | undefined): void {
    if (item === undefined) this.scheduler.admit(task.index);
    else this.#fanOuts?.of(task.index)?.ready(item);
  }

  // What follows from a fact, told by the scheduler.

  check(index: TaskIndex): void {
    (this.#due ??= []).push(index);
  }

  queued(index: TaskIndex): void {
    this.journal.queued(index, this.now);
    const task = this.plan.tasks[index];
    if (task !== undefined) this.limits?.queue(task, this.now);
    if (isGated(this.plan.traits, index)) (this.#due ??= []).push(index);
  }

  cancelled(index: TaskIndex): void {
    this.#endTask(index);
    this.journal.cancelled(index, this.now);
  }

  upstreamFailed(index: TaskIndex, cause: TaskIndex): void {
    this.journal.upstreamFailed(index, cause, this.now);
  }

  skipped(index: TaskIndex, cause: TaskIndex): void {
    this.journal.skipped(index, 'dependency', cause, this.now);
  }
}
