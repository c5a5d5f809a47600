import {
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { TaskDefinition } from '../model/definition.ts';
import type { RunEvent, RunEventOf, TaskEvent } from '../model/event.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import { outcomeOf } from '../model/state.ts';
import type { TraceBefore, Traced, TelemetryDetail, Tracing } from '../model/tracing.ts';
import type { Attributes } from './attributes.ts';
import { errorType } from './error-type.ts';
import { messageOf } from '../lib/message.ts';
import { readPlace } from '../lib/code-place.ts';
import { NO_SPAN } from '../lib/no-span.ts';
import { fromTraceparent, toHeaders, toTraceparent } from '../lib/traceparent.ts';
import { mayRetry } from './may-retry.ts';
import { isUndoing, type UndoEvent, UndoSpans } from './undo-spans.ts';
import { OpenSpan, UnitSpan } from './unit-span.ts';

/** Which run is traced, and how. */
export interface TracedRun {
  readonly id: string;
  readonly plan: Plan;
  readonly detail: TelemetryDetail;
  /** The run above this one, if there is one. */
  readonly above: string | undefined;
  /** What its span is a child of. */
  readonly parent: Context;
}

/** The spans of one run, made from its events. */
export class RunSpans implements Tracing {
  traceId: string | undefined;
  readonly #tracer: Tracer;
  readonly #run: TracedRun;
  readonly #shows: { readonly tasks: boolean; readonly attempts: boolean; readonly items: boolean };
  /** The tasks that are open; of those that have ended, what names their spans, for links. */
  readonly #units = new Map<string, UnitSpan>();
  readonly #ended = new Map<string, SpanContext>();
  #undoing: UndoSpans | undefined;
  #span: OpenSpan | undefined;
  /** Since when this process has had the run, where another one had it before. */
  #resumedAt: number | undefined;

  constructor(tracer: Tracer, run: TracedRun) {
    this.#tracer = tracer;
    this.#run = run;
    const level = LEVELS.indexOf(run.detail);
    this.#shows = { tasks: level >= 2, attempts: level >= 3, items: level >= 4 };
  }

  begin(at: number, before?: TraceBefore): string | undefined {
    const { plan, above, parent } = this.#run;
    const first = before?.first === undefined ? undefined : fromTraceparent(before.first);
    const last = before?.last === undefined ? undefined : fromTraceparent(before.last);
    if (before !== undefined) this.#resumedAt = at;
    if (first !== undefined && before !== undefined) this.#recall(first, before.tasks);
    const attributes: Attributes = {
      'workflow.name': plan.id,
      'workflow.execution.id': this.#run.id,
      'workflow.version': plan.version,
      'workflow.execution.tasks': plan.tasks.length,
      ...(above !== undefined && { 'workflow.execution.parent.id': above }),
      ...(before !== undefined && { 'workflow.execution.resumed': true }),
    };
    this.#span = new OpenSpan(this.#tracer, 'workflow.run', plan.id, {
      parent: first === undefined ? parent : trace.setSpanContext(parent, first),
      at,
      attributes,
      links: last === undefined ? undefined : [{ context: last }],
    });
    const start = { parent: this.#span.context, at, attributes, links: undefined };
    new OpenSpan(this.#tracer, 'workflow.start', plan.id, start).end(at);
    openRuns.add(this);
    const named = this.#span.span.spanContext();
    this.traceId = named.traceId;
    return toTraceparent(named);
  }

  endingSpanId({ type, task, at }: Pick<TaskEvent, 'type' | 'task' | 'at'>): string | undefined {
    const run = this.#span;
    if (run === undefined || !this.#shows.tasks) return undefined;
    const known = this.#nameOf(task) ?? this.#begin(run, { type, task, at }).span.spanContext();
    return known.spanId;
  }

  /** What ended in a process before is linked to as well: it is of this run's trace. */
  #recall({ traceId, traceFlags }: SpanContext, tasks: TraceBefore['tasks']): void {
    for (const [task, spanId] of tasks)
      this.#ended.set(task, { traceId, spanId, traceFlags, isRemote: true });
  }

  within<T>(traced: Traced, call: () => T): T {
    return context.with(this.contextOf(traced), call);
  }

  contextOf(traced: Traced): Context {
    return this.#spanOf(traced)?.context ?? this.#run.parent;
  }

  spanOf(traced: Traced): Span {
    return this.#spanOf(traced)?.span ?? NO_SPAN;
  }

  carrierOf(traced: Traced): Readonly<Record<string, string>> {
    const carrier: Record<string, string> = {};
    propagation.inject(this.contextOf(traced), carrier);
    const span = this.#spanOf(traced);
    if (span === undefined || carrier['traceparent'] !== undefined) return carrier;
    // Without a propagator nothing was written.
    return { ...carrier, ...toHeaders(span.span.spanContext()) };
  }

  leave(at: number): void {
    const run = this.#span;
    if (run === undefined) return;
    for (const unit of this.#units.values()) unit.finish(unit.phase, at);
    run.set('workflow.execution.state', 'running');
    this.#close(run, at);
  }

  readonly observe = (event: RunEvent): void => {
    const run = this.#span;
    // Those of runs below have spans of their own.
    if (run === undefined || event.run !== this.#run.id) return;
    if ('task' in event) this.#observeTask(run, event);
    else this.#observeRun(run, event);
  };

  #observeRun(run: OpenSpan, event: Exclude<RunEvent, TaskEvent>): void {
    const { at } = event;
    switch (event.type) {
      case 'run.pending':
      case 'run.started':
      case 'run.resumed':
        return;
      case 'run.waiting':
        return run.event('workflow.waiting', at, {
          tasks: event.tasks.join(', '),
          until: isoOf(event.until),
        });
      case 'breaker.changed':
        return run.event('workflow.breaker', at, { breaker: event.breaker, state: event.state });
      case 'run.retried':
        return run.event('workflow.retried', at, { tasks: event.tasks.length });
      case 'run.signalled':
        return run.event('workflow.signal', at, { name: event.name, number: event.number, by: event.by });
      case 'run.told':
        return run.event('workflow.told', at, {
          what: event.what,
          about: event.about,
          by: event.by,
          refused: event.refused,
        });
      case 'run.cancelling':
        return run.event('workflow.cancelling', at, { reason: event.reason, wholly: event.wholly });
      case 'run.finished':
        return this.#finished(run, event);
    }
  }

  #finished(run: OpenSpan, event: RunEventOf<'run.finished'>): void {
    const { state, succeeded, error, at } = event;
    run.set('workflow.execution.state', state);
    run.set('workflow.execution.outcome', outcomeOf(state, succeeded));
    run.set('workflow.execution.tasks.succeeded', succeeded);
    if (state === 'failed') {
      // The exceptions stand with the tasks that threw them.
      run.set('error.type', errorType(error));
      run.span.setStatus({
        code: SpanStatusCode.ERROR,
        message: messageOf(error),
      });
    }
    for (const unit of this.#units.values()) unit.finish('cancelled', at);
    this.#close(run, at);
  }

  #close(run: OpenSpan, at: number): void {
    this.#undoing?.leave(at);
    this.#units.clear();
    this.#ended.clear();
    run.end(at);
    this.#span = undefined;
    openRuns.delete(this);
  }

  #observeTask(run: OpenSpan, event: TaskEvent): void {
    const { at } = event;
    if (isUndoing(event)) return this.#observeUndo(run, event);
    if (event.type === 'task.log' || !this.#shows.tasks) return;
    const known = this.#units.get(event.task);
    if (known === undefined && this.#ended.has(event.task)) return;
    // The time that an SLA is about begins with the run: a task can miss it before it is queued.
    if (event.type === 'task.sla_missed')
      return (known ?? run).event('workflow.task.sla_missed', at, {
        task: event.task,
        sla_s: event.slaMs / 1_000,
      });
    const task = known ?? this.#begin(run, event);
    switch (event.type) {
      case 'task.queued':
        task.queuedAt = at;
        task.phase = 'queued';
        return;
      case 'attempt.started':
        if (event.item === undefined) return task.attemptStarted(event.attempt, at);
        task.phase = 'running';
        return this.#item(task, event.task, event.item, at)?.attemptStarted(event.attempt, at);
      case 'attempt.failed': {
        const { attempt, item, error, retryInMs } = event;
        const unit = item === undefined ? task : task.items.get(item);
        if (unit !== undefined) return unit.attemptFailed(attempt, error, retryInMs, at);
        return retryInMs === undefined ? undefined : task.retryFollows(attempt, error, retryInMs, at);
      }
      case 'attempt.late':
        return task.event('workflow.task.late', at, { attempt: event.attempt, item: event.item });
      case 'task.fanned_out':
        task.leaveQueue(at);
        task.set('workflow.task.items', event.items);
        return;
      case 'item.succeeded': {
        const item = this.#item(task, event.task, event.item, at);
        item?.set('workflow.task.output.by', event.by);
        return finishItem(task, item, event.item, 'succeeded', at);
      }
      case 'item.failed': {
        const item = this.#item(task, event.task, event.item, at);
        item?.failed(event.error, at);
        return finishItem(task, item, event.item, 'failed', at);
      }
      case 'task.recovering': {
        const delay_s = event.retryInMs === undefined ? undefined : event.retryInMs / 1_000;
        task.event('workflow.task.recovery', at, { rule: event.rule, action: event.action, delay_s });
        if (delay_s !== undefined) task.pause('retrying', at);
        return;
      }
      case 'task.waiting':
        task.pause('waiting', at);
        return task.event('workflow.task.waiting', at, {
          for: event.for,
          until: isoOf(event.until),
          signal: event.signal,
          message: event.message,
        });
      case 'task.decided':
        return task.event('workflow.task.decided', at, { decision: event.decision });
      case 'task.succeeded':
        if (event.signal !== undefined) task.event('workflow.task.signal', at, { ...event.signal });
        if (event.by === 'fallback') task.event('workflow.task.fallback', at);
        task.set('workflow.task.output.by', event.by);
        return this.#end(event.task, task, 'succeeded', at);
      case 'task.failed':
        task.failed(event.error, at);
        return this.#end(event.task, task, 'failed', at);
      case 'task.upstream_failed':
        task.set('workflow.task.cause', event.cause);
        return this.#end(event.task, task, 'upstream_failed', at);
      case 'task.skipped':
        task.set('workflow.task.skip.reason', event.reason);
        task.set('workflow.task.cause', event.cause);
        return this.#end(event.task, task, 'skipped', at);
      case 'task.cancelled':
        return this.#end(event.task, task, 'cancelled', at);
    }
  }

  /** What is kept of it is little: a run may have very many tasks. */
  #end(id: string, task: UnitSpan, state: string, at: number): void {
    task.finish(state, at);
    this.#units.delete(id);
    this.#ended.set(id, task.span.spanContext());
  }

  #nameOf(task: string): SpanContext | undefined {
    return this.#units.get(task)?.span.spanContext() ?? this.#ended.get(task);
  }

  /** What another process had queued is under way for as long as this one has had the run. */
  #begin(run: OpenSpan, { type, task: id, at }: Pick<TaskEvent, 'type' | 'task' | 'at'>): UnitSpan {
    const { plan } = this.#run;
    const planned = plan.tasks[plan.indexOf.get(id) ?? -1];
    const wasUnderWay = type !== 'task.queued' && type !== 'task.skipped' && type !== 'task.upstream_failed';
    const attributes = this.#attributesOf(id);
    if (planned !== undefined) addPlace(attributes, planned.definition);
    const start = {
      parent: run.context,
      at: wasUnderWay ? (this.#resumedAt ?? at) : at,
      attributes,
      links: planned === undefined ? undefined : this.#linksOf(planned),
    };
    const unit = new UnitSpan(this.#tracer, 'workflow.task', id, start, this.#showsAttempts(planned));
    this.#units.set(id, unit);
    return unit;
  }

  /** Whether a second attempt comes is not known when the first begins, and what that one does belongs below its span. */
  #showsAttempts(planned: PlannedTask | undefined): boolean {
    return this.#shows.attempts && planned !== undefined && mayRetry(planned);
  }

  /** Written out: for each task it is made once more. */
  #attributesOf(task: string): Attributes {
    return {
      'workflow.name': this.#run.plan.id,
      'workflow.execution.id': this.#run.id,
      'workflow.task.name': task,
    };
  }

  #linksOf({ dependsOn }: PlannedTask): Link[] | undefined {
    if (dependsOn.length === 0) return undefined;
    const links: Link[] = [];
    for (const index of dependsOn) {
      const context = this.#nameOf(this.#run.plan.tasks[index]?.id ?? '');
      if (context !== undefined) links.push({ context });
    }
    return links;
  }

  #item(task: UnitSpan, id: string, index: number, at: number): UnitSpan | undefined {
    if (!this.#shows.items) return undefined;
    const known = task.items.get(index);
    if (known !== undefined) return known;
    const attributes = this.#attributesOf(id);
    attributes['workflow.task.item'] = index;
    const start = { parent: task.context, at, attributes, links: undefined };
    const item = new UnitSpan(this.#tracer, 'workflow.item', id, start, task.showsAttempts);
    task.items.set(index, item);
    return item;
  }

  #observeUndo(run: OpenSpan, event: UndoEvent): void {
    const { task, item, attempt, at } = event;
    const state = event.type.slice('compensation.'.length);
    run.event('workflow.compensation', at, { task, item, attempt, state });
    if (!this.#shows.tasks) return;
    this.#undoing ??= new UndoSpans(this.#tracer);
    this.#undoing.observe(event, run.context, this.#attributesOf(task), this.#nameOf(task));
  }

  #spanOf({ planned, item, undoes }: Traced): OpenSpan | undefined {
    if (undoes) return this.#undoing?.of(planned.id, item?.index) ?? this.#span;
    const task = this.#units.get(planned.id);
    const unit = item === undefined ? task : (task?.items.get(item.index) ?? task);
    return unit?.innermost ?? this.#span;
  }
}

