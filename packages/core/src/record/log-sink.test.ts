import { describe, expect, test } from 'vitest';
import {
  type Logger,
  OptionError,
  type OtelLogger,
  run,
  type RunEvent,
  toLogSink,
  workflow,
} from '../index.ts';

type LogEvent = Extract<RunEvent, { readonly type: 'task.log' }>;
const base = { type: 'task.log', run: 'r', at: 1_700_000_000_000, task: 'load', attempt: 2 } as const;
const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const info: LogEvent = { ...base, level: 'info', message: 'read', fields: { rows: 3 } };

function collector(): { readonly logger: Logger; readonly lines: unknown[][] } {
  const lines: unknown[][] = [];
  const at =
    (level: string) =>
    (...said: unknown[]): void =>
      void lines.push([level, ...said]);
  return { logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

function otel(): { readonly logger: OtelLogger; readonly records: Parameters<OtelLogger['emit']>[0][] } {
  const records: Parameters<OtelLogger['emit']>[0][] = [];
  return { logger: { emit: (record) => void records.push(record) }, records };
}

describe("a sink for a logger of pino's kind", () => {
  test('passes on each level, with the fields and where it comes from', () => {
    const { logger, lines } = collector();
    const sink = toLogSink(logger);
    sink(info);
    sink({ ...base, level: 'error', message: 'gone', item: 0, ...trace });
    sink({ type: 'task.queued', run: 'r', at: 0, task: 'load' });
    expect(lines).toEqual([
      ['info', { run: 'r', task: 'load', attempt: 2, rows: 3 }, 'read'],
      ['error', { run: 'r', task: 'load', attempt: 2, item: 0, ...trace }, 'gone'],
    ]);
  });

  test('leaves out what is less grave than it is asked for', () => {
    const { logger, lines } = collector();
    const sink = toLogSink(logger, { level: 'warn' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) sink({ ...info, level });
    expect(lines.map(([level]) => level)).toEqual(['warn', 'error']);
  });

  test('gives an error among the fields as what it says', () => {
    const { logger, lines } = collector();
    toLogSink(logger)({ ...info, fields: { error: new TypeError('reset'), size: 3n } });
    expect(lines[0]?.[1]).toMatchObject({ error: { name: 'TypeError', message: 'reset' }, size: '3' });
  });

  test("loses no field of a task's own that has a name of ours", () => {
    const { logger, lines } = collector();
    toLogSink(logger)({ ...info, fields: { task: 'mine', item: 'kept: there is no other', __proto__: 1 } });
    expect(lines[0]?.[1]).toEqual({
      run: 'r',
      task: 'load',
      attempt: 2,
      'fields.task': 'mine',
      item: 'kept: there is no other',
    });
  });
});

describe("a sink for a logger of OpenTelemetry's", () => {
  test('gives severity, body, attributes that it can hold, and the span', () => {
    const { logger, records } = otel();
    toLogSink(logger)({
      ...info,
      ...trace,
      item: 4,
      fields: { big: 7n, set: new Set([1]), 'workflow.task.name': 'mine' },
    });
    expect(records).toEqual([
      {
        timestamp: base.at,
        severityNumber: 9,
        severityText: 'INFO',
        body: 'read',
        attributes: {
          'workflow.execution.id': 'r',
          'workflow.task.name': 'load',
          'workflow.task.attempt': 2,
          'workflow.task.item': 4,
          big: '7',
          set: [1],
          'fields.workflow.task.name': 'mine',
        },
        context: expect.anything() as unknown,
      },
    ]);
  });

  test('has no context where nothing traces the run', () => {
    const { logger, records } = otel();
    const sink = toLogSink(logger, { level: 'info' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) sink({ ...info, level });
    expect(records.map(({ severityNumber }) => severityNumber)).toEqual([9, 13, 17]);
    expect(records[0]).not.toHaveProperty('context');
  });
});

test('a sink is an observer: it hears a run and those below it, and never a secret', async () => {
  const { logger, lines } = collector();
  const { logger: other, records } = otel();
  const below = workflow('below')
    .addTask('leaf')
    .secrets('KEY')
    .run((_, { log, secrets }) => log.warn(`with ${secrets.KEY}`, { key: secrets.KEY, [secrets.KEY]: 1 }));
  const flow = workflow('flow').addTask('sub').runWorkflow(below);
  const result = await run(flow, undefined, {
    id: 'r',
    observers: [toLogSink(logger), toLogSink(other)],
    secrets: () => ({ KEY: 'hunter2-hunter2' }),
  });
  expect(result.outcome).toBe('success');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toEqual([
    'warn',
    expect.objectContaining({ run: 'r~sub', task: 'leaf' }),
    expect.any(String),
  ]);
  expect(records).toHaveLength(1);
  expect(JSON.stringify([lines, records])).not.toContain('hunter2');
});

test.each([
  [
    () => toLogSink({} as Logger),
    "option 'logger' must be a logger with debug, info, warn and error, as pino has",
  ],
  [() => toLogSink(undefined as unknown as Logger), "option 'logger' must be a logger"],
  [
    () => toLogSink(collector().logger, { level: 'wran' as 'warn' }),
    "error; did you mean 'warn'?, not 'wran'",
  ],
])('what is no logger or level is refused: %#', (make, message) => {
  expect(make).toThrow(OptionError);
  expect(make).toThrow(message);
});
