import type { LogFields, LogLevel, ParentTask } from '../model/context.ts';
import {
  type AwaitedBreaker,
  type Decision,
  EVENT_VERSION,
  type RunEvent,
  type StandIn,
  type TakenSignal,
  type TaskEvent,
} from '../model/event.ts';
import type { RunMessage } from '../model/message.ts';
import type { Plan, TaskIndex } from '../model/plan.ts';
import type { BreakerState } from '../model/policy.ts';
import type { RecoveryAction } from '../model/recovery.ts';
import type { RunResult } from '../model/result.ts';
import type { Signal } from '../model/signal.ts';
import type { SkipReason } from '../model/state.ts';
import type { Message } from '../model/store.ts';
import type { Tracing } from '../model/tracing.ts';
import type { TakingUp } from './history.ts';
import type { Publisher } from './publisher.ts';

type Fact<Type extends TaskEvent['type']> = Extract<TaskEvent, { readonly type: Type }>;
/** An attempt, as the journal sees it. */
interface Tried {
  readonly planned: { readonly index: TaskIndex };
  readonly attempt: number;
  readonly item: { readonly index: number } | undefined;
}
/** What a run is begun under. */
interface Terms {
  readonly parent: ParentTask | undefined;
  readonly timeoutMs: number | undefined;
}
/** What becomes of a task in the end. */
type End = 'task.succeeded' | 'task.failed' | 'task.upstream_failed' | 'task.skipped' | 'task.cancelled';
/** The run that is told of. */
interface ToldRun {
  readonly id: string;
  /** Absent where nobody traces it. */
  readonly tracing: Pick<Tracing, 'endingSpanId'> | undefined;
}
/** What every event about a task has. */
type FactKey = 'type' | 'run' | 'at' | 'task';

/**
 * Tells whoever listens what became true of a run and its tasks, each fact as an event. While nobody listens nothing
 * is made. `at` is in milliseconds since the epoch.
 */
export class Journal {
  readonly #plan: Plan;
  readonly #publisher: Publisher;
  readonly #run: ToldRun;

  constructor(plan: Plan, publisher: Publisher, run: ToldRun) {
    this.#plan = plan;
    this.#publisher = publisher;
    this.#run = run;
  }

  /** An observer is being told something right now. */
  get telling(): boolean {
    return this.#publisher.publishing;
  }

