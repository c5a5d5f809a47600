import { spawnSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@opentelemetry/api-logs';
import pino from 'pino';
import { expect, test } from 'vitest';
import { type OtelLogger, run, type RunEvent, toLogSink, workflow } from 'wf-sdk';
import { environment } from '../packaging/install.mjs';

const flow = workflow('flow')
  .addTask('load')
  .secrets('KEY')
  .run((_, { log, secrets }) => {
    log.debug('looking', { key: secrets.KEY });
    log.error(`with ${secrets.KEY}`, { rows: 3, error: new TypeError('reset') });
  });
const secrets = () => ({ KEY: 'hunter2-hunter2' });

const traced: Extract<RunEvent, { readonly type: 'task.log' }> = {
  type: 'task.log',
  run: 'r',
  at: 1_700_000_000_000,
  task: 'load',
  attempt: 1,
  level: 'warn',
  message: 'slow',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
};

test('pino writes what a task logs, from the level that the sink has on, and no secret', async () => {
  let text = '';
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const logger = pino({ level: 'debug', base: null }, output);
  await run(flow, undefined, { id: 'r', secrets, observers: [toLogSink(logger, { level: 'info' })] });
  toLogSink(logger)(traced);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    {
      level: 50,
      run: 'r',
      task: 'load',
      attempt: 1,
      rows: 3,
      msg: expect.stringMatching(/^with (?!hunter)/) as string,
    },
    { level: 40, msg: 'slow', traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  ]);
  expect(text).not.toContain('hunter2');
});

/** What OpenTelemetry's own provider makes of these events. */
function recordsOf(...events: RunEvent[]): unknown {
  const script = fileURLToPath(new URL('./otel-logs.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(events)], {
    encoding: 'utf8',
    env: environment,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test("OpenTelemetry's own provider gets severity, body, attributes and the span", () => {
  const { traceId, spanId, ...untraced } = traced;
  const fields = { rows: 3, error: { name: 'TypeError' }, list: [1, 'two'] };
  const from = { 'workflow.execution.id': 'r', 'workflow.task.name': 'load', 'workflow.task.attempt': 1 };
  expect(recordsOf(traced, { ...untraced, level: 'error', item: 3, fields })).toEqual([
    {
      time: [1_700_000_000, 0],
      severity: [13, 'WARN'],
      body: 'slow',
      attributes: from,
      span: { traceId, spanId, traceFlags: 1 },
    },
    {
      time: [1_700_000_000, 0],
      severity: [17, 'ERROR'],
      body: 'slow',
      attributes: { ...from, 'workflow.task.item': 3, ...fields },
    },
  ]);
});

test("a logger of OpenTelemetry's type is taken, and hears no secret", async () => {
  const records: unknown[] = [];
  const logger: Logger = { emit: (record) => void records.push(record), enabled: () => true };
  const same: OtelLogger = logger;
  await run(flow, undefined, { id: 'r', secrets, observers: [toLogSink(same)] });
  expect(records).toHaveLength(2);
  expect(JSON.stringify(records)).not.toContain('hunter2');
});
