import { describe, expect, test } from 'vitest';

import { gate, VirtualClock } from '@wf-sdk/testing';
import {
  drive,
  fails,
  flowOf,
  lines,
  type PlainTask,
  statesOf,
  taskOf,
  untilAborted,
} from '../../test/kit.ts';
import { run, type Workflow } from '../index.ts';

const double = flowOf([{ id: 'x', handler: ({ input }: { readonly input: number }) => input * 2 }], {
  id: 'double',
  output: ({ x }: { readonly x: number }) => x,
});

/** A task that runs a workflow of these tasks. */
const running = (tasks: readonly PlainTask[], policies: Partial<PlainTask> = {}): PlainTask => ({
  id: 'sub',
  child: { workflow: flowOf(tasks, { id: 'child' }) },
  ...policies,
});

describe('a task that runs a workflow', () => {
  test('gives it an input made of its data, and has its output', async () => {
    const child = { workflow: double, input: ({ n }: { readonly n: number }) => n + 1 };
    const { end } = drive(
      flowOf([
        { id: 'n', handler: () => 20 },
        { id: 'sub', dependsOn: ['n'], child },
        { id: 'after', dependsOn: ['sub'], handler: ({ sub }: { readonly sub: number }) => sub },
      ]),
    );
    expect(await end()).toMatchObject({ outcome: 'success', outputs: { n: 20, sub: 42, after: 42 } });
  });

  test('has no output where the workflow has none, and the workflow no input where none is made', async () => {
    let seen: unknown = 'nothing';
    const handler = ({ input }: { readonly input: unknown }): void => {
      seen = input;
    };
    const result = await drive(flowOf([running([{ id: 'x', handler }])]), {}, 'in').end();
    expect([result.outputs['sub'], seen]).toEqual([undefined, undefined]);
  });

  test('names it where it is first needed, if it is given by a function', async () => {
    let asked = 0;
    const workflow = (): Workflow => {
      asked++;
      return double;
    };
    const flow = flowOf([{ id: 'sub', child: { workflow, input: () => 4 } }]);
    expect(asked).toBe(0);
    expect((await drive(flow).end()).outputs['sub']).toBe(8);
  });

  test('tells its events with an ID that follows from its own, and whose task it is', async () => {
    const { end, events } = drive(
      flowOf([
        running([
          {
            id: 'x',
            handler: ({ input }: { readonly input: unknown }, { run, idempotencyKey }) => ({
              input,
              run,
              idempotencyKey,
            }),
          },
        ]),
      ]),
    );
    const result = await end();
    expect(lines(events)).toEqual([
      'run.started',
      'task.queued sub',
      'attempt.started sub#1',
      'run.started',
      'task.queued x',
      'attempt.started x#1',
      'task.succeeded x',
      'run.finished',
      'task.succeeded sub',
      'run.finished',
    ]);
    expect(events.map((event) => event.run)).toEqual([
      'r',
      'r',
      'r',
      'r~sub',
      'r~sub',
      'r~sub',
      'r~sub',
      'r~sub',
      'r',
      'r',
    ]);
    const parent = { run: 'r', task: 'sub', attempt: 1 };
    expect(events[3]).toMatchObject({ type: 'run.started', workflow: 'child', parent });
    expect(events[6]).toMatchObject({
      output: { run: { id: 'r~sub', workflow: 'child', parent }, idempotencyKey: 'r~sub/x' },
    });
    expect(result.outcome).toBe('success');
  });

  test('makes another run for each attempt and for each item', async () => {
    const ids: string[] = [];
    const handler: PlainTask['handler'] = (_, { run }) => {
      ids.push(`${run.id} ${run.parent?.attempt} ${run.parent?.item}`);
      if (run.parent?.attempt === 1 && run.parent.item !== 1) fails();
    };
    await drive(flowOf([running([{ id: 'x', handler }], { retry: { attempts: 2, delay: 1 } })])).end();
    const fanOut = { kind: 'each', select: () => [5, 6] } as const;
    await drive(
      flowOf([running([{ id: 'x', handler }], { fanOut, retry: { attempts: 2, delay: 1 } })]),
    ).end();
    expect(ids).toEqual([
      'r~sub 1 undefined',
      'r~sub~2 2 undefined',
      'r~sub[0] 1 0',
      'r~sub[1] 1 1',
      'r~sub[0]~2 2 0',
    ]);
  });

  test('gives its items to the function that makes the input', async () => {
    const child = {
      workflow: double,
      input: ({ item, index }: { readonly item: number; readonly index: number }) => item + index,
    };
    const result = await drive(
      flowOf([{ id: 'sub', child, fanOut: { kind: 'each', select: () => [10, 20] } }]),
    ).end();
    expect(result.outputs['sub']).toEqual([20, 42]);
  });

  test('fails with the error of a run that fails, and can be saved like any other', async () => {
    const bad = [{ id: 'x', handler: fails }];
    const result = await drive(flowOf([running(bad)])).end();
    expect(taskOf(result, 'sub')).toMatchObject({
      state: 'failed',
      error: { code: 'run_failed', run: 'r~sub', errors: [{ task: 'x', cause: { message: 'no' } }] },
    });
    const saved = await drive(flowOf([running(bad, { fallback: { kind: 'value', value: 7 } })])).end();
    expect(saved.outputs['sub']).toBe(7);
  });

  test('fails where the input does not fit, the workflow is wrong, or the function that makes the input throws', async () => {
    const error = async (task: Partial<PlainTask>) =>
      taskOf(await drive(flowOf([{ id: 'sub', ...task }])).end(), 'sub').error;
    expect(await error({ child: { workflow: flowOf([]) } })).toMatchObject({ code: 'definition_invalid' });
    expect(await error({ child: { workflow: double, input: fails } })).toMatchObject({ message: 'no' });
    expect(await error({ child: { workflow: fails } })).toMatchObject({ message: 'no' });
    const picky = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'never fits' }] }) },
    } as const;
    const refusing = flowOf([{ id: 'x', handler: () => 1 }], { id: 'picky', input: picky });
    expect(await error({ child: { workflow: refusing }, retry: { attempts: 3 } })).toMatchObject({
      code: 'input_invalid',
    });
  });

  test('ends it when its own time is up', async () => {
    const { end, events, clock } = drive(
      flowOf([running([{ id: 'x', handler: untilAborted }], { timeout: 30 })]),
    );
    const result = await end();
    expect(taskOf(result, 'sub').error).toMatchObject({ code: 'timeout', timeoutMs: 30 });
    expect(
      events.filter(({ run }) => run === 'r~sub').find(({ type }) => type === 'run.cancelling'),
    ).toMatchObject({
      reason: { code: 'timeout' },
    });
    await clock.settle();
    expect([clock.elapsedMs, clock.timers]).toEqual([30, 0]);
  });
});

