import { describe, expect } from 'vitest';
import { install, LOGS, ownSpans, sentTo, TELLS, test } from './telemetry.ts';

describe('what stands in the way', () => {
  test('a provider that the process has already is left alone, said and flushed', async ({
    traced,
    http,
  }) => {
    install(traced, 'sdk-node');
    traced.write(
      'instrument.mjs',
      `import { NodeSDK } from '@opentelemetry/sdk-node';
      new NodeSDK({ serviceName: 'theirs' }).start();`,
    );
    traced.write('pipeline.ts', TELLS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--otel'], {
      env: { ...sentTo(http), NODE_OPTIONS: '--import ./instrument.mjs' },
    });
    expect(code).toBe(0);
    expect(stderr).toContain('OpenTelemetry is set up in this process already');
    expect(ownSpans(http)).toEqual(['inner work', 'outer work']);
    expect(new Set(http.spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['theirs']));
    expect(http.points.length).toBeGreaterThan(0);
  });

  test('a set-up in the pipeline itself comes too late, and that is said', async ({ traced, http }) => {
    install(traced, 'sdk-node');
    traced.write('set-up.ts', `import { NodeSDK } from '@opentelemetry/sdk-node';\nnew NodeSDK().start();\n`);
    traced.write('pipeline.ts', `import './set-up.ts';\n${TELLS}`);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--otel'], { env: sentTo(http) });
    expect(code).toBe(0);
    expect(ownSpans(http)).toEqual(['inner work', 'outer work']);
    expect(stderr).toContain('OpenTelemetry: the pipeline sets it up as well, which came too late');
  });

  test('a set-up in the pipeline itself is flushed where nothing else was asked for', async ({
    traced,
    http,
  }) => {
    install(traced, 'sdk-node');
    traced.write(
      'set-up.ts',
      `import { NodeSDK } from '@opentelemetry/sdk-node';
      process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = ${JSON.stringify(http.endpoint)};
      new NodeSDK({ serviceName: 'theirs' }).start();`,
    );
    traced.write('pipeline.ts', `import './set-up.ts';\n${TELLS}`);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts']);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('OpenTelemetry') as string,
    });
    expect(ownSpans(http)).toEqual(['inner work', 'outer work']);
  });

  test('OTEL_SDK_DISABLED wins over everything', async ({ traced, http }) => {
    traced.write('pipeline.ts', TELLS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--otel'], {
      env: { ...sentTo(http), OTEL_SDK_DISABLED: 'true' },
    });
    expect(code).toBe(0);
    expect(stderr).toContain('--otel does nothing: OTEL_SDK_DISABLED is true');
    expect(http.requests).toEqual({ traces: 0, metrics: 0, logs: 0 });
  });

  test.for([
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, "OTEL_TRACES_EXPORTER: there is no exporter 'zipkin' here"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'not a url' }, "OTEL_EXPORTER_OTLP_ENDPOINT: 'not a url' is not a URL"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'udp' }, "OTEL_EXPORTER_OTLP_PROTOCOL: there is no protocol 'udp'"],
    [{ WF_OTEL_TIMEOUT: 'long' }, "WF_OTEL_TIMEOUT: 'long' is not a duration"],
  ] as const)(
    'a variable that makes no sense does not fail the run: %o',
    async ([env, message], { traced }) => {
      traced.write('pipeline.ts', TELLS);
      const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--otel'], { env });
      expect(code).toBe(0);
      expect(stderr).toContain(`OpenTelemetry is not set up: ${message}`);
    },
  );
});

describe('--otel', () => {
  test('may stand before the pipeline, which is not its value', async ({ traced, http }) => {
    traced.write('pipeline.ts', TELLS);
    const { code } = await traced.run(['run', '--otel', 'pipeline.ts'], { env: sentTo(http) });
    expect(code).toBe(0);
    expect(ownSpans(http)).toEqual(['inner work', 'outer work']);
  });

  test('console draws spans and metrics on standard error, and sends nothing', async ({ traced, http }) => {
    traced.write('pipeline.ts', TELLS);
    const { code, stdout, stderr } = await traced.run(['run', 'pipeline.ts', '--otel', 'console'], {
      env: sentTo(http),
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^trace [\da-f]{32} {2}\d+ spans$/m);
    expect(stderr).toMatch(/^ +outer work {2}\d+ ms$/m);
    expect(stderr).toMatch(/^ +inner work {2}\d+ ms {2}✖ disk full$/m);
    expect(stderr).toMatch(/^ {2}rows_read {2}3 {2}source=file$/m);
    expect(stderr).toMatch(/^ {2}read\.duration {2}0\.25 s$/m);
    expect(http.requests).toEqual({ traces: 0, metrics: 0, logs: 0 });
  });

  test('shows as much of a run as is wanted', async ({ traced }) => {
    traced.write('pipeline.ts', TELLS);
    const run = async (...more: string[]): Promise<{ code: number | null; stderr: string }> =>
      traced.run(['run', 'pipeline.ts', ...more]);
    const { code, stderr } = await run('--otel', 'console', '--otel-detail', 'run');
    expect(code).toBe(0);
    expect(stderr).toContain('workflow.run tells');
    expect(stderr).not.toContain('workflow.task outer  ');
    const alone = await run('--otel-detail', 'run');
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain('--otel-detail is about a run that is traced: add --otel');
    const wrong = await run('--otel', '--otel-detail', 'steps');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Allowed choices are run, tasks, attempts, items');
  });

  test('is not the only way: a variable has log records printed, each at once', async ({ traced }) => {
    traced.write('pipeline.ts', LOGS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts'], {
      env: { OTEL_LOGS_EXPORTER: 'console' },
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^ {2}log │ WARN: low on disk \{"free":3\}\n[^]*✔ a/m);
    expect(stderr).not.toContain('workflow.run');
  });

  test('is what has OpenTelemetry loaded: without it nothing of that is', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.mjs',
      `import { workflow } from 'wf-sdk';\nexport default workflow('w').addTask('a').run(() => 1);`,
    );
    const loadedBy = async (...flags: string[]): Promise<boolean> => {
      const env = { NODE_DEBUG: 'esm' };
      const { stderr } = await sandbox.run(['run', 'pipeline.mjs', ...flags], { env });
      expect(stderr).toContain('/main.js');
      return /opentelemetry|\/sdk\.js/.test(stderr);
    };
    expect(await loadedBy()).toBe(false);
    expect(await loadedBy('--otel', 'console')).toBe(true);
  });

  test('elsewhere is a mistake that is explained', async ({ traced }) => {
    traced.write('pipeline.ts', TELLS);
    const { code, stderr } = await traced.run(['run', 'pipeline.ts', '--otel=jaeger']);
    expect(code).toBe(2);
    expect(stderr).toContain("'jaeger' is invalid. Allowed choices are otlp, console");
  });
});
