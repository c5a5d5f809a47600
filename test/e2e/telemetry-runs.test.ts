import { describe, expect } from 'vitest';
import type { Collector } from '../otlp/collector.ts';
import { treeOf } from '../otlp/tree.ts';
import { ASKS, bury, CHAIN, jsonLines } from './kept.ts';
import { canOpenTerminal, show } from './show.ts';
import { sentTo, STOPS, test } from './telemetry.ts';

/** Everything that has spans of its own: a fan-in, attempts, items, a run below a task, and a span of the user's. */
const SHIP = `import { workflow } from 'wf-sdk';
import { trace } from '@opentelemetry/api';
const pack = workflow('pack').addTask('box').run(() => 'boxed').output(({ box }) => box);
export default workflow('ship', { version: '1.2.3' })
  .addTask('order').run(() => ['cup', 'mug'])
  .addTask('pay').dependsOn('order').retry({ attempts: 2, delay: '1ms' }).run((_, { attempt }) => {
    if (attempt === 1) throw new TypeError('no answer');
    trace.getTracer('mine').startSpan('charge').end();
  })
  .addTask('wrap').dependsOn('order').forEach(({ order }) => order).run(({ item }) => item)
  .addTask('send').dependsOn('pay', 'wrap').runWorkflow(pack, () => undefined)
  .output(({ send }) => ({ send }));
`;

