import { metrics } from '@opentelemetry/api';
import {
  type CollectionResult,
  DataPointType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';

/** Collects when it is asked, and never by itself. */
class AskedReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** What is known of a metric: its unit, and each of its points as a line. */
export interface Collected {
  readonly unit: string;
  /** The bounds of its buckets, of a histogram. */
  readonly bounds: readonly number[] | undefined;
  readonly attributes: readonly Readonly<Record<string, unknown>>[];
  /** `task=a state=failed: 2` of a number, `task=a: 2 in 0.03 s` of a histogram; attributes by the end of their names. */
  readonly points: readonly string[];
}

/** Registers a real provider of metrics. */
export function meters(): {
  collect(): Promise<Readonly<Record<string, Collected>>>;
  close(): Promise<void>;
} {
  const reader = new AskedReader();
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  return {
    collect: async () => metricsIn(await reader.collect()),
    async close() {
      metrics.disable();
      await provider.shutdown();
    },
  };
}

function metricsIn({ resourceMetrics, errors }: CollectionResult): Readonly<Record<string, Collected>> {
  if (errors.length > 0) throw new AggregateError(errors);
  const collected: Record<string, Collected> = {};
  for (const { metrics: all } of resourceMetrics.scopeMetrics) {
    for (const metric of all) {
      const { descriptor } = metric;
      const isHistogram = metric.dataPointType === DataPointType.HISTOGRAM;
      collected[descriptor.name] = {
        unit: descriptor.unit,
        bounds: isHistogram ? metric.dataPoints[0]?.value.buckets.boundaries : undefined,
        attributes: metric.dataPoints.map(({ attributes }) => attributes),
        points: metric.dataPoints
          .map(({ attributes, value }) => `${labelsOf(attributes)}: ${valueOf(value)}`)
          .toSorted(),
      };
    }
  }
  return collected;
}

function labelsOf(attributes: Readonly<Record<string, unknown>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${NAMES[name] ?? name}=${String(value)}`)
    .join(' ');
}

const NAMES: Readonly<Record<string, string>> = {
  'workflow.name': 'workflow',
  'workflow.task.name': 'task',
  'workflow.task.state': 'state',
  'workflow.execution.outcome': 'outcome',
  'workflow.task.attempt.outcome': 'outcome',
  'workflow.compensation.outcome': 'outcome',
  'workflow.pool.name': 'pool',
  'workflow.breaker.name': 'breaker',
  'error.type': 'error',
};

function valueOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const { count, sum = 0 } = value as { readonly count: number; readonly sum?: number };
  return `${count} in ${Math.round(sum * 1e6) / 1e6} s`;
}
