import type { Span } from '@opentelemetry/api';
import type { TaskMetrics } from './metrics.ts';

/** Values added to a log line; they must survive JSON. */
export type LogFields = Readonly<Record<string, unknown>>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes `task.log` events with the run, task and attempt filled in. Costs nothing when nobody listens. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The task of another run that runs this one. */
export interface ParentTask {
  readonly run: string;
  readonly task: string;
  readonly attempt: number;
  readonly item?: number;
}

/** The run that an attempt belongs to. */
export interface RunInfo {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Present where a task of another run runs this one. */
  readonly parent?: ParentTask;
}

/**
 * What a handler gets beside its data: everything about this one attempt.
 *
 * `Secrets` are the names of those that its task needs.
 */
export interface TaskContext<Secrets extends string = never> {
  /**
   * Aborted when the attempt times out, the task's deadline passes or the run is cancelled; its `reason` is a
   * `TimeoutError`, `DeadlineError` or `CancelledError`. Pass it on to whatever the handler waits for.
   */
  readonly signal: AbortSignal;
  /** Which try this is, from 1. */
  readonly attempt: number;
  readonly run: RunInfo;
  readonly task: { readonly id: string };
  readonly log: Log;
  /**
   * `runId/taskId`, and `/item` in a fan-out: the same over all attempts, for de-duplicating effects elsewhere. Another one
   * (`runId/taskId~2`) only where a run is retried after what the task had done was undone.
   */
  readonly idempotencyKey: string;
  /**
   * The OpenTelemetry span in which the handler runs, for attributes and events of its own. Where nobody traces the run, or on the
   * thread of an isolated task, it keeps nothing of what it is told. Its `spanContext()` names the trace.
   */
  readonly span: Span;
  /**
   * The W3C traceparent of that span, for the environment of a child process or a header; undefined where nobody traces the run.
   *
   * Source: https://www.w3.org/TR/trace-context/#traceparent-header
   */
  readonly traceparent: string | undefined;
  /** Metrics of the task's own. Where nobody collects them, they keep nothing. */
  readonly metrics: TaskMetrics;
  /** The secrets that the task named by `.secrets()`, and no others. They are taken out of all that is told of the run. */
  readonly secrets: Readonly<Record<Secrets, string>>;
}
