import type { Admission } from '../admit/admission.ts';
import type { Attempt, AttemptHost, Item } from '../execute/attempt.ts';
import type { Undo } from '../execute/compensation.ts';
import type { LogFields, LogLevel, RunInfo } from '../model/context.ts';
import type { ChildWorkflow } from '../model/definition.ts';
import { CancelledError, type WorkflowError } from '../model/error.ts';
import type { Decision, StandIn } from '../model/event.ts';
import type { Plan, PlannedTask, TaskIndex } from '../model/plan.ts';
import type { Pool } from '../model/placement.ts';
import type { Clock } from '../model/ports.ts';
import type { RunState, SkipReason } from '../model/state.ts';
import type { Journal } from '../record/journal.ts';
import { Ledger } from '../record/ledger.ts';
import type { RunSettings } from '../run-options.ts';
import { type Consequences, Scheduler } from '../schedule/scheduler.ts';
import { type AttemptEnds, Attempts } from './attempts.ts';
import { toUndo } from './done.ts';
import { lookAt } from './due.ts';
import { FanOuts } from './fan-outs.ts';
import { Gates, isGated } from './gates.ts';
import { Limits } from './limits.ts';
import type { Loop, Phase } from './loop.ts';
import { RunOutputs } from './outputs.ts';
import { type DecisionDetails, Rescues, type WaitingTask } from './rescues.ts';
import { Stopping } from './stopping.ts';

/** The loop lets I/O, timers and signals have their turn at least this often. */
const TURN_MS = 10;

/** What a run's loop needs of whoever began it. */
export interface RuntimeHost extends Pick<AttemptHost, 'runChild' | 'dispatch'> {
  /** The run's ID, made when it is first asked for. */
  readonly id: string;
  readonly journal: Journal;
  /** Made before the run begins, where its tasks have to be admitted. */
  readonly admission: Admission | undefined;
  /** Slots for isolated tasks. */
  readonly threads: Pool | undefined;
  /** Called once, when no task is open. */
  ended(): void;
}

/**
 * The only loop: facts about attempts go to the scheduler, what it decides is started, and each fact is published
 * before anything that follows from it starts.
 */
export class Runtime implements Loop, AttemptHost, AttemptEnds, Consequences {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly random: () => number;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly startedAt: number;
  /** What was done and can be undone, in the order in which it was done. */
  done: Undo[] | undefined;
  readonly outputs: RunOutputs;
  now: number;
  readonly #settings: RunSettings;
  readonly #host: RuntimeHost;
  readonly #attempts: Attempts;
  readonly #stopping: Stopping;
  // Made when a task first needs them: most runs never do.
  #limits: Limits | undefined;
  #gates: Gates | undefined;
  #fanOuts: FanOuts | undefined;
  #rescues: Rescues | undefined;
  /** Tasks whose conditions or gates are to be looked at once this step is done. */
  #due: TaskIndex[] | undefined;
  #info: RunInfo | undefined;
  #turnStartedAt: number;
  #starting = false;
  phase: Phase = 'new';

  constructor(plan: Plan, settings: RunSettings, host: RuntimeHost) {
    this.plan = plan;
    this.#settings = settings;
    this.#host = host;
    this.clock = settings.clock;
    this.random = settings.random;
    this.journal = host.journal;
    this.ledger = new Ledger(plan.tasks.length);
    this.outputs = new RunOutputs(this);
    this.scheduler = new Scheduler(plan, settings.concurrency, this);
    this.#attempts = new Attempts(this, this, this);
    this.#stopping = new Stopping(this, settings);
    this.now = this.clock.now();
    this.startedAt = this.now;
    this.#turnStartedAt = this.now;
  }

