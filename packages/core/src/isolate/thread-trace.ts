import type { Span } from '@opentelemetry/api';
import { NO_SPAN, NoSpan } from '../lib/no-span.ts';
import { isTraced } from '../lib/registered-telemetry.ts';
import { fromTraceparent } from '../lib/traceparent.ts';

/** The headers of the span that an attempt belongs to, which is on another thread. */
type Carrier = Readonly<Record<string, string>> | undefined;

/** A span that tells where the attempt belongs, and no more: the span itself is not on this thread. */
export async function spanOf({
  traceparent = '',
  tracestate = '',
}: NonNullable<Carrier> = {}): Promise<Span> {
  const context = fromTraceparent(traceparent);
  if (context === undefined) return NO_SPAN;
  if (tracestate === '') return new NoSpan(context);
  const { createTraceState } = await import('@opentelemetry/api');
  return new NoSpan({ ...context, traceState: createTraceState(tracestate) });
}

/** Calls a handler where spans that it makes are children of its attempt's, if anybody has set up OpenTelemetry on this thread. */
export async function withinTrace<T>(carrier: Carrier, call: () => T | Promise<T>): Promise<T> {
  if (carrier === undefined || !isTraced()) return call();
  const { context, propagation } = await import('@opentelemetry/api');
  return context.with(propagation.extract(context.active(), carrier), call);
}
