import { type Attributes, type HrTime, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { core } from '@opentelemetry/sdk-node';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Colors } from 'picocolors/types.js';
import { toJsonText } from '../show/event-json.ts';
import { count, formatDuration } from '../show/format.ts';

/** A look is for a person: so many spans are read, if at all. */
const MOST = 1_000;

/** Spans as a picture of their trees, drawn when they are flushed, so that it stands below the run's own picture. */
export function spanLook(
  print: (text: string) => void,
  colours: Colors,
): { readonly processor: SpanProcessor; readonly flush: () => Promise<void> } {
  let spans: ReadableSpan[] = [];
  let more = 0;
  const flush = (): Promise<void> => {
    if (spans.length > 0) print(drawSpans(spans, colours));
    if (more > 0) print(colours.dim(`… and ${count(more, 'more span')}`));
    spans = [];
    more = 0;
    return Promise.resolve();
  };
  const processor: SpanProcessor = {
    onStart: () => undefined,
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
      if (spans.length < MOST) spans.push(span);
      else more += 1;
    },
    forceFlush: flush,
    shutdown: flush,
  };
  return { processor, flush };
}

/** Each trace as a tree: name and time of a span, below that what it carries, its events, its links and its children. */
function drawSpans(spans: readonly ReadableSpan[], colours: Colors): string {
  const known = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const traces = grouped(spans, (span) => span.spanContext().traceId);
  const children = grouped(spans, ({ parentSpanContext }) => parentSpanContext?.spanId);
  const draw = (span: ReadableSpan, depth: number): string[] => [
    ...spanLines(span, '  '.repeat(depth), known, colours),
    ...inOrder(children.get(span.spanContext().spanId) ?? []).flatMap((child) => draw(child, depth + 1)),
  ];
  return [...traces]
    .flatMap(([id, members]) => [
      '',
      `${colours.bold('trace')} ${id}  ${colours.dim(count(members.length, 'span'))}`,
      ...inOrder(members.filter(({ parentSpanContext: above }) => !known.has(above?.spanId ?? ''))).flatMap(
        (root) => draw(root, 1),
      ),
    ])
    .join('\n');
}

function spanLines(
  span: ReadableSpan,
  indent: string,
  names: ReadonlyMap<string, string>,
  colours: Colors,
): string[] {
  const { name, startTime, duration, attributes, events, links, status } = span;
  const failed =
    status.code === SpanStatusCode.ERROR ? `  ${colours.red(`✖ ${status.message ?? 'failed'}`)}` : '';
  const aside = (text: string): string => `${indent}    ${colours.dim(text)}`;
  return [
    `${indent}${colours.bold(name)}  ${formatDuration(core.hrTimeToMilliseconds(duration))}${failed}`,
    ...(Object.keys(attributes).length === 0 ? [] : [aside(attributesText(attributes))]),
    ...events.map((event) =>
      aside(
        `· ${event.name}  +${formatDuration(msBetween(startTime, event.time))}  ${attributesText(event.attributes ?? {})}`.trimEnd(),
      ),
    ),
    ...links.map(({ context: { spanId, traceId } }) =>
      aside(`→ ${names.get(spanId) ?? `span ${spanId} of trace ${traceId}`}`),
    ),
  ];
}

/** On one line each: a stack trace among them would tear the picture. */
export function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? shortened(value) : toJsonText(value)}`)
    .join('  ');
}

function shortened(text: string): string {
  const [line = '', ...more] = text.split('\n');
  return more.length === 0 && line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}

const LONGEST = 120;

function grouped<Key>(
  spans: readonly ReadableSpan[],
  keyOf: (span: ReadableSpan) => Key,
): Map<Key, ReadableSpan[]> {
  const groups = new Map<Key, ReadableSpan[]>();
  for (const span of spans) {
    const key = keyOf(span);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [span]);
    else group.push(span);
  }
  return groups;
}

function inOrder(spans: readonly ReadableSpan[]): ReadableSpan[] {
  return spans.toSorted((a, b) => msBetween(b.startTime, a.startTime));
}

function msBetween(from: HrTime, to: HrTime): number {
  return (to[0] - from[0]) * 1_000 + (to[1] - from[1]) / 1_000_000;
}