describe('nested runs', () => {
  test('are cancelled with the run above them, which waits for them', async () => {
    const tasks: PlainTask[] = [
      { id: 'done', handler: () => 1, compensate: { undo: () => undone.push('done') } },
      {
        id: 'work',
        dependsOn: ['done'],
        handler: (data, context) => untilAborted(data, context).catch(() => clock.sleep(20).then(fails)),
      },
      { id: 'clean', dependsOn: ['work'], runAlways: true, handler: () => clock.sleep(30) },
    ];
    const undone: string[] = [];
    const { handle, clock, end, events } = drive(flowOf([running(tasks)]));
    await clock.settle();
    expect(handle.children.map(({ id }) => id)).toEqual(['r~sub']);
    const [child] = handle.children;
    void handle.cancel('enough');
    const result = await end();
    expect(result).toMatchObject({ state: 'cancelled', durationMs: 50 });
    expect(statesOf(result)).toEqual({ sub: 'cancelled' });
    expect(handle.children).toEqual([]);
    if (child === undefined) throw new Error('a child was there');
    expect(statesOf(await child)).toEqual({ done: 'succeeded', work: 'cancelled', clean: 'succeeded' });
    expect(undone).toEqual(['done']);
    expect(lines(events).slice(-3)).toEqual(['run.finished', 'task.cancelled sub', 'run.finished']);
    expect(clock.timers).toBe(0);
  });

  test('are forced with the run above them', async () => {
    const { handle, clock, end } = drive(
      flowOf([
        running([
          { id: 'deaf', handler: () => clock.sleep(60_000) },
          { id: 'clean', dependsOn: ['deaf'], runAlways: true, handler: () => 1 },
        ]),
      ]),
    );
    await clock.settle();
    const [child] = handle.children;
    void handle.cancel('enough', { force: true });
    expect((await end()).durationMs).toBe(0);
    if (child === undefined) throw new Error('a child was there');
    expect(statesOf(await child)).toEqual({ deaf: 'cancelled', clean: 'cancelled' });
    expect(clock.timers).toBe(0);
  });

  test('can be cancelled alone, which fails the task that runs them', async () => {
    const { handle, clock, end } = drive(flowOf([running([{ id: 'x', handler: untilAborted }])]));
    await clock.settle();
    void handle.children[0]?.cancel('only this');
    const result = await end();
    expect(result.state).toBe('failed');
    expect(taskOf(result, 'sub').error).toMatchObject({
      code: 'run_cancelled',
      run: 'r~sub',
      cause: 'only this',
    });
  });

  test('are those under way, each with a handle of its own', async () => {
    const busy = gate<number>();
    const escalated: PlainTask = {
      id: 'x',
      handler: fails,
      recover: [{ match: { kind: 'predicate', test: () => true }, action: { type: 'escalate' } }],
    };
    const { handle, clock, end } = drive(
      flowOf([
        running([{ id: 'x', handler: () => busy.promise }], { id: 'a' }),
        running([escalated], { id: 'b' }),
      ]),
    );
    await clock.settle();
    expect(handle.children.map(({ id }) => id)).toEqual(['r~a', 'r~b']);
    busy.open(1);
    await clock.settle();
    expect(handle.children.map(({ id, waiting }) => [id, waiting.map(({ task }) => task)])).toEqual([
      ['r~b', ['x']],
    ]);
    handle.children[0]?.approve('x', 1);
    expect((await end()).outcome).toBe('success');
  });

  test('have slots of their own, and hold one of the run above them', async () => {
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    const { end } = drive(
      flowOf([
        running(
          [
            { id: 'x', handler: note('x') },
            { id: 'y', handler: note('y') },
          ],
          { priority: 1 },
        ),
        { id: 'other', handler: note('other') },
      ]),
      { concurrency: 1 },
    );
    expect((await end()).outcome).toBe('success');
    expect(order).toEqual(['x', 'y', 'other']);
  });

  test('are heard by who reads the events of the run above', async () => {
    const driven = drive(flowOf([running([{ id: 'x', handler: () => 1 }])]));
    const read: string[] = [];
    const reading = (async () => {
      for await (const event of driven.handle.events()) read.push(`${event.run} ${event.type}`);
    })();
    await driven.end();
    await reading;
    expect(read).toContain('r~sub task.succeeded');
    expect(read.at(-1)).toBe('r run.finished');
  });

  test('tell an observer who ends them from within an event the same as all others, in the same order', async () => {
    const told: string[][] = [[], []];
    const driven = drive(
      flowOf([
        running([{ id: 'x', handler: untilAborted }]),
        { id: 'other', handler: () => driven.clock.sleep(5) },
      ]),
      {
        observers: [
          (event) => void told[0]?.push(`${event.run} ${event.type}`),
          (event) => {
            if (event.type === 'task.succeeded')
              void driven.handle.children[0]?.cancel('enough', { force: true });
          },
          (event) => void told[1]?.push(`${event.run} ${event.type}`),
        ],
      },
    );
    await driven.end();
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toContain('r~sub run.cancelling');
  });

  test('tell nothing any more even where they are ended by who is told of that end', async () => {
    const { clock, handle, end, events } = drive(
      flowOf([running([{ id: 'x', handler: () => clock.sleep(100) }], { timeout: 5 })]),
      {
        observers: [
          ({ type, run }) => {
            if (type === 'run.finished' && run === 'r') void handle.cancel('enough', { force: true });
          },
        ],
      },
    );
    await end();
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', run: 'r' });
    await clock.settle();
    expect(clock.timers).toBe(0);
  });

  test('tell nothing any more once the run above them has ended', async () => {
    const { clock, end, events } = drive(
      flowOf([running([{ id: 'x', handler: () => clock.sleep(100) }], { timeout: 5 })]),
    );
    await end();
    const count = events.length;
    await clock.advance(20_000);
    expect(events).toHaveLength(count);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', run: 'r' });
    expect(clock.timers).toBe(0);
  });
});

