import type { Context } from '@opentelemetry/api';
import type { Observer } from '../model/ports.ts';
import type { MetricsOf } from '../model/metrics.ts';
import type { Plan } from '../model/plan.ts';
import type { TelemetryDetail, Tracing } from '../model/tracing.ts';
import type { Shared } from './instruments.ts';

/** What hears a run for OpenTelemetry. */
export interface Telemetry {
  /** Absent where there is no provider of traces. */
  readonly tracing: Tracing | undefined;
  /** Absent where there is no provider of metrics. */
  readonly metricsOf: MetricsOf | undefined;
  readonly observers: readonly Observer[];
}

/** What is loaded once there is a provider: `open-telemetry.ts`. */
interface OpenTelemetry {
  openTelemetry(run: Watched): Telemetry;
  leaveRuns(at: number): void;
}

/** What telemetry has to know of a run. */
export interface Watched {
  /** Made when it is first asked for. */
  readonly id: () => string;
  readonly plan: Plan;
  readonly detail: TelemetryDetail;
  readonly above: string | undefined;
  /** The context of whoever began it. */
  readonly within: Context | undefined;
  /** The span of another process that began it. */
  readonly traceparent: string | undefined;
  readonly shared: Shared;
}

let loaded: OpenTelemetry | undefined;

/**
 * Makes what hears a run: to be called where a provider is registered, for nothing is loaded before that, the API of
 * OpenTelemetry neither. Calls back at once where everything is loaded.
 */
export function watch(run: Watched, begin: (telemetry: Telemetry) => void): void {
  if (loaded !== undefined) return begin(loaded.openTelemetry(run));
  void import('./open-telemetry.ts').then((module) => {
    loaded = { openTelemetry: module.openTelemetry, leaveRuns: module.leaveRuns };
    begin(module.openTelemetry(run));
  });
}

/**
 * Ends the spans of all runs that go on in this process, as a process does that leaves them, and no longer counts them as active: to
 * be called before the SDK of OpenTelemetry is shut down. Where nobody has set up OpenTelemetry it does nothing.
 *
 * @param at Milliseconds since the epoch. @default now
 */
export function endSpans(at: number = Date.now()): void {
  loaded?.leaveRuns(at);
}
