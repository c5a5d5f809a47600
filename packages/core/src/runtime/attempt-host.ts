import type { Span } from '@opentelemetry/api';
import type { Attempt, AttemptHost } from '../execute/attempt.ts';
import type { LogFields, LogLevel, ParentTask, RunInfo } from '../model/context.ts';
import type { ChildWorkflow } from '../model/definition.ts';
import type { MetricsOf, TaskMetrics } from '../model/metrics.ts';
import type { PlannedTask } from '../model/plan.ts';
import { NO_METRICS } from '../lib/no-metrics.ts';
import { NO_SPAN } from '../lib/no-span.ts';
import type { Loop } from './loop.ts';

/** What is done for attempts outside the loop, and how the run is called there. */
type Outside = Pick<AttemptHost, 'runChild' | 'dispatch' | 'secretsOf'> & {
  readonly id: string;
  /** How often tasks have begun anew after what they had done was undone. */
  readonly undoneBefore: ReadonlyMap<string, number> | undefined;
  readonly metricsOf: MetricsOf | undefined;
};

/** What attempts' contexts say of their run, and what they ask of it. */
export class RunAttemptHost implements AttemptHost {
  readonly #loop: Loop & { readonly startedAt: number };
  readonly #outside: Outside;
  readonly #parent: ParentTask | undefined;
  #info: RunInfo | undefined;

  constructor(loop: Loop & { readonly startedAt: number }, outside: Outside, parent: ParentTask | undefined) {
    this.#loop = loop;
    this.#outside = outside;
    this.#parent = parent;
  }

  get info(): RunInfo {
    return (this.#info ??= Object.freeze({
      id: this.#outside.id,
      workflow: this.#loop.plan.id,
      version: this.#loop.plan.version,
      startedAt: this.#loop.startedAt,
      ...(this.#parent !== undefined && { parent: this.#parent }),
    }));
  }

  /** What was undone is done anew, not once more: who remembers the key would do nothing. */
  keyOf(task: string): string {
    const key = `${this.#outside.id}/${task}`;
    const undone = this.#outside.undoneBefore?.get(task) ?? 0;
    return undone === 0 ? key : `${key}~${undone + 1}`;
  }

  log(made: Attempt, level: LogLevel, message: string, fields: LogFields | undefined): void {
    const { planned, item, attempt } = made;
    const { journal, clock, tracing } = this.#loop;
    const span = tracing?.spanOf(made).spanContext();
    journal.log(planned.index, attempt, level, message, fields, clock.now(), item?.index, span);
  }

  runChild(attempt: Attempt, child: ChildWorkflow, data: never): Promise<unknown> {
    return this.#outside.runChild(attempt, child, data);
  }

  dispatch(attempt: Attempt, data: unknown): unknown {
    return this.#outside.dispatch(attempt, data);
  }

  spanOf(attempt: Attempt): Span {
    return this.#loop.tracing?.spanOf(attempt) ?? NO_SPAN;
  }

  metricsOf({ id }: PlannedTask): TaskMetrics {
    return this.#outside.metricsOf?.(id) ?? NO_METRICS;
  }

  secretsOf(task: PlannedTask): Readonly<Record<string, string>> {
    return this.#outside.secretsOf(task);
  }
}
