import { metrics } from '@opentelemetry/sdk-node';
import type { Colors } from 'picocolors/types.js';
import { attributesText } from './span-look.ts';

/** The longest that a timer can wait: metrics are drawn when they are flushed, and not now and then before. */
const NEVER_MS = 2 ** 31 - 1;

/** Metrics as lines, drawn when they are flushed. */
export function metricLook(
  print: (text: string) => void,
  colours: Colors,
): { readonly reader: metrics.MetricReader; readonly flush: () => Promise<void> } {
  const reader = new metrics.PeriodicExportingMetricReader({
    exportIntervalMillis: NEVER_MS,
    exporter: {
      export(collected, done) {
        const lines = drawMetrics(collected, colours);
        if (lines.length > 0) print(['', colours.bold('metrics'), ...lines].join('\n'));
        done({ code: 0 });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  });
  return { reader, flush: () => reader.forceFlush() };
}

/** One line for each series. */
function drawMetrics({ scopeMetrics }: metrics.ResourceMetrics, colours: Colors): string[] {
  return scopeMetrics
    .flatMap((scope) => scope.metrics)
    .flatMap((metric) => {
      const { name, unit } = metric.descriptor;
      const isNamed = unit !== '' && !unit.startsWith('{');
      return pointsOf(metric, isNamed ? ` ${unit}` : '').map(([attributes, value]) =>
        `  ${name}  ${value}  ${colours.dim(attributesText(attributes))}`.trimEnd(),
      );
    });
}

type Point = readonly [attributes: metrics.DataPoint<unknown>['attributes'], value: string];

function pointsOf(metric: metrics.MetricData, unit: string): Point[] {
  switch (metric.dataPointType) {
    case metrics.DataPointType.SUM:
    case metrics.DataPointType.GAUGE:
      return metric.dataPoints.map(({ attributes, value }) => [attributes, `${figure(value)}${unit}`]);
    case metrics.DataPointType.HISTOGRAM:
    case metrics.DataPointType.EXPONENTIAL_HISTOGRAM:
      return metric.dataPoints.map(({ attributes, value: { count, sum = 0, min, max } }) => [
        attributes,
        count === 1
          ? `${figure(sum)}${unit}`
          : [
              `${count} ×`,
              `mean ${figure(count === 0 ? 0 : sum / count)}${unit}`,
              ...(min === undefined || max === undefined
                ? []
                : [`from ${figure(min)} to ${figure(max)}${unit}`]),
            ].join(' '),
      ]);
  }
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