describe('the depth', () => {
  const self: Workflow = flowOf(
    [{ id: 'again', child: { workflow: () => self }, retry: { attempts: 3, delay: 1 } }],
    { id: 'self' },
  );

  test('of workflows that run each other without end is limited, and said once', async () => {
    const { end, events } = drive(self);
    const result = await end();
    expect(result.error).toMatchObject({
      errors: [{ task: 'again', attempts: 1, cause: { code: 'recursion_too_deep', depth: 17 } }],
    });
    expect(taskOf(result, 'again').error?.message).toBe(
      "task 'again' would run workflow 'self' at depth 17, one more than allowed: do these workflows run each other without end? If not, raise the run option maxDepth",
    );
    expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(17);
  });

  test('is what the run says', async () => {
    const nested = flowOf([running([running([{ id: 'x', handler: () => 1 }])])]);
    expect((await drive(nested, { maxDepth: 2 }).end()).outcome).toBe('success');
    const result = await drive(nested, { maxDepth: 1 }).end();
    expect(taskOf(result, 'sub').error).toMatchObject({ code: 'recursion_too_deep', depth: 2 });
    expect((await drive(nested, { maxDepth: 0 }).end()).outcome).toBe('failed');
  });
});

test('who begins to listen while a child runs hears of it from then on, once, and of what runs below it', async () => {
  const [open, inner] = [gate(), gate()];
  const grandchild = running([{ id: 'y', handler: () => inner.promise }]);
  const flow = flowOf([
    running([
      { id: 'x', handler: () => open.promise },
      { ...grandchild, dependsOn: ['x'] },
    ]),
  ]);
  const clock = new VirtualClock();
  const handle = run(flow, undefined, { id: 'r', clock });
  await clock.settle();
  const heard = async (): Promise<string[]> => {
    const types: string[] = [];
    for await (const event of handle.events()) types.push(`${event.run} ${event.type}`);
    return types;
  };
  const [first, second] = [heard(), heard()];
  open.open();
  await clock.settle();
  inner.open();
  const expected = [
    'r~sub task.succeeded',
    'r~sub task.queued',
    'r~sub attempt.started',
    'r~sub~sub run.started',
    'r~sub~sub task.queued',
    'r~sub~sub attempt.started',
    'r~sub~sub task.succeeded',
    'r~sub~sub run.finished',
    'r~sub task.succeeded',
    'r~sub run.finished',
    'r task.succeeded',
    'r run.finished',
  ];
  expect([await first, await second]).toEqual([expected, expected]);
});
