import { describe, expect } from 'vitest';
import type { Ended, Started } from './sandbox.ts';
import { LOGS, ownSpans, sentTo, STOPS, TELLS, test } from './telemetry.ts';

describe.for([
  { name: 'HTTP', protocol: 'http/protobuf', over: 'http' },
  { name: 'gRPC', protocol: 'grpc', over: 'grpc' },
] as const)('a collector over $name', ({ protocol, over }) => {
  test('gets spans, metrics and who made them', async ({ traced, http, grpc }) => {
    const collector = { http, grpc }[over];
    traced.write('pipeline.ts', TELLS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--run-id', 'one'], {
      env: { ...sentTo(collector, protocol), OTEL_RESOURCE_ATTRIBUTES: 'team=shop' },
    });
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('OpenTelemetry') as string,
    });
    const outer = collector.spans.find(({ name }) => name === 'outer work');
    const inner = collector.spans.find(({ name }) => name === 'inner work');
    expect(outer).toMatchObject({
      scope: 'mine',
      attributes: { rows: 3, 'app.name': 'shop' },
      events: [{ name: 'half way', attributes: { at: 1.5 } }],
      status: 'unset',
      resource: {
        'service.name': 'wf-sdk',
        'service.version': expect.any(String) as string,
        'telemetry.sdk.language': 'nodejs',
        'process.pid': expect.any(Number) as number,
        'host.name': expect.any(String) as string,
        team: 'shop',
      },
    });
    expect(inner).toMatchObject({
      traceId: outer?.traceId,
      parentSpanId: outer?.spanId,
      links: [{ traceId: outer?.traceId, spanId: outer?.spanId, attributes: { why: 'shown' } }],
      events: [{ name: 'exception', attributes: { 'exception.message': 'disk full' } }],
      status: 'error',
      message: 'disk full',
    });
    const series = collector.points.filter(({ scope }) => scope === 'mine');
    expect(series).toEqual([
      expect.objectContaining({
        name: 'rows_read',
        kind: 'sum',
        unit: '{row}',
        value: 3,
        attributes: { source: 'file' },
      }),
      expect.objectContaining({ name: 'read.duration', kind: 'histogram', unit: 's', value: 0.25, count: 1 }),
    ]);
    const ours = collector.points.filter(({ scope }) => scope === 'wf-sdk');
    expect(ours.find(({ name }) => name === 'workflow.task.duration')).toMatchObject({
      kind: 'histogram',
      unit: 's',
      count: 1,
      attributes: { 'workflow.task.state': 'succeeded' },
    });
    expect(ours.find(({ name }) => name === 'workflow.execution.completed')).toMatchObject({
      kind: 'sum',
      value: 1,
      attributes: { 'workflow.execution.outcome': 'success' },
    });
    // The command line has the input, which is not for whoever may read traces.
    expect(Object.keys(outer?.resource ?? {}).join()).not.toContain('command');
  });

  test('loses nothing of a run that makes 10,000 spans at once', async ({ traced, http, grpc }) => {
    const collector = { http, grpc }[over];
    traced.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { trace } from '@opentelemetry/api';
      const tracer = trace.getTracer('mine');
      export default workflow('many').addTask('all').run(() => {
        for (let i = 0; i < 10_000; i += 1) tracer.startSpan('span ' + i).end();
      });`,
    );
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], {
      env: { ...sentTo(collector, protocol), WF_OTEL_TIMEOUT: '20s' },
    });
    expect(code).toBe(0);
    expect(new Set(ownSpans(collector)).size).toBe(10_000);
    expect(stderr).not.toContain('OpenTelemetry');
  });

  test('gets what tasks log, and what is logged through the API of logs', async ({ traced, http, grpc }) => {
    const collector = { http, grpc }[over];
    traced.write('pipeline.ts', LOGS);
    const args = ['run', 'pipeline.ts', '--output', 'result.json'];
    expect((await traced.run(args, { env: sentTo(collector, protocol) })).code).toBe(0);
    const { output, traceId } = JSON.parse(traced.read('result.json')) as Record<string, unknown>;
    expect(collector.logs).toMatchObject([
      {
        scope: 'wf-sdk',
        severity: 'ERROR',
        body: 'disk is full',
        attributes: { mount: '/data', 'workflow.task.name': 'a', 'workflow.task.attempt': 1 },
        traceId,
        spanId: output,
      },
      {
        scope: 'mine',
        severity: 'WARN',
        body: 'low on disk',
        attributes: { free: 3 },
        traceId,
        spanId: output,
      },
    ]);
  });

  test('that speaks another protocol is told how to be spoken to', async ({ traced, http, grpc }) => {
    const other = { http: grpc, grpc: http }[over];
    traced.write('pipeline.ts', TELLS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], { env: sentTo(other, protocol) });
    expect(code).toBe(0);
    const spoken = { http: 'grpc', grpc: 'http/protobuf' }[over];
    expect(stderr).toContain(`: OTEL_EXPORTER_OTLP_PROTOCOL=${spoken}. The run itself is not affected.`);
  });

  test('that takes nothing but traces, as Jaeger, is no reason to complain', async ({
    traced,
    http,
    grpc,
  }) => {
    const collector = { http, grpc }[over];
    const refuses = { kind: 'refuses', status: 404 } as const;
    collector.manners = { traces: { kind: 'takes' }, metrics: refuses, logs: refuses };
    traced.write('pipeline.ts', TELLS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], { env: sentTo(collector, protocol) });
    expect(code).toBe(0);
    expect(ownSpans(collector)).toEqual(['inner work', 'outer work']);
    expect(collector.requests.metrics).toBeGreaterThan(0);
    expect(stderr).not.toContain('OpenTelemetry');
  });

  test('that does not answer holds up the end no longer than is allowed', async ({ traced, http, grpc }) => {
    const collector = { http, grpc }[over];
    collector.answer({ kind: 'hangs' });
    traced.write('pipeline.ts', TELLS);
    const started = traced.start(['run', 'pipeline.ts'], {
      env: { ...sentTo(collector, protocol), ...PATIENT, WF_OTEL_TIMEOUT: '400ms' },
    });
    await started.printed('success');
    const { code, stderr, tookMs } = await timed(started);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(SOON_MS);
    expect(stderr.match(/^OpenTelemetry: .*$/gm)).toEqual([
      expect.stringMatching(/\d of \d spans and metrics were not sent to .*: no answer within 0\.4 s/),
    ]);
  });
});

describe('what was told is sent', () => {
  test('of a run that fails', async ({ traced, http }) => {
    traced.write('pipeline.ts', TELLS);
    const { code } = await traced.run(['run', 'pipeline.ts'], { env: { ...sentTo(http), FAIL: '1' } });
    expect(code).toBe(1);
    expect(ownSpans(http)).toEqual(['inner work', 'outer work']);
  });

  test('of a run that takes too long', async ({ traced, http }) => {
    traced.write('pipeline.ts', STOPS);
    const args = ['run', 'pipeline.ts', '--timeout', '300ms'];
    expect((await traced.run(args, { env: sentTo(http) })).code).toBe(124);
    expect(ownSpans(http)).toEqual(['before', 'until told']);
  });

  test.skipIf(process.platform === 'win32')('of a run that is interrupted', async ({ traced, http }) => {
    traced.write('pipeline.ts', STOPS);
    const started = traced.start(['run', 'pipeline.ts'], { env: sentTo(http) });
    await started.printed('ready');
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(ownSpans(http)).toEqual(['before', 'until told']);
  });

  test.skipIf(process.platform === 'win32')(
    'of a run that is interrupted twice: what has ended by then',
    async ({ traced, http }) => {
      traced.write('pipeline.ts', STOPS);
      const env = { ...sentTo(http), DEAF: '1', OTEL_BSP_SCHEDULE_DELAY: '60000' };
      const started = traced.start(['run', 'pipeline.ts'], { env });
      await started.printed('ready');
      started.kill('SIGINT');
      await started.printed('a second Ctrl-C');
      started.kill('SIGINT');
      const { code, stderr } = await started.ended;
      expect(code).toBe(130);
      expect(stderr).toContain('forced to stop');
      expect(stderr).not.toContain('◼ cancelled');
      expect(ownSpans(http)).toEqual(['before']);
    },
  );

  test.skipIf(process.platform === 'win32')(
    'for a second at most, where the run is interrupted twice and nobody answers',
    async ({ traced, http }) => {
      http.answer({ kind: 'hangs' });
      traced.write('pipeline.ts', STOPS);
      const env = { ...sentTo(http), ...PATIENT, DEAF: '1', WF_OTEL_TIMEOUT: '1h' };
      const started = traced.start(['run', 'pipeline.ts'], { env });
      await started.printed('ready');
      started.kill('SIGINT');
      await started.printed('a second Ctrl-C');
      started.kill('SIGINT');
      const { code, tookMs } = await timed(started);
      expect(code).toBe(130);
      expect(tookMs).toBeLessThan(SOON_MS);
    },
  );

  test('of a run that another process cancels', async ({ traced, http }) => {
    traced.write('pipeline.ts', STOPS);
    const args = ['run', 'pipeline.ts', '--durable', '--run-id', 'one'];
    const started = traced.start(args, { env: sentTo(http) });
    await started.printed('ready');
    expect((await traced.run(['cancel', 'one'])).code).toBe(0);
    expect((await started.ended).code).toBe(1);
    expect(ownSpans(http)).toEqual(['before', 'until told']);
  });
});

describe('a collector that is no help', () => {
  test('because nobody listens there neither fails nor delays a run, and is told in one line', async ({
    traced,
    http,
  }) => {
    http.close();
    traced.write('pipeline.ts', TELLS);
    // Would be waited for, were it not known that nobody is there.
    const env = { ...sentTo(http), ...PATIENT, WF_OTEL_TIMEOUT: '1h' };
    const started = traced.start(['run', 'pipeline.ts'], { env });
    await started.printed('success');
    const { code, stderr, tookMs } = await timed(started);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(SOON_MS);
    expect(stderr.match(/^OpenTelemetry: .*$/gm)).toEqual([
      expect.stringMatching(
        /^OpenTelemetry: (\d+) of \1 spans and metrics were not sent to http:\/\/127\.0\.0\.1:\d+: nothing listens there\. The run itself is not affected\.$/,
      ),
    ]);
  });

  test('because it has errors of its own is told in one line, however many exports failed', async ({
    traced,
    http,
  }) => {
    http.answer({ kind: 'refuses', status: 500 });
    traced.write('pipeline.ts', TELLS);
    const env = { ...sentTo(http), OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' };
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], { env });
    expect(code).toBe(0);
    expect(http.requests.traces).toBeGreaterThan(1);
    expect(stderr.match(/OpenTelemetry.*$/gm)).toEqual([
      expect.stringMatching(/(\d+) of \1 spans and metrics were not sent to .*: it answers 500/),
    ]);
  });

  test.for([
    [{ kind: 'refuses', status: 503 }, 'it answers 503 Service Unavailable'],
    [{ kind: 'refuses', status: 404 }, 'it answers 404 Not Found'],
    [{ kind: 'closes' }, 'it closes the connection without an answer'],
  ] as const)(
    'because of %o is quoted, though more is tried meanwhile',
    async ([manner, reason], { traced, http }) => {
      http.answer(manner);
      traced.write('pipeline.ts', TELLS);
      const env = { ...sentTo(http), ...PATIENT, WF_OTEL_TIMEOUT: '1500ms' };
      const { code, stderr } = await traced.run(['run', 'pipeline.ts'], { env });
      expect(code).toBe(0);
      expect(stderr).toMatch(/OpenTelemetry: (\d+) of \1 spans /);
      expect(stderr).toContain(`: ${reason}. The run itself`);
    },
  );

  test('because it has gone in the midst of a run delays nothing', async ({ traced, http }) => {
    traced.write('pipeline.ts', STOPS);
    const env = { ...sentTo(http), ...PATIENT, WF_OTEL_TIMEOUT: '1h', OTEL_BSP_SCHEDULE_DELAY: '10' };
    const started = traced.start(['run', 'pipeline.ts', '--timeout', '1s'], { env });
    while (!http.spans.some(({ name }) => name === 'before')) await new Promise(setImmediate);
    http.close();
    const { stderr, tookMs } = await timed(started);
    expect(tookMs).toBeLessThan(SOON_MS);
    expect(stderr).toMatch(/OpenTelemetry: \d+ of \d+ spans .*: nothing listens there/);
  });

  test('because it is slow gets everything', async ({ traced, http }) => {
    http.answer({ kind: 'takes late', ms: 600 });
    traced.write('pipeline.ts', TELLS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], { env: sentTo(http) });
    expect(code).toBe(0);
    expect(ownSpans(http)).toEqual(['inner work', 'outer work']);
    expect(stderr).not.toContain('OpenTelemetry');
  });

  test('and a queue that is too small are told with figures', async ({ traced, http }) => {
    traced.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { trace } from '@opentelemetry/api';
      export default workflow('many').addTask('all').run(() => {
        for (let i = 0; i < 100; i += 1) trace.getTracer('mine').startSpan('span').end();
      });`,
    );
    const env = {
      ...sentTo(http),
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
    };
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], { env });
    expect(code).toBe(0);
    const [, lost = '', made = ''] =
      /OpenTelemetry: (\d+) of (\d+) spans were not sent.*queue was full/.exec(stderr) ?? [];
    expect(Number(made) - Number(lost)).toBe(http.spans.length);
    expect(Number(lost)).toBeGreaterThan(0);
  });
});

/** Exporters that go on trying for a minute: whatever ends sooner was not ended by them. */
const PATIENT = { OTEL_EXPORTER_OTLP_TIMEOUT: '60000' };
/** A second or less, with all that a busy machine adds to it. */
const SOON_MS = 8_000;

async function timed({ ended }: Started): Promise<Ended & { readonly tookMs: number }> {
  const before = performance.now();
  return { ...(await ended), tookMs: performance.now() - before };
}
