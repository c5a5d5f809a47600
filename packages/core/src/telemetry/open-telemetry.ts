// The only way to the API of OpenTelemetry: loaded when a run begins and a provider is registered.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Telemetry, Watched } from './load.ts';
import { isTraced } from '../lib/registered-telemetry.ts';
import { parentContext, RunSpans } from './run-spans.ts';

export { leaveRuns } from './run-spans.ts';

export function openTelemetry({ id, plan, detail, above, within, traceparent }: Watched): Telemetry {
  if (!isTraced()) return { tracing: undefined, observers: [] };
  const parent = parentContext(within ?? ROOT_CONTEXT, traceparent);
  const tracing = new RunSpans(trace.getTracer('wf-sdk'), { id: id(), plan, detail, above, parent });
  return { tracing, observers: [tracing.observe] };
}
