import { mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test as base } from './sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { Collector } from '../otlp/collector.ts';

/** A test with a sandbox, in which OpenTelemetry's API is installed, and collectors of its own. */
export const test = base.extend<{ http: Collector; grpc: Collector; traced: Sandbox }>({
  traced: async ({ sandbox }, use) => {
    install(sandbox, 'api');
    await use(sandbox);
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which other fixtures are wanted
  http: async ({}, use) => {
    const collector = await Collector.http();
    await use(collector);
    collector.close();
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which other fixtures are wanted
  grpc: async ({}, use) => {
    const collector = await Collector.grpc();
    await use(collector);
    collector.close();
  },
});

/** Installs one of the packages of OpenTelemetry beside a user's pipeline. */
export function install(sandbox: Sandbox, name: 'api' | 'sdk-node'): void {
  mkdirSync(sandbox.path('node_modules/@opentelemetry'), { recursive: true });
  const source = new URL(`../../packages/cli/node_modules/@opentelemetry/${name}`, import.meta.url);
  symlinkSync(fileURLToPath(source), sandbox.path('node_modules/@opentelemetry', name), 'junction');
}

/** The variables under which everything goes to this collector. */
export function sentTo({ endpoint }: Collector, protocol = 'http/protobuf'): Record<string, string> {
  return { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
}

/** The names of the spans that the pipeline made itself, in order of their names. */
export function ownSpans({ spans }: Collector): string[] {
  return spans
    .filter(({ scope }) => scope === 'mine')
    .map(({ name }) => name)
    .toSorted();
}

/** What a user's own code tells through the API: a span, one below it, a metric, and what went wrong. */
export const TELLS = `import { workflow } from 'wf-sdk';
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
const tracer = trace.getTracer('mine');
export default workflow('tells')
  .addTask('outer').run(() => tracer.startActiveSpan('outer work', { attributes: { rows: 3, 'app.name': 'shop' } }, (span) => {
    metrics.getMeter('mine').createCounter('rows_read', { unit: '{row}' }).add(3, { source: 'file' });
    metrics.getMeter('mine').createHistogram('read.duration', { unit: 's' }).record(0.25);
    span.addEvent('half way', { at: 1.5 });
    const inner = tracer.startSpan('inner work', { links: [{ context: span.spanContext(), attributes: { why: 'shown' } }] });
    inner.recordException(new Error('disk full'));
    inner.setStatus({ code: SpanStatusCode.ERROR, message: 'disk full' });
    inner.end();
    span.end();
    return 3;
  }))
  .addTask('ends').dependsOn('outer').run(({ outer }) => {
    if (process.env['FAIL'] !== undefined) throw new Error('no luck');
    return outer;
  })
  .output(({ ends }) => ({ ends }));
`;

/** A span that has ended, and then one that ends when the task is told to stop. */
export const STOPS = `import { workflow } from 'wf-sdk';
import { trace } from '@opentelemetry/api';
const tracer = trace.getTracer('mine');
export default workflow('stops')
  .addTask('work').run((_, { signal }) => new Promise((resolve, reject) => {
    tracer.startSpan('before').end();
    const span = tracer.startSpan('until told');
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => {
      if (process.env['DEAF'] !== undefined) return;
      clearInterval(alive);
      span.end();
      reject(signal.reason);
    });
    console.log('ready');
  }));
`;

/** A log record through the API of logs and one through `ctx.log`, from a task that gives the ID of its span. */
export const LOGS = `import { workflow } from 'wf-sdk';
import { trace } from '@opentelemetry/api';
const api = globalThis[Symbol.for('io.opentelemetry.js.api.logs')];
export default workflow('logs').addTask('a').run((_, { log }) => {
  log.error('disk is full', { mount: '/data' });
  api(1).getLogger('mine').emit({ severityText: 'WARN', body: 'low on disk', attributes: { free: 3 } });
  return trace.getActiveSpan()?.spanContext().spanId;
}).output(({ a }) => a);
`;
