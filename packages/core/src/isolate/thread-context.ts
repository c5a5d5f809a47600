import type { Span } from '@opentelemetry/api';
import { toPlain } from '../lib/plain.ts';
import type { Log, LogFields, LogLevel, RunInfo, TaskContext } from '../model/context.ts';
import type { MetricOptions, TaskMetrics } from '../model/metrics.ts';
import { NO_METRICS } from '../lib/no-metrics.ts';
import { traceparentOf } from '../lib/traceparent.ts';
import type { Assignment, FromThread } from './message.ts';

/** What a handler gets on its thread beside its data. */
export class ThreadContext implements TaskContext {
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly run: RunInfo;
  readonly task: { readonly id: string };
  readonly log: Log;
  readonly idempotencyKey: string;
  readonly span: Span;
  readonly metrics: TaskMetrics;
  readonly secrets: Readonly<Record<string, string>>;

  constructor(
    { attempt, run, task, item, idempotencyKey, secrets = {}, metered }: Assignment,
    span: Span,
    signal: AbortSignal,
    tell: (message: FromThread) => void,
  ) {
    const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
      try {
        tell({ type: 'logged', level, message, fields });
      } catch {
        // A function, for instance, is no reason to fail: it would not have survived JSON either.
        const plain = JSON.parse(JSON.stringify(toPlain(fields))) as LogFields;
        tell({ type: 'logged', level, message, fields: plain });
      }
    };
    this.signal = signal;
    this.secrets = secrets;
    this.span = span;
    this.metrics = metered === undefined ? NO_METRICS : metricsTo(tell);
    this.attempt = attempt;
    this.run = run;
    this.task = { id: task };
    this.log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const key = `${run.id}/${task}`;
    this.idempotencyKey = idempotencyKey ?? (item === undefined ? key : `${key}/${item}`);
  }

  get traceparent(): string | undefined {
    return traceparentOf(this.span);
  }
}

/** What is measured on a thread is collected where the run is. */
function metricsTo(tell: (message: FromThread) => void): TaskMetrics {
  const tellOf = (use: keyof TaskMetrics, name: string, value: number, options?: MetricOptions): void =>
    tell({ type: 'measured', measured: { use, name, value, options } });
  return {
    add: (name, by = 1, options) => tellOf('add', name, by, options),
    record: (name, value, options) => tellOf('record', name, value, options),
  };
}