  get info(): RunInfo {
    return (this.#info ??= Object.freeze({
      id: this.#host.id,
      workflow: this.plan.id,
      version: this.plan.version,
      startedAt: this.startedAt,
      ...(this.#settings.parent !== undefined && { parent: this.#settings.parent }),
    }));
  }

  get endedAt(): number {
    return this.now;
  }

  get limits(): Limits | undefined {
    return this.#limits;
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

  /** The tasks that wait for a person's decision. */
  get waiting(): readonly WaitingTask[] {
    return this.#rescues?.waiting ?? [];
  }

  /** The run is known from now on, with the input as it was given; nothing starts before that was checked. */
  open(input: unknown): void {
    this.phase = 'open';
    this.tick();
    this.journal.runStarted(input, this.startedAt, this.#settings.parent);
    this.#stopping.open();
  }

  /** @param input What handlers read. */
  begin(input: unknown): void {
    if (this.phase !== 'open') return;
    this.tick();
    this.outputs.input = input;
    try {
      this.#attempts.open();
    } catch (error) {
      return this.fail(error as WorkflowError);
    }
    this.phase = 'going';
    if (this.plan.timed) this.#limits = new Limits(this, this.#attempts);
    this.scheduler.begin();
    this.proceed();
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
      this.#attempts.abort(index, reason);
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
        lookAt(due, this, () => this.#gatesNow());
      } else {
        this.#start(this.scheduler.take());
        if (this.scheduler.hasNext) this.tick();
      }
    }
    this.#starting = false;
    if (this.#stopping.due) return this.#stopping.stopTasks();
    if (this.scheduler.open === 0) this.#end();
    else if (this.#rescues !== undefined) this.#rescues.sayWaiting();
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
    this.#limits?.startTask(task, this.now);
    if (task.definition.fanOut === undefined) this.#attempts.start(task, undefined);
    else this.#fanOutsNow().start(task);
  }

  #end(): void {
    if (this.phase === 'ended') return;
    this.phase = 'ended';
    this.#limits?.clear();
    this.#attempts.close();
    this.#stopping.close();
    this.#host.ended();
  }

  tick(): void {
    this.now = this.clock.now();
  }

  // What becomes of tasks. A function of the user's, called to decide about one, may itself have ended it: the first
  // end holds.

  succeedTask(index: TaskIndex, output: unknown, by?: StandIn): void {
    if (!this.scheduler.isOpen(index)) return;
    this.ledger.outputs[index] = output;
    if (by !== undefined) this.ledger.setStandIn(index, by);
    this.#endTask(index);
    this.journal.succeeded(index, output, by, this.now);
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
    this.#rescuesNow().begin(task, error);
  }

  standBack(index: TaskIndex): void {
    this.#gates?.leave(index);
    this.scheduler.retry(index);
  }

  warn(index: TaskIndex, message: string): void {
    const attempt = this.ledger.attempts[index] ?? 0;
    this.journal.log(index, attempt, 'warn', message, undefined, this.now, undefined);
  }

  /** @throws NotWaitingError, or ValidationError where a value does not fit the task's output schema. */
  decide(task: string, decision: Decision, details: DecisionDetails): void {
    this.#rescuesNow().propose(task, decision, details);
  }

  /** The task is over: nothing of it goes on. */
  #endTask(index: TaskIndex, reason?: unknown): void {
    if (this.ledger.startedAt[index] !== undefined) this.ledger.endedAt[index] = this.now;
    this.#fanOuts?.end(index, reason);
    this.#attempts.stop(index, reason);
    this.#gates?.leave(index);
    this.#rescues?.end(index);
  }

  #fanOutsNow(): FanOuts {
    return (this.#fanOuts ??= new FanOuts(this, this.#attempts, this.#gatesNow()));
  }

  #gatesNow(): Gates {
    return (this.#gates ??= new Gates(this, this.#host, (task, item) => this.#admitted(task, item)));
  }

  #rescuesNow(): Rescues {
    return (this.#rescues ??= new Rescues(this));
  }

  // What becomes of attempts.

  started({ planned, item }: Attempt): void {
    if (planned.placement !== undefined) this.#gates?.started(item ?? planned.index);
  }

  succeeded(attempt: Attempt, output: unknown): void {
    const { planned, item } = attempt;
    this.#noteDone(attempt, output);
    if (item === undefined) this.succeedTask(planned.index, output);
    else this.#fanOuts?.itemEnded(item, { output });
  }

  succeededTooLate(attempt: Attempt, output: unknown): void {
    this.#noteDone(attempt, output);
    this.stopped(attempt.planned, attempt.item);
  }

  #noteDone(attempt: Attempt, output: unknown): void {
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
    else if (this.#gatesNow().admit(task, item)) this.#fanOuts?.of(task.index)?.ready(item);
  }

  #admitted(task: PlannedTask, item: Item | undefined): void {
    if (item === undefined) this.scheduler.admit(task.index);
    else this.#fanOuts?.of(task.index)?.ready(item);
  }

  // What an attempt's context needs.

  log(
    { planned, item, attempt }: Attempt,
    level: LogLevel,
    message: string,
    fields: LogFields | undefined,
  ): void {
    this.journal.log(planned.index, attempt, level, message, fields, this.clock.now(), item?.index);
  }

  runChild(attempt: Attempt, child: ChildWorkflow, data: never): Promise<unknown> {
    return this.#host.runChild(attempt, child, data);
  }

  dispatch(attempt: Attempt, data: unknown): unknown {
    return this.#host.dispatch(attempt, data);
  }

  // What follows from a fact, told by the scheduler.

  check(index: TaskIndex): void {
    (this.#due ??= []).push(index);
  }

  queued(index: TaskIndex): void {
    this.journal.queued(index, this.now);
    const task = this.plan.tasks[index];
    if (task !== undefined) this.#limits?.queue(task, this.now);
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
