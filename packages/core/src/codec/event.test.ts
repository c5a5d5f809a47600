import { describe, expect, test } from 'vitest';
import { UnreadableError, UnstorableError } from '../model/codec-error.ts';
import { BreakerOpenError, CancelledError, RunFailedError, TaskFailedError } from '../model/error.ts';
import { EVENT_VERSION, type RunEvent } from '../model/event.ts';
import type { LogEntry } from '../model/store.ts';
import { encode } from './codec.ts';
import { decodeEvent, encodeEvent } from './event.ts';

const run = 'r1';
const at = 1_700_000_000_000;
const task = 't';
const failure = new BreakerOpenError(task, 'api');
const failed = new RunFailedError(run, 'w', [new TaskFailedError(task, 2, failure)]);

const EVENTS: { readonly [Type in RunEvent['type']]: readonly Extract<RunEvent, { type: Type }>[] } = {
  'attempt.failed': [
    { type: 'attempt.failed', run, at, task, attempt: 1, error: failure, retryInMs: 50 },
    { type: 'attempt.failed', run, at, task, attempt: 1, item: 0, error: 'thrown', retryInMs: Infinity },
  ],
  'attempt.started': [{ type: 'attempt.started', run, at, task, attempt: 2, item: 7 }],
  'breaker.changed': [{ type: 'breaker.changed', run, at, breaker: 'api', state: 'open' }],
  'compensation.failed': [{ type: 'compensation.failed', run, at, task, attempt: 1, error: failure }],
  'compensation.started': [{ type: 'compensation.started', run, at, task, attempt: 1 }],
  'compensation.succeeded': [{ type: 'compensation.succeeded', run, at, task, attempt: 1, item: 3 }],
  'item.failed': [{ type: 'item.failed', run, at, task, item: 0, error: failure }],
  'attempt.late': [
    { type: 'attempt.late', run, at, task, attempt: 2, output: new Map([[1n, 'booked']]) },
    { type: 'attempt.late', run, at, task, item: 0, attempt: 1, output: undefined },
  ],
  'item.succeeded': [{ type: 'item.succeeded', run, at, task, item: 3, output: { id: 'a7' } }],
  'run.cancelling': [
    { type: 'run.cancelling', run, at, reason: undefined },
    { type: 'run.cancelling', run, at, reason: new CancelledError('stop'), failure: 'task', wholly: true },
  ],
  'run.finished': [
    { type: 'run.finished', run, at, state: 'succeeded', succeeded: 1, total: 1, output: new Map([[1, 2n]]) },
    {
      type: 'run.finished',
      run,
      at,
      state: 'failed',
      succeeded: 0,
      total: 1,
      error: failed,
      output: undefined,
    },
  ],
  'run.pending': [
    { type: 'run.pending', run, at, workflow: 'w', version: '1', input: undefined, limit: 1, runs: ['r0'] },
    {
      type: 'run.pending',
      run,
      at,
      workflow: 'w',
      version: '1',
      input: { on: new Date(5) },
      limit: 2,
      runs: ['r0', 'q1'],
      parent: { run: 'r0', task: 'p', attempt: 1 },
    },
  ],
  'run.resumed': [
    { type: 'run.resumed', run, at },
    { type: 'run.resumed', run, at, timeoutMs: 5 },
    { type: 'run.resumed', run, at, eventVersion: EVENT_VERSION, changed: ['a', 'b'] },
  ],
  'run.retried': [
    { type: 'run.retried', run, at, tasks: ['a'], messages: 0 },
    { type: 'run.retried', run, at, tasks: [], messages: 2, changed: ['c'] },
  ],
  'run.signalled': [
    { type: 'run.signalled', run, at, number: 1, name: 'paid', value: { on: new Date(5) }, by: 'sam' },
    { type: 'run.signalled', run, at, number: 2, name: 'paid', value: undefined },
  ],
  'run.started': [
    { type: 'run.started', run, at, workflow: 'w', version: '1', input: undefined, total: 3 },
    { type: 'run.started', run, at, workflow: 'w', version: '1', input: 1, total: 3, timeoutMs: 60_000 },
    {
      type: 'run.started',
      run,
      at,
      workflow: 'w',
      version: '1',
      input: 'line\nbreak',
      total: 3,
      parent: { run: 'r0', task: 'p', attempt: 1 },
    },
  ],
  'run.told': [
    {
      type: 'run.told',
      run,
      at,
      message: 1,
      what: 'skip',
      about: 'b',
      by: 'someone',
      refused: 'it has ended',
    },
  ],
  'run.waiting': [
    { type: 'run.waiting', run, at, tasks: ['a', 'b'] },
    { type: 'run.waiting', run, at, tasks: [], until: at + 5 },
  ],
  'task.cancelled': [{ type: 'task.cancelled', run, at, task }],
  'task.decided': [{ type: 'task.decided', run, at, task, decision: 'approve' }],
  'task.failed': [{ type: 'task.failed', run, at, task, error: new TaskFailedError(task, 2, failure) }],
  'task.fanned_out': [{ type: 'task.fanned_out', run, at, task, items: 9 }],
  'task.log': [
    { type: 'task.log', run, at, task, attempt: 1, level: 'info', message: 'a\nb' },
    { type: 'task.log', run, at, task, attempt: 1, level: 'warn', message: 'm', fields: { big: 1n } },
    {
      type: 'task.log',
      run,
      at,
      task,
      attempt: 1,
      level: 'info',
      message: 'traced',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
    },
  ],
  'task.queued': [
    { type: 'task.queued', run, at, task },
    { type: 'task.queued', run, at, task, pools: ['db'] },
  ],
  'task.recovering': [{ type: 'task.recovering', run, at, task, rule: 0, action: 'retry', retryInMs: 5 }],
  'task.skipped': [{ type: 'task.skipped', run, at, task, reason: 'dependency', cause: 'a' }],
  'task.sla_missed': [{ type: 'task.sla_missed', run, at, task, slaMs: 5 }],
  'task.succeeded': [
    { type: 'task.succeeded', run, at, task, output: undefined },
    { type: 'task.succeeded', run, at, task, output: [new Date(5)], by: 'fallback' },
    { type: 'task.succeeded', run, at, task, output: 5, signal: { number: 2, by: 'sam' } },
  ],
  'task.upstream_failed': [{ type: 'task.upstream_failed', run, at, task, cause: 'a' }],
  'task.waiting': [{ type: 'task.waiting', run, at, task, for: 'approval', error: failure, message: 'why' }],
};

