import {
  type Context,
  diag,
  type Link,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { messageOf } from '../lib/message.ts';
import { NoSpan } from '../lib/no-span.ts';
import type { ActiveTaskState } from '../model/state.ts';
import type { AttributeName, Attributes, SpanEventName, SPANS } from './attributes.ts';
import { errorType } from './error-type.ts';

/** Seconds and nanoseconds: the only form in which a time cannot be taken for one since the process began. */
type Instant = [seconds: number, nanos: number];

/** @param ms Milliseconds since the epoch. */
function instant(ms: number): Instant {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}

/** A span of the SDK, told only what `attributes.ts` knows. */
export class OpenSpan {
  readonly span: Span;
  readonly parent: Context;
  readonly tracer: Tracer;
  #context: Context | undefined;

  constructor(
    tracer: Tracer,
    kind: keyof typeof SPANS,
    id: string,
    { parent, at, attributes, links }: SpanStart,
  ) {
    this.tracer = tracer;
    this.parent = parent;
    const startTime = instant(at);
    const options = links === undefined ? { startTime, attributes } : { startTime, attributes, links };
    this.span = started(tracer, `${kind} ${id}`, options, parent);
  }

  /** Made when something first happens inside: a map is copied for it. */
  get context(): Context {
    return (this.#context ??= trace.setSpan(this.parent, this.span));
  }

  set(attribute: AttributeName, value: string | number | boolean | undefined): void {
    if (value !== undefined) this.span.setAttribute(attribute, value);
  }

  event(name: SpanEventName, at: number, facts: Readonly<Record<string, unknown>> = {}): void {
    this.span.addEvent(name, eventAttributes(facts), instant(at));
  }

  failed(error: unknown, at: number): void {
    this.set('error.type', errorType(error));
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    if (error instanceof Error) this.span.recordException(error, instant(at));
  }

  end(at: number): void {
    this.span.end(instant(at));
  }
}

/**
 * A span that begins. Where what the user has set up throws, such as a processor of spans, it is one that tells nothing: no run
 * fails because of who looks at it.
 */
function started(tracer: Tracer, name: string, options: SpanOptions, parent: Context): Span {
  try {
    return tracer.startSpan(name, options, parent);
  } catch (error) {
    diag.error(`wf-sdk: span '${name}' could not begin`, error);
    return new NoSpan(trace.getSpanContext(parent));
  }
}

export interface SpanStart {
  readonly parent: Context;
  /** Milliseconds since the epoch, as all times here. */
  readonly at: number;
  readonly attributes: Attributes;
  readonly links: Link[] | undefined;
}

/** A task, or an item of one, with its attempts. */
export class UnitSpan extends OpenSpan {
  phase: ActiveTaskState = 'queued';
  queuedAt: number | undefined;
  readonly showsAttempts: boolean;
  #items: Map<number, UnitSpan> | undefined;
  readonly #id: string;
  readonly #attributes: Attributes;
  #queuedS: number | undefined;
  #made = 0;
  #attempt: OpenSpan | undefined;

  /** @param showsAttempts Whether its attempts have spans, the first one from the start: its handler runs in it. */
  constructor(
    tracer: Tracer,
    kind: 'workflow.task' | 'workflow.item',
    id: string,
    start: SpanStart,
    showsAttempts: boolean,
  ) {
    super(tracer, kind, id, start);
    this.#id = id;
    this.#attributes = start.attributes;
    this.showsAttempts = showsAttempts;
  }

  /** The items that are under way. */
  get items(): Map<number, UnitSpan> {
    return (this.#items ??= new Map<number, UnitSpan>());
  }

  /** Where its handler runs. */
  get innermost(): OpenSpan {
    return this.#attempt ?? this;
  }

  /** It starts, or its next attempt does. Gives how long it was queued, in seconds. */
  leaveQueue(at: number): number | undefined {
    this.phase = 'running';
    const queuedS = this.queuedAt === undefined ? undefined : (at - this.queuedAt) / 1_000;
    this.queuedAt = undefined;
    if (this.#made === 0) this.#queuedS = queuedS;
    return queuedS;
  }

  attemptStarted(attempt: number, at: number): void {
    const queuedS = this.leaveQueue(at);
    this.#made++;
    if (!this.showsAttempts) return;
    this.#attempt = this.#begin(attempt, at);
    this.#attempt.set('workflow.task.queue.duration', queuedS);
  }

  attemptFailed(attempt: number, error: unknown, retryInMs: number | undefined, at: number): void {
    if (retryInMs !== undefined) {
      this.phase = 'retrying';
      this.retryFollows(attempt, error, retryInMs, at);
    }
    this.#attempt?.failed(error, at);
    this.#endAttempt(at);
  }

  /** An attempt of it failed, or of an item that has no span. */
  retryFollows(attempt: number, error: unknown, retryInMs: number, at: number): void {
    this.event('workflow.task.retry', at, {
      attempt,
      delay_s: retryInMs / 1_000,
      'error.type': errorType(error),
      reason: messageOf(error),
    });
  }

  /** It is over, or this process leaves it. */
  finish(state: string, at: number): void {
    this.#endAttempt(at);
    this.#finishItems(state, at);
    const ended: Attributes = { 'workflow.task.state': state };
    if (this.#made > 0) ended['workflow.task.attempts'] = this.#made;
    if (this.#queuedS !== undefined) ended['workflow.task.queue.duration'] = this.#queuedS;
    this.span.setAttributes(ended);
    this.end(at);
  }

  /** What it was doing is over, and it begins anew or waits. */
  pause(phase: ActiveTaskState, at: number): void {
    this.phase = phase;
    this.#endAttempt(at);
    this.#finishItems('cancelled', at);
  }

  #begin(attempt: number, at: number): OpenSpan {
    const attributes = { ...identityOf(this.#attributes), 'workflow.task.attempt': attempt };
    return new OpenSpan(this.tracer, 'workflow.attempt', this.#id, {
      parent: this.context,
      at,
      attributes,
      links: undefined,
    });
  }

  #finishItems(state: string, at: number): void {
    for (const item of this.#items?.values() ?? []) item.finish(state, at);
    this.#items = undefined;
  }

  #endAttempt(at: number): void {
    this.#attempt?.end(at);
    this.#attempt = undefined;
  }
}

/** What is not there is left out; what has no form of its own is told as text. */
function eventAttributes(
  facts: Readonly<Record<string, unknown>>,
): Record<string, string | number | boolean> {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined) continue;
    attributes[name] =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : messageOf(value);
  }
  return attributes;
}

/** What says which run, task and item it is, and nothing more. */
function identityOf(attributes: Attributes): Attributes {
  const identity: Attributes = {};
  for (const name of IDENTITY) {
    const value = attributes[name];
    if (value !== undefined) identity[name] = value;
  }
  return identity;
}

const IDENTITY = [
  'workflow.name',
  'workflow.execution.id',
  'workflow.task.name',
  'workflow.task.item',
] as const satisfies readonly AttributeName[];
