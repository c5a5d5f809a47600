import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import type { logs, metrics } from '@opentelemetry/sdk-node';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { type Signal, variable } from './wanted.ts';

const PROTOCOLS = ['http/protobuf', 'grpc', 'http/json'] as const;

type Protocol = (typeof PROTOCOLS)[number];

/** How one signal goes to its collector. */
export interface Route {
  readonly signal: Signal;
  readonly protocol: Protocol;
  /** The collector, as the user knows it. */
  readonly endpoint: string;
}

/**
 * Reads a signal's route from the standard variables, its own before those of all signals.
 *
 * @throws Error where a variable makes no sense
 */
export function routeOf(signal: Signal, env: NodeJS.ProcessEnv): Route {
  const [name, said] = setting(signal, 'PROTOCOL', env);
  const protocol = said === undefined ? 'http/protobuf' : PROTOCOLS.find((known) => known === said);
  if (protocol === undefined)
    throw new Error(`${name}: there is no protocol '${said ?? ''}', only ${PROTOCOLS.join(', ')}`);
  return { signal, protocol, endpoint: endpointOf(signal, protocol, env) };
}

/** The exporter reads everything else, headers, certificates, compression and timeouts, from its variables itself. */
export function spanExporter({ protocol }: Route): SpanExporter {
  switch (protocol) {
    case 'http/protobuf':
      return new ProtobufTraces();
    case 'grpc':
      return new GrpcTraces();
    case 'http/json':
      return new JsonTraces();
  }
}

/** The same for metrics. */
export function metricExporter({ protocol }: Route): metrics.PushMetricExporter {
  switch (protocol) {
    case 'http/protobuf':
      return new ProtobufMetrics();
    case 'grpc':
      return new GrpcMetrics();
    case 'http/json':
      return new JsonMetrics();
  }
}

/** The same for logs. */
export function logExporter({ protocol }: Route): logs.LogRecordExporter {
  switch (protocol) {
    case 'http/protobuf':
      return new ProtobufLogs();
    case 'grpc':
      return new GrpcLogs();
    case 'http/json':
      return new JsonLogs();
  }
}

/** An exporter takes an endpoint that is none for its default, and sends there without a word. */
function endpointOf(signal: Signal, protocol: Protocol, env: NodeJS.ProcessEnv): string {
  const [name, said] = setting(signal, 'ENDPOINT', env);
  if (said === undefined) return protocol === 'grpc' ? 'http://localhost:4317' : 'http://localhost:4318';
  const text = protocol === 'grpc' && !said.includes('://') ? `http://${said}` : said;
  if (!URL.canParse(text) || !/^https?:/i.test(text))
    throw new Error(
      `${name}: '${said}' is not a URL such as http://localhost:${protocol === 'grpc' ? 4317 : 4318}`,
    );
  const url = new URL(text);
  // It is shown; who signs in there is nobody's business.
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}

function setting(
  signal: Signal,
  what: 'PROTOCOL' | 'ENDPOINT',
  env: NodeJS.ProcessEnv,
): readonly [name: string, value: string | undefined] {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${what}`;
  const general = `OTEL_EXPORTER_OTLP_${what}`;
  const value = variable(env, own);
  return value === undefined ? [general, variable(env, general)] : [own, value];
}
