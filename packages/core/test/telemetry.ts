import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Registers a real provider of traces, whose spans are kept here. */
export function traces(): {
  readonly spans: () => readonly ReadableSpan[];
  /** The names of those that have not ended. */
  readonly open: () => readonly string[];
  close(): void;
} {
  const exporter = new InMemorySpanExporter();
  const open = new Set<ReadableSpan>();
  const watch: SpanProcessor = {
    onStart: (span) => void open.add(span),
    onEnd: (span) => void open.delete(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const provider = new BasicTracerProvider({ spanProcessors: [watch, new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    spans: () => exporter.getFinishedSpans(),
    open: () => [...open].map(({ name }) => name),
    close() {
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** Spans as an indented tree: what each is called, how it ended, and what happened in it. */
export function treeOf(spans: readonly ReadableSpan[]): string[] {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const childrenOf = (parent: string | undefined): readonly ReadableSpan[] =>
    spans
      .filter(({ parentSpanContext }) => {
        const id = parentSpanContext?.spanId;
        return parent === undefined ? id === undefined || !ids.has(id) : id === parent;
      })
      .toSorted((a, b) => msOf(a.startTime) - msOf(b.startTime));
  const show = (span: ReadableSpan, depth: number): string[] => [
    '  '.repeat(depth) + lineOf(span),
    ...childrenOf(span.spanContext().spanId).flatMap((child) => show(child, depth + 1)),
  ];
  return childrenOf(undefined).flatMap((span) => show(span, 0));
}

function lineOf({ name, attributes, status, events, startTime, endTime, links }: ReadableSpan): string {
  const state = attributes['workflow.task.state'] ?? attributes['workflow.execution.outcome'];
  return [
    name,
    `${msOf(endTime) - msOf(startTime)}ms`,
    ...(state === undefined ? [] : [String(state)]),
    ...(status.code === 2 ? [`error=${String(attributes['error.type'])}`] : []),
    ...(links.length > 0 ? [`links=${links.length}`] : []),
    ...events.map((event) => `<${event.name}>`),
  ].join(' ');
}

export function msOf([seconds, nanos]: readonly [number, number]): number {
  return Math.round(seconds * 1e3 + nanos / 1e6);
}
