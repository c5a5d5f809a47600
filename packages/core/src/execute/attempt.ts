import type { Span } from '@opentelemetry/api';
import { traceparentOf } from '../lib/traceparent.ts';
import type { AttemptContext } from '../model/attempt-context.ts';
import type { Log, LogFields, LogLevel, RunInfo } from '../model/context.ts';
import type { ChildWorkflow } from '../model/definition.ts';
import type { TaskMetrics } from '../model/metrics.ts';
import type { PlannedTask, TaskIndex } from '../model/plan.ts';
import type { BreakerPass } from './breaker-pass.ts';

/** What an attempt needs of the run it belongs to. */
export interface AttemptHost {
  readonly info: RunInfo;
  /** What identifies the effect of a task outside the run. */
  keyOf(task: string): string;
  log(attempt: Attempt, level: LogLevel, message: string, fields: LogFields | undefined): void;
  runChild(attempt: Attempt, child: ChildWorkflow, data: never): Promise<unknown>;
  dispatch(attempt: Attempt, data: unknown): unknown;
  secretsOf(task: PlannedTask): Readonly<Record<string, string>>;
  spanOf(attempt: Attempt): Span;
  metricsOf(task: PlannedTask): TaskMetrics;
}

/**
 * One try of one task, or of one of its items: the context its handler gets, and the switch that stops it. Once ended,
 * whatever the handler still gives is dropped. The signal is made when somebody first reads it: most handlers never do.
 */
export class Attempt implements AttemptContext {
  readonly attempt: number;
  readonly planned: PlannedTask;
  readonly item: Item | undefined;
  pass: BreakerPass | undefined;
  readonly #host: AttemptHost;
  #controller: AbortController | undefined;
  #abortedBy: { readonly reason: unknown } | undefined;

  constructor(host: AttemptHost, planned: PlannedTask, attempt: number, item: Item | undefined) {
    this.#host = host;
    this.planned = planned;
    this.attempt = attempt;
    this.item = item;
    this.pass = undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedBy !== undefined) this.#controller.abort(this.#abortedBy.reason);
    }
    return this.#controller.signal;
  }

  get run(): RunInfo {
    return this.#host.info;
  }

  get task(): { readonly id: string } {
    return { id: this.planned.id };
  }

  get idempotencyKey(): string {
    const key = this.#host.keyOf(this.planned.id);
    return this.item === undefined ? key : `${key}/${this.item.index}`;
  }

  get secrets(): Readonly<Record<string, string>> {
    return this.#host.secretsOf(this.planned);
  }

  get span(): Span {
    return this.#host.spanOf(this);
  }

  get traceparent(): string | undefined {
    return traceparentOf(this.span);
  }

  get metrics(): TaskMetrics {
    return this.#host.metricsOf(this.planned);
  }

  /** It undoes what another attempt has done. */
  get undoes(): boolean {
    return false;
  }

  get log(): Log {
    const write = (level: LogLevel) => (message: string, fields?: LogFields) =>
      this.#host.log(this, level, message, fields);
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }

  /** Tells the handler to stop; its signal, read now or later, is aborted with this reason. */
  abort(reason: unknown): void {
    if (this.#abortedBy !== undefined) return;
    this.#abortedBy = { reason };
    this.#controller?.abort(reason);
  }

  runChild(child: ChildWorkflow, data: never): Promise<unknown> {
    return this.#host.runChild(this, child, data);
  }

  dispatch(data: unknown): unknown {
    return this.#host.dispatch(this, data);
  }
}

/** One element of a fanned-out task, from when it is pulled until it has ended. */
export class Item {
  readonly task: TaskIndex;
  readonly index: number;
  readonly value: unknown;
  /** How many attempts were started, those before the task was recovered included. */
  attempts: number;
  /** The attempt it waits for. */
  live: Attempt | undefined = undefined;

  constructor(task: TaskIndex, index: number, value: unknown, attempts: number) {
    this.attempts = attempts;
    this.task = task;
    this.index = index;
    this.value = value;
  }
}

/** What attempts are made of: a task, or one of its items. */
export type Unit = TaskIndex | Item;