  runStarted(
    input: unknown,
    at: number,
    { parent, timeoutMs }: Terms,
    traceparent: string | undefined,
  ): void {
    if (!this.#publisher.wanted) return;
    const { id: workflow, version, tasks } = this.#plan;
    const fact = { type: 'run.started', run: this.#run.id, at, workflow, version } as const;
    const event = { ...fact, eventVersion: EVENT_VERSION, input, total: tasks.length };
    this.#publisher.publish({
      ...event,
      ...(parent !== undefined && { parent }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(traceparent !== undefined && { traceparent }),
    });
  }

  /** @param runs Those it waits for. */
  runPending(
    input: unknown,
    limit: number,
    runs: readonly string[],
    at: number,
    parent: ParentTask | undefined,
  ): void {
    if (!this.#publisher.wanted) return;
    const { id: workflow, version } = this.#plan;
    const event = {
      type: 'run.pending',
      run: this.#run.id,
      at,
      workflow,
      version,
      eventVersion: EVENT_VERSION,
      input,
      limit,
      runs,
    } as const;
    this.#publisher.publish(parent === undefined ? event : { ...event, parent });
  }

  /**
   * @param taking Why another process has the run, if not simply to go on with it.
   * @param timeoutMs The most the run may take, where that was said anew.
   */
  runTakenUp(
    { retried, changed }: TakingUp,
    timeoutMs: number | undefined,
    at: number,
    traceparent: string | undefined,
  ): void {
    if (!this.#publisher.wanted) return;
    const fact = {
      run: this.#run.id,
      at,
      eventVersion: EVENT_VERSION,
      ...(changed.length > 0 && { changed }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(traceparent !== undefined && { traceparent }),
    };
    this.#publisher.publish(
      retried === undefined ? { type: 'run.resumed', ...fact } : { type: 'run.retried', ...fact, ...retried },
    );
  }

  /**
   * @param about The name of the signal, or the task that is decided.
   * @param refused Why it brought about nothing, if it did not.
   */
  runTold(
    { seq, by, type }: Message,
    about: string | undefined,
    refused: string | undefined,
    at: number,
  ): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({
      type: 'run.told',
      run: this.#run.id,
      at,
      message: seq,
      what: type as RunMessage['type'],
      ...(about !== undefined && { about }),
      ...(by !== undefined && { by }),
      ...(refused !== undefined && { refused }),
    });
  }

  /** @param wholly Tasks that always run are cancelled too. */
  runCancelling(reason: unknown, failure: 'run' | 'task' | undefined, wholly: boolean, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({
      type: 'run.cancelling',
      run: this.#run.id,
      at,
      reason,
      ...(failure !== undefined && { failure }),
      ...(wholly && { wholly }),
    });
  }

  runWaiting(
    tasks: readonly string[],
    until: number | undefined,
    breakers: readonly AwaitedBreaker[],
    at: number,
  ): void {
    if (!this.#publisher.wanted) return;
    const event = { type: 'run.waiting', run: this.#run.id, at, tasks } as const;
    this.#publisher.publish({
      ...event,
      ...(until !== undefined && { until }),
      ...(breakers.length > 0 && { breakers }),
    });
  }

  runSignalled(signal: Signal, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({ type: 'run.signalled', run: this.#run.id, at, ...signal });
  }

  breakerChanged(breaker: string, state: BreakerState, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#publisher.publish({ type: 'breaker.changed', run: this.#run.id, at, breaker, state });
  }

  runFinished({ state, succeeded, total, endedAt: at, error, output }: RunResult): void {
    if (!this.#publisher.wanted) return;
    const event = { type: 'run.finished', run: this.#run.id, at, state, succeeded, total } as const;
    this.#publisher.publish({
      ...event,
      ...(error !== undefined && { error }),
      ...(output !== undefined && { output }),
    });
  }

  queued(task: TaskIndex, at: number): void {
    if (!this.#publisher.wanted) return;
    const event = { type: 'task.queued', run: this.#run.id, at, task: this.#idOf(task) } as const;
    const pools = this.#plan.tasks[task]?.placement?.pools ?? [];
    this.#publisher.publish(
      pools.length === 0 ? event : { ...event, pools: pools.map(({ pool }) => pool.name) },
    );
  }

  /** @param admissionMs How long it had to wait to be admitted, if it had to. */
  attemptStarted(
    task: TaskIndex,
    attempt: number,
    at: number,
    item: number | undefined,
    admissionMs: number | undefined,
  ): void {
    if (!this.#publisher.wanted) return;
    const details = admissionMs === undefined ? { attempt } : { attempt, admissionMs };
    this.#tell('attempt.started', task, at, details, item);
  }

  /** @param retryInMs The wait before the next attempt; none follows where it is undefined. */
  attemptFailed(
    task: TaskIndex,
    attempt: number,
    error: Error,
    at: number,
    retryInMs: number | undefined,
    item: number | undefined,
  ): void {
    if (!this.#publisher.wanted) return;
    const details = { attempt, error, ...(retryInMs !== undefined && { retryInMs }) };
    this.#tell('attempt.failed', task, at, details, item);
  }

  attemptLate({ planned, attempt, item }: Tried, output: unknown, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#tell('attempt.late', planned.index, at, { attempt, output }, item?.index);
  }

  fannedOut(task: TaskIndex, items: number | undefined, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#tell('task.fanned_out', task, at, items === undefined ? {} : { items });
  }

  itemSucceeded(task: TaskIndex, item: number, output: unknown, by: 'cache' | undefined, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#tell('item.succeeded', task, at, by === undefined ? { item, output } : { item, output, by });
  }

  itemFailed(task: TaskIndex, item: number, error: Error, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#tell('item.failed', task, at, { item, error });
  }

  recovering(
    task: TaskIndex,
    rule: { readonly place: number; readonly action: RecoveryAction['type'] },
    retryInMs: number | undefined,
    at: number,
  ): void {
    if (!this.#publisher.wanted) return;
    const details = { rule: rule.place, action: rule.action, ...(retryInMs !== undefined && { retryInMs }) };
    this.#tell('task.recovering', task, at, details);
  }

  waiting(task: TaskIndex, details: Omit<Fact<'task.waiting'>, FactKey>, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#tell('task.waiting', task, at, details);
  }

  decided(task: TaskIndex, decision: Decision, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#tell('task.decided', task, at, { decision });
  }

  slaMissed(task: TaskIndex, slaMs: number, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#tell('task.sla_missed', task, at, { slaMs });
  }

  succeeded(
    task: TaskIndex,
    output: unknown,
    by: StandIn | undefined,
    at: number,
    signal: TakenSignal | undefined,
  ): void {
    if (!this.#publisher.wanted) return;
    const details = by === undefined ? { output } : { output, by };
    this.#end('task.succeeded', task, at, signal === undefined ? details : { ...details, signal });
  }

  skipped(task: TaskIndex, reason: SkipReason, causeTask: TaskIndex | undefined, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#end('task.skipped', task, at, {
      reason,
      ...(causeTask !== undefined && { cause: this.#idOf(causeTask) }),
    });
  }

  /** @param attempt Which try of the undo function, from 1. */
  compensation(
    what: 'started' | 'succeeded',
    task: TaskIndex,
    attempt: number,
    item: number | undefined,
    at: number,
  ): void {
    if (!this.#publisher.wanted) return;
    this.#tell(`compensation.${what}`, task, at, { attempt }, item);
  }

  compensationFailed(
    task: TaskIndex,
    attempt: number,
    item: number | undefined,
    error: Error,
    retryInMs: number | undefined,
    at: number,
  ): void {
    if (!this.#publisher.wanted) return;
    const details = { attempt, error, ...(retryInMs !== undefined && { retryInMs }) };
    this.#tell('compensation.failed', task, at, details, item);
  }

  failed(task: TaskIndex, error: Error, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#end('task.failed', task, at, { error });
  }

  upstreamFailed(task: TaskIndex, causeTask: TaskIndex, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#end('task.upstream_failed', task, at, { cause: this.#idOf(causeTask) });
  }

  cancelled(task: TaskIndex, at: number): void {
    if (!this.#publisher.wanted) return;
    this.#end('task.cancelled', task, at, {});
  }

  log(
    task: TaskIndex,
    attempt: number,
    level: LogLevel,
    message: string,
    fields: LogFields | undefined,
    at: number,
    item: number | undefined,
    span: { readonly traceId: string; readonly spanId: string } | undefined,
  ): void {
    if (!this.#publisher.wanted) return;
    const details = {
      attempt,
      level,
      message,
      ...(fields !== undefined && { fields }),
      ...(span !== undefined && { traceId: span.traceId, spanId: span.spanId }),
    };
    this.#tell('task.log', task, at, details, item);
  }

  /** A later process links to the span of what has ended in this one. */
  #end<Type extends End>(
    type: Type,
    task: TaskIndex,
    at: number,
    details: Omit<Fact<Type>, FactKey | 'spanId'>,
  ): void {
    const spanId = this.#run.tracing?.endingSpanId({ type, task: this.#idOf(task), at });
    const known = details as Omit<Fact<Type>, FactKey>;
    this.#tell(type, task, at, spanId === undefined ? known : { ...known, spanId });
  }

  #tell<Type extends TaskEvent['type']>(
    type: Type,
    task: TaskIndex,
    at: number,
    details: Omit<Fact<Type>, FactKey>,
    item?: number,
  ): void {
    const event = { type, run: this.#run.id, at, task: this.#idOf(task), ...details };
    this.#publisher.publish((item === undefined ? event : { ...event, item }) as unknown as RunEvent);
  }

  #idOf(task: TaskIndex): string {
    return this.#plan.tasks[task]?.id ?? '';
  }
}
