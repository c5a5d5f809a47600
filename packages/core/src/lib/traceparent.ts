import type { Span, SpanContext } from '@opentelemetry/api';

const PATTERN = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;

/**
 * Reads a W3C traceparent; undefined where it is none.
 *
 * Source: https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function fromTraceparent(text: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = PATTERN.exec(text.trim().toLowerCase()) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  // Of the flags only 'sampled' is known.
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

export function toTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}

/**
 * The headers that name a span to another process or thread.
 *
 * Source: https://www.w3.org/TR/trace-context/#tracestate-header
 */
export function toHeaders(context: SpanContext): Readonly<Record<string, string>> {
  const tracestate = context.traceState?.serialize() ?? '';
  const traceparent = toTraceparent(context);
  return tracestate === '' ? { traceparent } : { traceparent, tracestate };
}

/** Undefined for a span that belongs to no trace. */
export function traceparentOf(span: Span): string | undefined {
  const context = span.spanContext();
  return /^0*$/.test(context.traceId) ? undefined : toTraceparent(context);
}
