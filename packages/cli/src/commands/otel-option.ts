import type { TelemetryDetail } from '@wf-sdk/core';
import { Option } from 'commander';
import type { Destination } from '../telemetry/wanted.ts';
import { UsageError } from '../usage-error.ts';

const DESTINATIONS: readonly Destination[] = ['otlp', 'console'];

/** `--otel`, or `--otel console`. */
export function otelOption(): Option {
  return new Option(
    '--otel [where]',
    'send traces, metrics and logs to a collector (otlp, the default), or print spans and metrics (console)',
  )
    .choices(DESTINATIONS)
    .preset('otlp');
}

const DETAILS: readonly TelemetryDetail[] = ['run', 'tasks', 'attempts', 'items'];

export function otelDetailOption(): Option {
  return new Option(
    '--otel-detail <level>',
    'how much of the run has spans, each with all that stands before it (default: items)',
  ).choices(DETAILS);
}

/**
 * Gives a bare `--otel` its default, so that it takes nothing for its value that only stands behind it:
 * `wf-sdk run --otel pipeline.ts`.
 *
 * @throws UsageError where what stands behind it can be nothing else
 */
export function namingExporter(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return args.map((arg, at) => {
    const isBare = arg === '--otel' && (end === -1 || at < end);
    const next = args[at + 1];
    if (!isBare || DESTINATIONS.some((destination) => destination === next)) return arg;
    // A pipeline's name has an extension; for other commands a word may be a run.
    if (args[0] === 'run' && next !== undefined && /^\w[\w-]*$/.test(next))
      throw new UsageError(`--otel takes otlp, which is the default, or console, and not '${next}'`);
    return '--otel=otlp';
  });
}