describe.for([
  { name: 'HTTP', protocol: 'http/protobuf', over: 'http' },
  { name: 'gRPC', protocol: 'grpc', over: 'grpc' },
] as const)('a run is a trace, received over $name', ({ protocol, over }) => {
  test('with spans for the run, its tasks, attempts, items and the runs below', async ({
    traced,
    http,
    grpc,
  }) => {
    const collector = { http, grpc }[over];
    traced.write('pipeline.ts', SHIP);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--run-id', 'one'], {
      env: sentTo(collector, protocol),
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(treeOf(collector.spans)).toEqual([
      'workflow.run ship succeeded',
      '  workflow.start ship',
      '  workflow.task order succeeded',
      '  workflow.task pay succeeded links=1 <workflow.task.retry>',
      '    workflow.attempt pay 1 error=TypeError <exception>',
      '    workflow.attempt pay 2',
      '      charge',
      '  workflow.task send succeeded links=2',
      '    workflow.run pack succeeded',
      '      workflow.start pack',
      '      workflow.task box succeeded',
      '  workflow.task wrap succeeded links=1',
      '    workflow.item wrap 0 succeeded',
      '    workflow.item wrap 1 succeeded',
    ]);
    const { spans } = collector;
    const named = (name: string): (typeof spans)[number] | undefined =>
      spans.find((span) => span.name === name);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(named('workflow.task send')?.links.map(({ spanId }) => spanId)).toEqual([
      named('workflow.task pay')?.spanId,
      named('workflow.task wrap')?.spanId,
    ]);
    expect(named('workflow.run ship')).toMatchObject({
      scope: 'wf-sdk',
      parentSpanId: '',
      attributes: {
        'workflow.name': 'ship',
        'workflow.version': '1.2.3',
        'workflow.execution.id': 'one',
        'workflow.execution.outcome': 'success',
        'workflow.execution.tasks': 4,
      },
    });
    expect(named('workflow.task pay')?.events).toEqual([
      {
        name: 'workflow.task.retry',
        attributes: { attempt: 1, delay_s: 0.001, 'error.type': 'TypeError', reason: 'no answer' },
      },
    ]);
    // Whichever span of a run is found, it says which run it is of.
    for (const span of spans.filter(({ scope }) => scope === 'wf-sdk'))
      expect(span.attributes).toHaveProperty('workflow.execution.id');
  });

  test('of which nothing is lost when it has 10,000 tasks', async ({ traced, http, grpc }) => {
    const collector = { http, grpc }[over];
    traced.write(
      'pipeline.mjs',
      `import { workflow } from 'wf-sdk';
      let flow = workflow('large');
      for (let i = 0; i < 10_000; i += 1) flow = flow.addTask('t' + i).run(() => i);
      export default flow;`,
    );
    const { code, stderr } = await traced.run(['run', 'pipeline.mjs', '--quiet'], {
      env: { ...sentTo(collector, protocol), WF_OTEL_TIMEOUT: '30s' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(new Set(collector.spans.map(({ name }) => name)).size).toBe(10_002);
  });
});

describe('the trace of a run', () => {
  test('is named with its result, and linked where it is known how', async ({ traced, http }) => {
    traced.write('pipeline.ts', SHIP);
    const env = { ...sentTo(http), WF_TRACE_URL: 'https://traces.example/{traceId}?full' };
    const { stderr } = await traced.run(['run', 'pipeline.ts', '--output', 'result.json'], { env });
    const id = traceOf(http);
    expect(stderr).toContain(`\n  trace ${id}  https://traces.example/${id}?full\n`);
    expect(JSON.parse(traced.read('result.json'))).toMatchObject({
      state: 'succeeded',
      traceId: id,
      traceSampled: true,
    });
  });

  test('is named aside under --json, whose events tell it as well', async ({ traced, http }) => {
    traced.write('pipeline.ts', SHIP);
    const { stdout, stderr } = await traced.run(['run', 'pipeline.ts', '--json'], { env: sentTo(http) });
    const id = traceOf(http);
    expect(stderr).toBe(`trace ${id}\n`);
    expect(jsonLines(stdout)).toContainEqual(
      expect.objectContaining({ type: 'run.started', traceparent: expect.stringContaining(id) as string }),
    );
  });

  test('is not named where there is none', async ({ traced }) => {
    traced.write('pipeline.ts', SHIP);
    const env = { WF_TRACE_URL: 'https://traces.example/{traceId}', TRACEPARENT: PARENT };
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--output', 'result.json'], { env });
    expect(code).toBe(0);
    expect(stderr).not.toContain('trace');
    expect(JSON.parse(traced.read('result.json'))).not.toHaveProperty('traceId');
  });

  test('goes on with that of the process that started the command', async ({ traced, http }) => {
    traced.write('pipeline.ts', SHIP);
    await traced.run(['run', 'pipeline.ts'], { env: { ...sentTo(http), TRACEPARENT: PARENT } });
    expect(traceOf(http)).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(http.spans.find(({ name }) => name === 'workflow.run ship')?.parentSpanId).toBe(
      '00f067aa0ba902b7',
    );
  });

  test('is one of its own where what the environment says of a parent is none', async ({ traced, http }) => {
    traced.write('pipeline.ts', SHIP);
    const { code } = await traced.run(['run', 'pipeline.ts'], {
      env: { ...sentTo(http), TRACEPARENT: 'none' },
    });
    expect(code).toBe(0);
    expect(http.spans.find(({ name }) => name === 'workflow.run ship')?.parentSpanId).toBe('');
  });

  test('that fails says why', async ({ traced, http }) => {
    traced.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('fails').addTask('a').run(() => { throw new RangeError('too far'); }).addTask('b').dependsOn('a').run(() => 1);`,
    );
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], { env: sentTo(http) });
    expect(code).toBe(1);
    expect(stderr).toContain(`trace ${traceOf(http)}`);
    expect(treeOf(http.spans)).toEqual([
      'workflow.run fails failed error=run_failed',
      '  workflow.start fails',
      '  workflow.task a failed error=RangeError <exception>',
      '  workflow.task b upstream_failed links=1',
    ]);
    expect(http.spans.find(({ name }) => name === 'workflow.task a')).toMatchObject({
      message: 'too far',
      events: [{ attributes: { 'exception.message': 'too far' } }],
    });
  });

  test.skipIf(process.platform === 'win32')('that is interrupted ends in order', async ({ traced, http }) => {
    traced.write('pipeline.ts', STOPS);
    const started = traced.start(['run', 'pipeline.ts'], { env: sentTo(http) });
    await started.printed('ready');
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    expect(treeOf(http.spans)).toEqual([
      'workflow.run stops cancelled <workflow.cancelling>',
      '  workflow.start stops',
      '  workflow.task work cancelled',
      '    before',
      '    until told',
    ]);
  });

  test.skipIf(process.platform === 'win32')(
    'that is interrupted twice ends where it is',
    async ({ traced, http }) => {
      traced.write('pipeline.ts', STOPS);
      const started = traced.start(['run', 'pipeline.ts'], { env: { ...sentTo(http), DEAF: '1' } });
      await started.printed('ready');
      started.kill('SIGINT');
      await started.printed('a second Ctrl-C');
      started.kill('SIGINT');
      expect((await started.ended).code).toBe(130);
      expect(treeOf(http.spans)).toEqual([
        'workflow.run stops running <workflow.cancelling>',
        '  workflow.start stops',
        '  workflow.task work running',
        '    before',
      ]);
    },
  );

  test('that is resumed is the one it had, with a link to where it broke off', async ({ traced, http }) => {
    traced.write('pipeline.ts', CHAIN);
    const env = { ...sentTo(http), OTEL_BSP_SCHEDULE_DELAY: '50' };
    const args = ['run', 'pipeline.ts', '--durable', '--run-id', 'one'];
    const started = traced.start(args, { env });
    await started.printed('c waits');
    await expect.poll(() => http.spans.map(({ name }) => name)).toContain('workflow.task b');
    started.kill('SIGKILL');
    await started.ended;
    await bury(traced);
    const before = http.spans.splice(0);
    traced.write('go', '');
    expect((await traced.run(['resume', 'one', '--otel'], { env })).code).toBe(0);
    const linksOf = (name: string): unknown => http.spans.find((span) => span.name === name)?.links;
    const lost = before.find(({ name }) => name === 'workflow.task b');
    expect(linksOf('workflow.task c')).toMatchObject([{ traceId: lost?.traceId, spanId: lost?.spanId }]);
    expect(treeOf(before)).toEqual([
      'workflow.start chain',
      'workflow.task a succeeded',
      'workflow.task b succeeded links=1',
    ]);
    const run = http.spans.find(({ name }) => name === 'workflow.run chain');
    expect(run).toMatchObject({
      traceId: before[0]?.traceId,
      attributes: { 'workflow.execution.resumed': true },
      links: [{ traceId: before[0]?.traceId, spanId: before[0]?.parentSpanId }],
    });
    expect(http.spans.map(({ name }) => name)).not.toContain('workflow.task a');
  });
});

describe('the trace of a run that is retried', () => {
  test('links what begins anew to what is kept', async ({ traced, http }) => {
    traced.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      import { existsSync } from 'node:fs';
      export default workflow('again').addTask('kept').run(() => 1)
        .addTask('fails').dependsOn('kept').run(() => { if (!existsSync('go')) throw new Error('not yet'); })
        .addTask('last').dependsOn('kept', 'fails').run(() => 3);`,
    );
    const env = sentTo(http);
    expect((await traced.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one'], { env })).code).toBe(1);
    const kept = http.spans.splice(0).find(({ name }) => name === 'workflow.task kept');
    traced.write('go', '');
    expect((await traced.run(['retry', 'one'], { env })).code).toBe(0);
    const named = (name: string): (typeof http.spans)[number] | undefined =>
      http.spans.find((span) => span.name === name);
    const linksOf = (name: string): unknown => named(name)?.links.map(({ spanId }) => spanId);
    expect(named('workflow.task kept')).toBeUndefined();
    expect(linksOf('workflow.task fails')).toEqual([kept?.spanId]);
    expect(linksOf('workflow.task last')).toEqual([kept?.spanId, named('workflow.task fails')?.spanId]);
  });
});

describe('the trace of a run that is not sampled', () => {
  test.for([
    ['by the sampler', { OTEL_TRACES_SAMPLER: 'always_off' }],
    ['by whoever started the command', { TRACEPARENT: PARENT.replace(/1$/, '0') }],
  ] as const)('is named without a link: %s', async ([, more], { traced, http }) => {
    traced.write('pipeline.ts', SHIP);
    const env = { ...sentTo(http), WF_TRACE_URL: 'https://traces.example/{traceId}', ...more };
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--output', 'result.json'], { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/\n {2}trace [\da-f]{32} \(not sampled: nothing of it was sent\)\n/);
    expect(stderr).not.toContain('traces.example');
    const { traceId, traceSampled } = JSON.parse(traced.read('result.json')) as Record<string, unknown>;
    expect([stderr.includes(String(traceId)), traceSampled]).toEqual([true, false]);
    expect(http.spans).toEqual([]);
    const json = await traced.run(['run', 'pipeline.ts', '--json'], { env });
    expect(json.stderr).toMatch(/^trace [\da-f]{32} \(not sampled: nothing of it was sent\)\n$/);
  });
});

describe('the trace of a run that is left to wait', () => {
  test('is sent as far as it has come, and goes on where it is resumed', async ({ traced, http }) => {
    traced.write('pipeline.ts', ASKS);
    const env = sentTo(http);
    const left = await traced.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one'], { env });
    expect(left.code).toBe(3);
    const id = traceOf(http);
    expect(left.stderr).toContain(`trace ${id}`);
    expect(treeOf(http.spans.splice(0))).toEqual([
      'workflow.run order running <workflow.waiting>',
      '  workflow.start order',
      '  workflow.task price succeeded',
      '  workflow.task review waiting links=1 <workflow.task.recovery> <workflow.task.waiting>',
      '    workflow.attempt review 1 error=Error <exception>',
    ]);
    expect((await traced.run(['approve', 'one', 'review', '2'])).code).toBe(0);
    const due = await traced.run(['resume', '--due', '--otel'], { env });
    expect(due.code).toBe(0);
    expect(due.stderr).toContain(`trace ${id}`);
    expect(traceOf(http)).toBe(id);
    expect(http.spans.map(({ name }) => name)).toContain('workflow.task buy');
  });
});

describe.skipIf(!canOpenTerminal)('in a terminal', () => {
  test('a look at spans stands below the picture of the run, which stays whole', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
      export default workflow('small').addTask('a').run(() => 1).addTask('b').dependsOn('a').run(() => 2);`,
    );
    const shown = show(sandbox, 60, 600, ['run', 'pipeline.ts', '--otel', 'console']);
    expect((await shown.ended).code).toBe(0);
    const screen = shown.terminal.all.map((line) => line.replaceAll(/[\d.]+ m?s\b/g, 'N ms'));
    const metrics = screen.indexOf('metrics');
    expect(screen.slice(metrics + 1).join('\n')).toContain('workflow.task.completed  1');
    expect(screen.slice(0, metrics - 1).filter((line) => !line.includes('='))).toEqual([
      'small',
      '✔ a  N ms',
      '✔ b  N ms',
      expect.stringContaining('2/2'),
      '✔ success  2 of 2 tasks succeeded in N ms',
      expect.stringContaining('  slowest: '),
      expect.stringMatching(/^ {2}trace [\da-f]{32}$/),
      '',
      expect.stringMatching(/^trace [\da-f]{32} {2}4 spans$/),
      '  workflow.run small  N ms',
      '    workflow.start small  N ms',
      '    workflow.task a  N ms',
      '    workflow.task b  N ms',
      '        → workflow.task a',
    ]);
  });
});

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function traceOf({ spans }: Collector): string {
  const [id = '', ...more] = new Set(spans.map(({ traceId }) => traceId));
  expect({ id, more }).toEqual({ id: expect.stringMatching(/^[\da-f]{32}$/) as string, more: [] });
  return id;
}
