// A module that sets up OpenTelemetry on its thread, as `--import` in its NODE_OPTIONS would.
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

import { workflow } from '../../src/define/workflow.ts';

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

export const flow = workflow('threads')
  .addTask('query')
  .run(async (_, { span, traceparent }) => {
    span.setAttribute('rows', 7);
    await Promise.resolve();
    trace.getTracer('mine').startSpan('select').end();
    const [made] = exporter.getFinishedSpans();
    const { traceId, spanId, traceState } = span.spanContext();
    const state = traceState?.serialize();
    return {
      traceparent,
      state,
      traceId,
      spanId,
      recording: span.isRecording(),
      parent: made?.parentSpanContext,
    };
  });