const LEVELS: readonly TelemetryDetail[] = ['off', 'run', 'tasks', 'attempts', 'items'];

const openRuns = new Set<RunSpans>();

/** Ends the spans of all runs that have not ended. */
export function leaveSpans(at: number): void {
  for (const run of openRuns) run.leave(at);
}

/** @param parent The context of whoever began the run. */
export function parentContext(parent: Context | undefined, traceparent: string | undefined): Context {
  const within = parent ?? ROOT_CONTEXT;
  const remote = traceparent === undefined ? undefined : fromTraceparent(traceparent);
  return remote === undefined ? within : trace.setSpanContext(within, remote);
}

function finishItem(
  task: UnitSpan,
  item: UnitSpan | undefined,
  index: number,
  state: string,
  at: number,
): void {
  if (item === undefined) return;
  item.finish(state, at);
  task.items.delete(index);
}

/** Where in the source a task is. */
function addPlace(attributes: Attributes, { handler, place }: TaskDefinition): void {
  const { name = '' } = handler ?? {};
  if (name !== '' && name !== 'handler') attributes['code.function.name'] = name;
  const read = place === undefined ? undefined : readPlace(place);
  if (read === undefined) return;
  attributes['code.file.path'] = read.file;
  attributes['code.line.number'] = read.line;
}

/** @param ms Milliseconds since the epoch. */
function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
