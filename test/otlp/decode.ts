import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/** Attributes as they were set: a number is a number, whichever kind it was sent as. */
type Attributes = Readonly<Record<string, unknown>>;

/** What every item that arrives says of who made it. */
interface Made {
  readonly resource: Attributes;
  readonly scope: string;
}

export interface Span extends Made {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty, where it is a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes: Attributes;
  }[];
  readonly status: 'unset' | 'ok' | 'error';
  readonly message: string;
  readonly durationMs: number;
}

/** One series of a metric. */
export interface Point extends Made {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'sum' | 'gauge' | 'histogram';
  readonly attributes: Attributes;
  /** A histogram's sum. */
  readonly value: number;
  /** How often a histogram was recorded to. */
  readonly count?: number;
  readonly bounds?: readonly number[];
}

export interface Log extends Made {
  readonly traceId: string;
  readonly spanId: string;
  readonly severity: string;
  readonly body: unknown;
  readonly attributes: Attributes;
}

const schema = protobuf.parse(readFileSync(new URL('otlp.proto', import.meta.url), 'utf8')).root;

/** @throws where the bytes are not what they should be */
export function decodeSpans(bytes: Uint8Array): Span[] {
  const { resourceSpans } = decode<{ resourceSpans: Raw[] }>('TracesRequest', bytes);
  return resourceSpans.flatMap((made) =>
    made.scopeSpans.flatMap((scoped) =>
      scoped.spans.map((span) => ({
        ...madeBy(made, scoped),
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        name: span.name,
        attributes: attributesOf(span.attributes),
        events: span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) })),
        links: span.links.map(({ traceId, spanId, attributes }) => ({
          traceId,
          spanId,
          attributes: attributesOf(attributes),
        })),
        status: (['unset', 'ok', 'error'] as const)[span.status?.code ?? 0] ?? 'unset',
        message: span.status?.message ?? '',
        durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
      })),
    ),
  );
}

/** @throws where the bytes are not what they should be */
export function decodePoints(bytes: Uint8Array): Point[] {
  const { resourceMetrics } = decode<{ resourceMetrics: Raw[] }>('MetricsRequest', bytes);
  return resourceMetrics.flatMap((made) =>
    made.scopeMetrics.flatMap((scoped) =>
      scoped.metrics.flatMap(({ name, unit, sum, gauge, histogram }) => {
        const facts = { ...madeBy(made, scoped), name, unit };
        const numbers = (sum ?? gauge)?.dataPoints ?? [];
        const kind: Point['kind'] = sum === undefined ? 'gauge' : 'sum';
        return [
          ...numbers.map((point): Point => ({
            ...facts,
            kind,
            attributes: attributesOf(point.attributes),
            value: Number(point.asDouble ?? point.asInt),
          })),
          ...(histogram?.dataPoints ?? []).map((point): Point => ({
            ...facts,
            kind: 'histogram',
            attributes: attributesOf(point.attributes),
            value: point.sum ?? 0,
            count: Number(point.count),
            bounds: point.explicitBounds,
          })),
        ];
      }),
    ),
  );
}

/** @throws where the bytes are not what they should be */
export function decodeLogs(bytes: Uint8Array): Log[] {
  const { resourceLogs } = decode<{ resourceLogs: Raw[] }>('LogsRequest', bytes);
  return resourceLogs.flatMap((made) =>
    made.scopeLogs.flatMap((scoped) =>
      scoped.logRecords.map((log) => ({
        ...madeBy(made, scoped),
        traceId: log.traceId,
        spanId: log.spanId,
        severity: log.severityText,
        body: log.body === null ? undefined : valueOf(log.body),
        attributes: attributesOf(log.attributes),
      })),
    ),
  );
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values: readonly KeyValue[] };
  readonly bytesValue?: string;
}

interface RawPoint {
  readonly attributes: readonly KeyValue[];
  readonly asDouble?: number;
  readonly asInt?: string;
  readonly sum?: number;
  readonly count: string;
  readonly explicitBounds: readonly number[];
}

interface Scoped {
  readonly scope: { readonly name: string };
  readonly spans: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId: string;
    readonly name: string;
    readonly attributes: readonly KeyValue[];
    readonly events: readonly { readonly name: string; readonly attributes: readonly KeyValue[] }[];
    readonly links: readonly {
      readonly traceId: string;
      readonly spanId: string;
      readonly attributes: readonly KeyValue[];
    }[];
    readonly status: { readonly code: number; readonly message: string } | null;
    readonly startTimeUnixNano: string;
    readonly endTimeUnixNano: string;
  }[];
  readonly metrics: readonly {
    readonly name: string;
    readonly unit: string;
    readonly sum?: { readonly dataPoints: readonly RawPoint[] };
    readonly gauge?: { readonly dataPoints: readonly RawPoint[] };
    readonly histogram?: { readonly dataPoints: readonly RawPoint[] };
  }[];
  readonly logRecords: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly severityText: string;
    readonly body: AnyValue | null;
    readonly attributes: readonly KeyValue[];
  }[];
}

interface Raw {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopeSpans: readonly Scoped[];
  readonly scopeMetrics: readonly Scoped[];
  readonly scopeLogs: readonly Scoped[];
}

function decode<Message>(name: string, bytes: Uint8Array): Message {
  const type = schema.lookupType(`otlp.${name}`);
  const message = type.toObject(type.decode(bytes), {
    longs: String,
    bytes: Array,
    defaults: true,
    oneofs: false,
  });
  return hexed(message) as Message;
}

/** IDs are bytes on the wire; everybody knows them as hexadecimal digits. */
function hexed(value: unknown, key = ''): unknown {
  if (/(?:Id|bytesValue)$/.test(key) && Array.isArray(value))
    return Buffer.from(value as number[]).toString('hex');
  if (Array.isArray(value)) return value.map((item) => hexed(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hexed(part, name)]));
}

function madeBy({ resource }: Raw, { scope }: Scoped): Made {
  return { resource: attributesOf(resource.attributes), scope: scope.name };
}

function attributesOf(pairs: readonly KeyValue[]): Attributes {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: AnyValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(valueOf);
  if (value.kvlistValue !== undefined) return attributesOf(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue;
}
