import { ROOT_CONTEXT as ROOT, type SpanContext, SpanStatusCode, trace } from '@opentelemetry/api';
import { metrics } from '@opentelemetry/sdk-node';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { metricLook } from './metric-look.ts';
import { spanLook } from './span-look.ts';

/** A small number would be taken for a reading of `performance.now()`. */
const at = (ms: number): number => 1_735_689_600_000 + ms;

const colours = picocolors.createColors(false);

/** Spans whose IDs and times are known, and what is printed of them. */
function look() {
  const printed: string[] = [];
  let ids = 0;
  const { processor, flush } = spanLook((text) => printed.push(text), colours);
  const tracer = new TracerProvider({
    spanProcessors: [processor],
    idGenerator: {
      generateTraceId: () => 'a'.repeat(32),
      generateSpanId: () => String((ids += 1)).padStart(16, '0'),
    },
  }).getTracer('test');
  const root: SpanContext = { traceId: 'b'.repeat(32), spanId: 'c'.repeat(16), traceFlags: 1 };
  return { tracer, printed, flush, root };
}

describe('a look at spans', () => {
  test('is a tree, with what each carries', async () => {
    const { tracer, printed, flush, root } = look();
    const run = tracer.startSpan('run', {
      startTime: at(1_000),
      attributes: { name: 'w', tasks: 2 },
      root: true,
    });
    const below = trace.setSpan(trace.setSpanContext(ROOT, root), run);
    const late = tracer.startSpan(
      'late',
      { startTime: at(1_500), links: [{ context: run.spanContext() }] },
      below,
    );
    const early = tracer.startSpan('early', { startTime: at(1_100) }, below);
    early.addEvent('retry', { reason: 'first line\nsecond' }, at(1_120));
    early.setStatus({ code: SpanStatusCode.ERROR, message: 'no luck' });
    late.end(at(1_600));
    early.end(at(1_300));
    run.end(at(2_500));
    expect(printed).toEqual([]);
    await flush();
    expect(printed.join('\n').split('\n')).toEqual([
      '',
      `trace ${'a'.repeat(32)}  3 spans`,
      '  run  1.5 s',
      '      name=w  tasks=2',
      '    early  200 ms  ✖ no luck',
      '        · retry  +20 ms  reason=first line…',
      '    late  100 ms',
      '        → run',
    ]);
    await flush();
    expect(printed.length).toBe(1);
  });

  test('has an end, and says how much more there is', async () => {
    const { tracer, printed, flush } = look();
    for (let i = 0; i < 1_002; i += 1) tracer.startSpan('span').end();
    await flush();
    expect(printed.at(-1)).toBe('… and 2 more spans');
  });
});

test('a look at metrics has a line for each series, and none before it is asked for', async () => {
  const printed: string[] = [];
  const { reader, flush } = metricLook((text) => printed.push(text), colours);
  const meter = new metrics.MeterProvider({ readers: [reader] }).getMeter('test');
  meter.createCounter('runs', { unit: '{run}' }).add(2, { outcome: 'success' });
  const durations = meter.createHistogram('duration', { unit: 's' });
  for (const seconds of [0.5, 1, 3]) durations.record(seconds);
  durations.record(2, { task: 'once' });
  expect(printed).toEqual([]);
  await flush();
  expect(printed.join('\n').split('\n')).toEqual([
    '',
    'metrics',
    '  runs  2  outcome=success',
    '  duration  3 × mean 1.5 s from 0.5 to 3 s',
    '  duration  2 s  task=once',
  ]);
});
