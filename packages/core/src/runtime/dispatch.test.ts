import { describe, expect, test } from 'vitest';

import { gate } from '@wf-sdk/testing';
import { drive, flowOf, lines, type PlainTask, statesOf, taskOf } from '../../test/kit.ts';
import type { Dispatcher, DispatchRequest, RunOptions } from '../index.ts';

interface Dispatched {
  readonly request: DispatchRequest;
  readonly signal: AbortSignal;
}

/** Makes attempts by a function instead of on a thread. */
function recording(attempt: (request: DispatchRequest, signal: AbortSignal) => unknown) {
  const dispatched: Dispatched[] = [];
  const dispatcher: Dispatcher = {
    async dispatch(request, observer, signal) {
      dispatched.push({ request, signal });
      observer.log('info', 'from there', { attempt: request.attempt });
      return attempt(request, signal);
    },
  };
  return { dispatched, dispatcher };
}

let called = 0;
const isolated = (policies: Partial<PlainTask> = {}): PlainTask => ({
  id: 'a',
  isolate: { memory: '64MB', env: { MODE: 'test' } },
  handler: (data: unknown) => {
    called++;
    return data;
  },
  ...policies,
});
const module = 'file:///pipeline.ts';
const driving = (tasks: readonly PlainTask[], options: RunOptions) =>
  drive(flowOf(tasks, { module }), options, 'in');

describe('an isolated task', () => {
  test('is dispatched with its data and all that its thread has to know', async () => {
    called = 0;
    const { dispatched, dispatcher } = recording(({ data }) => ({ there: data }));
    const { end, clock, events } = driving([{ id: 'n', handler: () => 1 }, isolated({ dependsOn: ['n'] })], {
      dispatcher,
    });
    expect((await end()).outputs['a']).toEqual({ there: { input: 'in', n: 1 } });
    expect([called, dispatched.length]).toEqual([0, 1]);
    expect(dispatched[0]?.request).toEqual({
      module,
      workflow: 'w',
      task: 'a',
      attempt: 1,
      item: undefined,
      run: { id: 'r', workflow: 'w', version: '1.0.0', startedAt: clock.startedAt },
      data: { input: 'in', n: 1 },
      memoryBytes: 64_000_000,
      env: { MODE: 'test' },
      graceMs: 10_000,
      idempotencyKey: 'r/a',
    });
    expect(events.find(({ type }) => type === 'task.log')).toMatchObject({
      task: 'a',
      attempt: 1,
      message: 'from there',
    });
  });

  test('is dispatched for each attempt and each item, and is tried again like any other', async () => {
    const { dispatched, dispatcher } = recording(({ attempt, item }) => {
      if (item === 1 && attempt === 1) throw new Error('no');
      return item;
    });
    const { end } = driving(
      [isolated({ retry: { attempts: 2, delay: 1 }, fanOut: { kind: 'each', select: () => ['x', 'y'] } })],
      { dispatcher, gracePeriod: '3s' },
    );
    expect((await end()).outputs['a']).toEqual([0, 1]);
    expect(dispatched.map(({ request }) => [request.item, request.attempt])).toEqual([
      [0, 1],
      [1, 1],
      [1, 2],
    ]);
  });

  test('is told to stop by its signal: at a timeout, and when the run is cancelled', async () => {
    const { dispatched, dispatcher } = recording(() => new Promise(() => undefined));
    const late = driving([isolated({ timeout: 10 })], { dispatcher });
    expect(taskOf(await late.end(), 'a').error).toMatchObject({ code: 'timeout' });
    const { handle, clock, end } = driving([isolated()], { dispatcher, gracePeriod: 10 });
    await clock.settle();
    void handle.cancel('enough');
    expect(statesOf(await end())).toEqual({ a: 'cancelled' });
    expect(dispatched.map(({ signal }): unknown => signal.reason)).toMatchObject([
      { code: 'timeout' },
      { code: 'cancelled' },
    ]);
  });

  test('has its output checked here', async () => {
    const { dispatcher } = recording(() => 'wrong');
    const output = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'not so' }] }) },
    } as const;
    expect(taskOf(await driving([isolated({ output })], { dispatcher }).end(), 'a').error).toMatchObject({
      code: 'output_invalid',
    });
  });

  test("is run here where the run's mode is parallel", async () => {
    called = 0;
    const { dispatched, dispatcher } = recording(() => 0);
    const { end } = drive(flowOf([isolated()]), { dispatcher, mode: 'parallel' }, 'in');
    expect((await end()).outputs['a']).toEqual({ input: 'in' });
    expect([called, dispatched.length]).toEqual([1, 0]);
  });

  test('is refused where nobody knows the module, unless the run says which', async () => {
    const { dispatched, dispatcher } = recording(() => 1);
    const start = (options: RunOptions) => drive(flowOf([isolated()]), { dispatcher, ...options });
    expect(() => start({})).toThrow(
      expect.objectContaining({
        code: 'definition_invalid',
        diagnostics: [expect.objectContaining({ code: 'bad_isolation', task: 'a' })],
      }),
    );
    await start({ module: 'file:///other.ts' }).end();
    expect(dispatched[0]?.request.module).toBe('file:///other.ts');
  });
});

describe('the mode', () => {
  test('sequential runs one task after the other, items too', async () => {
    const order: string[] = [];
    const slow = gate();
    const { end, clock } = drive(
      flowOf([
        { id: 'a', handler: () => (order.push('a'), slow.promise) },
        {
          id: 'map',
          fanOut: { kind: 'each', select: () => [1, 2] },
          handler: ({ item }: { readonly item: number }) => order.push(`${item}`),
        },
        { id: 'b', handler: () => order.push('b') },
      ]),
      { mode: 'sequential' },
    );
    await clock.settle();
    expect(order).toEqual(['a']);
    slow.open();
    await end();
    expect(order).toEqual(['a', '1', '2', 'b']);
  });

  test('is one of three, and sequential leaves no choice of concurrency', () => {
    const flow = flowOf([{ id: 'a', handler: () => 1 }]);
    expect(() => drive(flow, { mode: 'both' as never })).toThrow(
      expect.objectContaining({ code: 'option_invalid', option: 'mode' }),
    );
    expect(() => drive(flow, { mode: 'sequential', concurrency: 2 })).toThrow(
      expect.objectContaining({ option: 'concurrency' }),
    );
    expect(() => drive(flow, { onFailure: 'stop' as never })).toThrow(
      expect.objectContaining({ option: 'onFailure' }),
    );
    expect(() => drive(flow, { maxDepth: -1 })).toThrow(expect.objectContaining({ option: 'maxDepth' }));
    expect(() => drive(flow, { resources: { cpu: -1 } })).toThrow(
      expect.objectContaining({ option: 'resources.cpu' }),
    );
  });
});

test('no more isolated tasks run at once than their dispatcher has room for; the others are queued', async () => {
  const [first, second] = [gate<string>(), gate<string>()];
  const doors = [first, second];
  const dispatcher: Dispatcher = {
    slots: 1,
    dispatch: () => doors.shift()?.promise ?? Promise.resolve('late'),
  };
  const task = { handler: () => 'here', isolate: {} };
  const { clock, end, events } = drive(
    flowOf([
      { id: 'a', ...task },
      { id: 'b', ...task, timeout: 50 },
    ]),
    {
      dispatcher,
      module: 'file:///pipeline.ts',
    },
  );
  await clock.advance(1_000);
  expect(lines(events).at(-1)).toBe('attempt.started a#1');
  first.open('first');
  second.open('second');
  expect((await end()).outputs).toEqual({ a: 'first', b: 'second' });
});
