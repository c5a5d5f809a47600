// The only way to the API of OpenTelemetry: loaded when a run begins and a provider is registered.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Telemetry, Watched } from './load.ts';
import { isMetered, isTraced } from '../lib/registered-telemetry.ts';
import { instruments } from './instruments.ts';
import { leaveMetrics, RunMetrics } from './run-metrics.ts';
import { leaveSpans, parentContext, RunSpans } from './run-spans.ts';
import { OwnMetrics } from './task-metrics.ts';

export function openTelemetry(run: Watched): Telemetry {
  const tracing = isTraced() ? traced(run) : undefined;
  const metered = isMetered() ? measured(run) : undefined;
  const observers = [tracing?.observe, metered?.observe].filter((observe) => observe !== undefined);
  return { tracing, metricsOf: metered?.metricsOf, observers };
}

/** @param at Milliseconds since the epoch. */
export function leaveRuns(at: number): void {
  leaveSpans(at);
  leaveMetrics();
}

function traced({ id, plan, detail, above, within, traceparent }: Watched): RunSpans {
  const parent = parentContext(within ?? ROOT_CONTEXT, traceparent);
  return new RunSpans(trace.getTracer('wf-sdk'), { id: id(), plan, detail, above, parent });
}

function measured({ id, plan, shared }: Watched): Pick<Telemetry, 'metricsOf'> & Pick<RunMetrics, 'observe'> {
  const to = instruments(shared);
  const { observe } = new RunMetrics(to, id, plan.id);
  return { observe, metricsOf: (task) => new OwnMetrics(to, plan.id, task) };
}
