import { TraceFlags } from '@opentelemetry/api';
import { core, logs, metrics } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { type Channel, isNotTaken, type Loss, reasonOf } from './channel.ts';
import { lastAnswer } from './last-answer.ts';
import { logExporter, metricExporter, type Route, spanExporter } from './otlp.ts';
import { Outbox } from './outbox.ts';
import { unreachable } from './unreachable.ts';

/**
 * A run of 10,000 tasks that do nothing is over before anything can be sent, and the specification's 2,048 would drop
 * most of it.
 */
const QUEUE = 32_768;
/** What a process that is killed takes with it, at most; the specification's five seconds are a long time for a run. */
const DELAY_MS = 1_000;

/** Spans, from those who make them to a collector. */
export function spanChannel(route: Route): Channel & { readonly processors: SpanProcessor[] } {
  const outbox = new Outbox(spanExporter(route), (spans) => spans.length);
  const batches = new BatchSpanProcessor({
    exporter: outbox,
    maxQueueSize: count('OTEL_BSP_MAX_QUEUE_SIZE') ?? QUEUE,
    scheduledDelayMillis: count('OTEL_BSP_SCHEDULE_DELAY') ?? DELAY_MS,
    ...optional('maxExportBatchSize', count('OTEL_BSP_MAX_EXPORT_BATCH_SIZE')),
    ...optional('exportTimeoutMillis', count('OTEL_BSP_EXPORT_TIMEOUT')),
  });
  const tally = new Tally('span', route, outbox, false);
  const counter: SpanProcessor = {
    onStart: () => undefined,
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) tally.made += 1;
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  return {
    processors: [counter, batches],
    ...flushing(batches, outbox, route),
    takeLoss: () => tally.take(),
  };
}

/** Log records, likewise. */
export function logChannel(
  route: Route,
  isNamed: boolean,
): Channel & { readonly processors: logs.LogRecordProcessor[] } {
  const outbox = new Outbox(logExporter(route), (records) => records.length);
  const batches = new logs.BatchLogRecordProcessor({
    exporter: outbox,
    maxQueueSize: count('OTEL_BLRP_MAX_QUEUE_SIZE') ?? QUEUE,
    scheduledDelayMillis: count('OTEL_BLRP_SCHEDULE_DELAY') ?? DELAY_MS,
    ...optional('maxExportBatchSize', count('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE')),
    ...optional('exportTimeoutMillis', count('OTEL_BLRP_EXPORT_TIMEOUT')),
  });
  const tally = new Tally('log record', route, outbox, !isNamed);
  const counter: logs.LogRecordProcessor = {
    onEmit: () => void (tally.made += 1),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  return {
    processors: [counter, batches],
    ...flushing(batches, outbox, route),
    takeLoss: () => tally.take(),
  };
}

/** Metrics, likewise. They add up: what was not sent once is in what is sent next. */
export function metricChannel(
  route: Route,
  isNamed: boolean,
): Channel & { readonly reader: metrics.MetricReader } {
  const exporter = metricExporter(route);
  const outbox = new Outbox<metrics.ResourceMetrics>(exporter, () => 1);
  const exportIntervalMillis = count('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  const reader = new metrics.PeriodicExportingMetricReader({
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(count('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000, exportIntervalMillis),
    exporter: {
      export: outbox.export,
      forceFlush: outbox.forceFlush,
      shutdown: outbox.shutdown,
      ...optional('selectAggregation', exporter.selectAggregation?.bind(exporter)),
      ...optional('selectAggregationTemporality', exporter.selectAggregationTemporality?.bind(exporter)),
    },
  });
  const { endpoint } = route;
  const answer = lastAnswer(route);
  return {
    reader,
    ...flushing(reader, outbox, route),
    takeLoss() {
      const { problem, isIdle } = outbox;
      if (problem === undefined && isIdle) return undefined;
      if (!isNamed && isNotTaken(problem)) return undefined;
      const failure = answer() ?? problem;
      return { what: 'metrics', endpoint, reason: failure && reasonOf(failure) };
    },
  };
}

/** How many were made, beside how many arrived. What lies between was refused, dropped, or is on its way. */
class Tally {
  made = 0;
  readonly #unit: string;
  readonly #route: Route;
  readonly #outbox: Outbox<never>;
  readonly #mayBeRefused: boolean;
  readonly #answer: () => Error | undefined;
  #toldMade = 0;
  #toldLost = 0;

  constructor(unit: string, route: Route, outbox: Outbox<never>, mayBeRefused: boolean) {
    this.#unit = unit;
    this.#route = route;
    this.#outbox = outbox;
    this.#mayBeRefused = mayBeRefused;
    this.#answer = lastAnswer(route);
  }

  take(): Loss | undefined {
    const { delivered, isIdle } = this.#outbox;
    const made = this.made - this.#toldMade;
    const lost = this.made - delivered - this.#toldLost;
    this.#toldMade = this.made;
    this.#toldLost += Math.max(lost, 0);
    if (lost <= 0 || (this.#mayBeRefused && isNotTaken(this.#outbox.failure))) return undefined;
    const { endpoint } = this.#route;
    const dropped = isIdle ? 'they came faster than they could be sent, and the queue was full' : undefined;
    const failure = this.#answer() ?? this.#outbox.failure;
    const reason = failure === undefined ? dropped : reasonOf(failure);
    return { what: `${lost} of ${Math.max(made, lost)} ${this.#unit}s`, endpoint, reason };
  }
}

/** What a processor rejects with is told by its outbox. */
function flushing<Batch>(
  processor: { forceFlush(): Promise<void> },
  outbox: Outbox<Batch>,
  { protocol, endpoint }: Route,
): Pick<Channel, 'flush'> {
  const send = async (): Promise<void> => {
    await Promise.allSettled([processor.forceFlush()]);
    await outbox.forceFlush();
  };
  // An exporter over HTTP tries again for seconds where nobody listens; one over gRPC does not.
  const giveUp = async (): Promise<void> => {
    await outbox.busy();
    const reason = await unreachable(endpoint);
    if (outbox.isIdle) await send();
    else outbox.blame(reason);
  };
  return {
    flush: () => (protocol === 'grpc' ? send() : Promise.race([send(), giveUp()])),
  };
}

/** A number above zero from the environment. Others are as good as none, as the specification wants it. */
function count(name: string): number | undefined {
  const value = core.getNumberFromEnv(name);
  return value !== undefined && value > 0 ? value : undefined;
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}