function read(event: RunEvent, output?: string): RunEvent {
  return decodeEvent(run, { ...encodeEvent(event, output), seq: 4 });
}

describe.each(Object.entries(EVENTS))('%s', (type, events: readonly RunEvent[]) => {
  test.each(events)('comes back as it was: case %#', (event) => {
    expect(read(event)).toStrictEqual(event);
    const entry = encodeEvent(event);
    expect(entry).toMatchObject({ type, at });
    expect(entry.task).toBe('task' in event ? event.task : undefined);
    expect(entry.body.split('\n')[0]).not.toContain(run);
  });
});

describe('an event with an error', () => {
  test('has one of the same class', () => {
    const [event] = EVENTS['task.failed'];
    const { error } = read(event as RunEvent) as { error: Error };
    expect(error).toBeInstanceOf(TaskFailedError);
    expect(error).toMatchObject({ code: 'task_failed', task, attempts: 2 });
    expect(error.cause).toBeInstanceOf(BreakerOpenError);
    expect(error.cause).toMatchObject({ code: 'breaker_open', stack: failure.stack });
  });
});

describe('what cannot be stored', () => {
  const output = { send: (): void => undefined };

  test('of an output is refused', () => {
    const succeeded = { type: 'task.succeeded', run, at, task, output } as const;
    expect(() => encodeEvent(succeeded)).toThrow(UnstorableError);
    expect(() => encodeEvent(succeeded)).toThrow(
      "the output of task 't' cannot be stored: output.send is a function",
    );
    expect(() => encodeEvent({ type: 'item.succeeded', run, at, task, item: 4, output })).toThrow(
      "the output of item 4 of task 't' cannot be stored: output.send is a function",
    );
  });

  test('of anything else becomes a text', () => {
    const circle: Record<string, unknown> = { when: new Date(5), list: [Symbol('s')] };
    circle['self'] = circle;
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const fields = {
      ...output,
      circle,
      set: new Set([new WeakMap()]),
      broken: revoked.proxy,
      error: new TypeError('inner'),
      twice: [output, output],
      many: Array.from({ length: 99 }, () => [output]),
    };
    expect(
      read({ type: 'task.log', run, at, task, attempt: 1, level: 'info', message: 'm', fields }),
    ).toMatchObject({
      fields: {
        send: '[function]',
        circle: { when: new Date(5), list: ['[Symbol(s)]'], self: '[circular]' },
        set: new Set(['[WeakMap]']),
        broken: '[unreadable]',
        error: new TypeError('inner'),
        twice: [{ send: '[function]' }, { send: '[function]' }],
        many: Array.from({ length: 99 }, () => [{ send: '[function]' }]),
      },
    });
    expect(
      read({ type: 'run.started', run, at, workflow: 'w', version: '1', total: 1, input: output }),
    ).toMatchObject({
      input: { send: '[function]' },
    });
    expect(read({ type: 'run.cancelling', run, at, reason: output.send })).toMatchObject({
      reason: '[function]',
    });
    expect(
      read({ type: 'run.finished', run, at, state: 'succeeded', succeeded: 1, total: 1, output }),
    ).toMatchObject({
      output: { send: '[function]' },
    });
  });

  test('has an end, however deep it goes', () => {
    let deep: unknown = () => 1;
    for (let level = 0; level < 10_000; level++) deep = { deep };
    const { body } = encodeEvent({ type: 'run.cancelling', run, at, reason: deep });
    expect(body).toContain('[nested too deep]');
  });
});

test('an output that was written before is taken as it is', () => {
  const output = { rows: [1n] };
  const text = encode(output);
  const event = { type: 'task.succeeded', run, at, task, output: 'not looked at' } as const;
  expect(encodeEvent(event, text).body).toBe(`{}\noutput ${text}`);
  expect(read(event, text)).toStrictEqual({ ...event, output });
});

describe('an entry that cannot be read', () => {
  const entry: LogEntry = { seq: 4, type: 'task.queued', at, task, body: '{}' };
  test.each<[Partial<LogEntry>, string]>([
    [{ type: 'task.dreamt' }, "this version of wf-sdk does not know its type 'task.dreamt'"],
    [{ type: 'constructor' }, "this version of wf-sdk does not know its type 'constructor'"],
    [{ body: '' }, 'it is empty'],
    [{ body: '{' }, 'it is damaged'],
    [{ body: '7' }, 'it is damaged'],
    [{ body: 'null' }, 'it is damaged'],
    [{ body: '{}\noutput 1' }, 'it is damaged'],
    [{ type: 'task.succeeded', body: '{}\noutput' }, 'it is damaged'],
    [{ type: 'task.succeeded', body: '{}\noutput ~[' }, 'it is damaged'],
  ])('%j', (change, why) => {
    const act = (): RunEvent => decodeEvent(run, { ...entry, ...change });
    expect(act).toThrow(UnreadableError);
    expect(act).toThrow(`event 4 of run r1 cannot be read from the store: ${why}`);
  });
});
