import { describe, expect, test } from 'vitest';

import { gate, VirtualClock } from '@wf-sdk/testing';
import {
  type Driven,
  drive,
  fails,
  flowOf,
  lines,
  type PlainTask,
  statesOf,
  taskOf,
  untilAborted,
} from '../../test/kit.ts';
import { poolsOf } from '../admit/pool-set.ts';
import { pool, type RunOptions } from '../index.ts';
import type { RecoveryAction } from '../model/recovery.ts';

const db = pool('db', { slots: 1 });
const taking = (id: string, handler: PlainTask['handler'], policies: Partial<PlainTask> = {}): PlainTask => ({
  id,
  pools: [{ pool: db }],
  handler,
  ...policies,
});

/** Whatever happened, everything was given back. */
async function ended({ end, clock }: Driven) {
  const result = await end();
  for (const status of poolsOf(clock).status()) expect(status).toMatchObject({ used: 0, waiting: 0 });
  expect(clock.timers).toBe(0);
  return result;
}

/** Runs tasks that note when they start and how many run at once. */
function watched(options: RunOptions = {}) {
  const clock = new VirtualClock();
  const started: string[] = [];
  let running = 0;
  let most = 0;
  const work: PlainTask['handler'] = async (_, { task, run }) => {
    started.push(`${run.id} ${task.id}`);
    most = Math.max(most, ++running);
    await clock.sleep(10);
    running--;
  };
  const driving = (tasks: readonly PlainTask[], own: RunOptions = {}): Driven =>
    drive(flowOf(tasks), { ...options, ...own, clock });
  return { started, work, driving, most: () => most };
}

describe('a pool', () => {
  test('is shared by the tasks of a run and by all runs', async () => {
    const { started, work, driving, most } = watched();
    const tasks = ['a', 'b'].map((id) => taking(id, work));
    const [first, second] = [driving(tasks, { id: 'r1' }), driving(tasks, { id: 'r2' })];
    await first.end();
    await ended(second);
    expect(most()).toBe(1);
    expect(started).toEqual(['r1 a', 'r1 b', 'r2 a', 'r2 b']);
    expect(first.clock.elapsedMs).toBe(40);
  });

  test('lets a task in whose priority is higher, and limits each key', async () => {
    const { started, work, driving } = watched();
    await ended(driving([taking('a', work), taking('b', work), taking('c', work, { priority: 1 })]));
    expect(started).toEqual(['r c', 'r a', 'r b']);
    const keyed = pool('keyed', { slots: 9, perKey: 1 });
    const other = watched();
    const of = (id: string, key: string): PlainTask => ({
      id,
      pools: [{ pool: keyed, key: () => key }],
      handler: other.work,
    });
    const driven = other.driving([of('a', 'x'), of('b', 'x'), of('c', 'y')]);
    await ended(driven);
    expect([other.most(), other.started, driven.clock.elapsedMs]).toEqual([2, ['r a', 'r c', 'r b'], 20]);
  });

  test('takes its key from the data of the task', async () => {
    const keys: unknown[] = [];
    const key = (data: unknown): string => {
      keys.push(data);
      return 'k';
    };
    await ended(
      drive(
        flowOf([
          { id: 'n', handler: () => 1 },
          { id: 'a', dependsOn: ['n'], pools: [{ pool: db, key }], handler: () => 1 },
        ]),
        {},
        'in',
      ),
    );
    expect(keys).toEqual([{ input: 'in', n: 1 }]);
  });

  test('is waited for without a slot of the run', async () => {
    const { started, work, driving } = watched();
    await ended(
      driving(
        [
          taking('a', work, { priority: 2 }),
          taking('b', work, { priority: 1 }),
          { id: 'free', handler: work },
        ],
        { concurrency: 2 },
      ),
    );
    expect(started).toEqual(['r a', 'r free', 'r b']);
  });

  test('is told apart from a slot of the run in how long a task was queued', async () => {
    const { work, driving } = watched();
    const retry = { attempts: 2, delay: 5, backoff: 'constant', jitter: 'none' } as const;
    const twice: PlainTask['handler'] = async (data, context) => {
      await work(data, context);
      if (context.attempt === 1) throw new Error('once more');
    };
    const driven = driving(
      [
        { id: 'first', priority: 4, handler: work },
        taking('a', work, { priority: 3 }),
        taking('b', twice, { priority: 1, retry }),
        { id: 'between', priority: 2, handler: work },
        { id: 'map', pools: [{ pool: db }], fanOut: { kind: 'each', select: () => [1, 2] }, handler: work },
      ],
      { concurrency: 1 },
    );
    await ended(driven);
    const waited = driven.events.flatMap((event) => {
      if (event.type !== 'attempt.started') return [];
      const at = event.at - driven.clock.startedAt;
      const before = event.admissionMs === undefined ? '' : `, ${event.admissionMs} for the pool`;
      return `${event.task}${event.item ?? ''}#${event.attempt} at ${at}${before}`;
    });
    expect(waited).toEqual([
      'first#1 at 0',
      'a#1 at 10',
      'between#1 at 20',
      'b#1 at 30, 20 for the pool',
      'map0#1 at 40',
      'b#2 at 50, 5 for the pool',
      'map1#1 at 60, 20 for the pool',
    ]);
  });

  test('hands a slot on only after the log says how the one before it ended', async () => {
    const driven = drive(flowOf(['a', 'b', 'c'].map((id) => taking(id, () => driven.clock.sleep(5)))));
    await ended(driven);
    const told = lines(driven.events);
    expect(told.indexOf('attempt.started b#1')).toBeGreaterThan(told.indexOf('task.succeeded a'));
    expect(told.indexOf('attempt.started c#1')).toBeGreaterThan(told.indexOf('task.succeeded b'));
  });

  test('is given back in the waits between attempts, and taken again for the next', async () => {
    const order: string[] = [];
    const driven = drive(
      flowOf([
        taking('a', (_: never, { attempt }) => (order.push(`a#${attempt}`), attempt === 1 ? fails() : 1), {
          priority: 1,
          retry: { attempts: 2, delay: 30 },
        }),
        taking('b', () => (order.push('b'), driven.clock.sleep(50))),
      ]),
    );
    const result = await ended(driven);
    expect([order, result.durationMs]).toEqual([['a#1', 'b', 'a#2'], 50]);
  });

  test.each<[string, RecoveryAction]>([
    ['to retry', { type: 'retry', delay: 30 }],
    ['for a person', { type: 'escalate' }],
  ])('is given back by a task that waits %s', async (_, action) => {
    const order: string[] = [];
    const driven = drive(
      flowOf([
        taking(
          'a',
          (_data: never, { attempt }) => (order.push(`a#${attempt}`), attempt === 1 ? fails() : 1),
          {
            priority: 1,
            recover: [{ match: { kind: 'predicate', test: () => true }, action }],
          },
        ),
        taking('b', () => (order.push('b'), driven.clock.sleep(50))),
      ]),
    );
    await driven.clock.advance(60);
    if (action.type === 'escalate') driven.handle.retry('a');
    await ended(driven);
    expect(order).toEqual(['a#1', 'b', 'a#2']);
  });

  test('is taken for each item of a fan-out, and not for the task', async () => {
    const { started, work, driving, most } = watched();
    const fanOut = { kind: 'each', select: () => [1, 2, 3] } as const;
    await ended(driving([taking('map', work, { fanOut }), taking('a', work, { priority: 1 })]));
    expect([most(), started]).toEqual([1, ['r a', 'r map', 'r map', 'r map']]);
    const driven = drive(
      flowOf([
        taking(
          'map',
          ({ item }: { readonly item: number }, { attempt }) =>
            item === 1 && attempt === 1 ? fails() : driven.clock.sleep(5),
          {
            fanOut,
            retry: { attempts: 2, delay: 20 },
          },
        ),
      ]),
    );
    expect((await ended(driven)).durationMs).toBe(25);
  });

  test('is given back whatever becomes of the task', async () => {
    expect.hasAssertions();
    const fanOut = { kind: 'each', select: () => [1, 2, 3], concurrency: 2 } as const;
    for (const policies of [{}, { fanOut }]) {
      await ended(drive(flowOf([taking('a', fails, policies)])));
      await ended(drive(flowOf([taking('a', untilAborted, { timeout: 5, ...policies })])));
      await ended(drive(flowOf([taking('a', untilAborted, { deadline: 5, ...policies })])));
      await ended(drive(flowOf([taking('a', untilAborted, { ...policies })]), { timeout: 5 }));
      await ended(
        drive(flowOf([taking('a', untilAborted), taking('b', fails, { queueTimeout: 5, ...policies })]), {
          timeout: 20,
        }),
      );
    }
  });

  test('is given back item by item in a cancelled run that waits for one of them', async () => {
    const last = gate();
    const wide = pool('wide', { slots: 2 });
    const driven = drive(
      flowOf([
        {
          id: 'map',
          pools: [{ pool: wide }],
          fanOut: { kind: 'each', select: () => [1, 2] },
          handler: ({ item }: { readonly item: number }, context) =>
            item === 1 ? untilAborted(undefined as never, context) : last.promise,
        },
      ]),
    );
    await driven.clock.settle();
    void driven.handle.cancel();
    await driven.clock.settle();
    expect(poolsOf(driven.clock).status()).toMatchObject([{ used: 1 }]);
    last.open();
    await ended(driven);
  });

  test('lets nobody in of a run that is cancelled', async () => {
    for (const force of [true, false]) {
      const driven = drive(flowOf(['a', 'b', 'c'].map((id) => taking(id, () => driven.clock.sleep(500)))), {
        gracePeriod: 1,
      });
      await driven.clock.settle();
      void driven.handle.cancel('enough', { force });
      await ended(driven);
      expect(lines(driven.events).filter((line) => line.startsWith('attempt.started'))).toEqual([
        'attempt.started a#1',
      ]);
    }
  });

  test('of the same name with other options refuses the run, also a run below another', async () => {
    const clock = new VirtualClock();
    await ended(drive(flowOf([taking('a', () => 1)]), { clock }));
    const other = flowOf([taking('a', () => 1, { pools: [{ pool: pool('db', { slots: 2 }) }] })]);
    expect(() => drive(other, { clock })).toThrow(
      expect.objectContaining({ code: 'option_invalid', option: "slots' of pool 'db" }),
    );
    const above = drive(flowOf([{ id: 'sub', child: { workflow: other } }]), { clock });
    expect(taskOf(await ended(above), 'sub').error).toMatchObject({ code: 'option_invalid' });
  });

  test('whose key cannot be made fails the task, also one of items', async () => {
    const fanOut = { kind: 'each', select: () => [1, 2] } as const;
    const notError = (): never => {
      throw 'text'; // oxlint-disable-line typescript/only-throw-error -- what users' code may do
    };
    for (const policies of [{}, { fanOut }]) {
      const driven = drive(
        flowOf([taking('a', () => 1, { pools: [{ pool: db, key: fails }], ...policies })]),
      );
      expect(taskOf(await ended(driven), 'a')).toMatchObject({
        state: 'failed',
        attempts: 0,
        error: { message: 'no' },
      });
      expect(lines(driven.events).filter((line) => /(?:started|failed) a/.test(line))).toEqual([
        'task.failed a',
      ]);
      const other = drive(
        flowOf([taking('a', () => 1, { pools: [{ pool: db, key: notError }], ...policies })]),
      );
      expect(taskOf(await ended(other), 'a').error).toMatchObject({ code: 'thrown_value' });
    }
  });

  test('is not taken for an item that comes after its task has failed', async () => {
    const next = gate();
    const source = async function* () {
      yield 1;
      await next.promise;
      yield 2;
    };
    const driven = drive(
      flowOf([
        taking('a', () => driven.clock.sleep(5).then(fails), {
          fanOut: { kind: 'each', select: source },
          fallback: { kind: 'function', make: () => driven.clock.sleep(50).then(() => 'instead') },
        }),
      ]),
    );
    await driven.clock.advance(20);
    next.open();
    await driven.clock.settle();
    expect(poolsOf(driven.clock).status()).toMatchObject([{ used: 0, waiting: 0 }]);
    expect((await ended(driven)).outputs['a']).toBe('instead');
  });

  test('is not taken by a task whose key function ended the run', async () => {
    for (const force of [true, false]) {
      const key = (): string => {
        void driven.handle.cancel('enough', { force });
        return 'k';
      };
      const driven = drive(flowOf([taking('a', () => 1, { pools: [{ pool: db, key }] })]));
      expect(statesOf(await ended(driven))).toEqual({ a: 'cancelled' });
    }
  });
});

describe('several pools', () => {
  test('cannot make tasks wait for each other in a circle', async () => {
    const [one, two] = [pool('one', { slots: 1 }), pool('two', { slots: 1 })];
    const { work, driving, started } = watched();
    await ended(
      driving([
        { id: 'a', pools: [{ pool: one }, { pool: two }], handler: work },
        { id: 'b', pools: [{ pool: two }, { pool: one }], handler: work },
      ]),
    );
    expect(started).toEqual(['r a', 'r b']);
  });
});

describe('a rate', () => {
  test('limits how often attempts start, over runs', async () => {
    const api = pool('api', { rate: { limit: 2, interval: '1s' } });
    const clock = new VirtualClock();
    const starts: number[] = [];
    const flow = flowOf(
      ['a', 'b', 'c'].map((id) => ({
        id,
        pools: [{ pool: api }],
        handler: () => void starts.push(clock.elapsedMs),
      })),
    );
    const [first, second] = [drive(flow, { clock }), drive(flow, { clock })];
    await first.end();
    await ended(second);
    expect(starts).toEqual([0, 0, 1_000, 1_000, 2_000, 2_000]);
  });
});

describe('resources', () => {
  test('let in as much as the run was given', async () => {
    const { work, driving, most } = watched();
    const tasks = ['a', 'b', 'c', 'd'].map((id): PlainTask => ({
      id,
      resources: { cpu: 1, memory: '1GB' },
      handler: work,
    }));
    const driven = driving(tasks, { resources: { cpu: 3, memory: '2GB' } });
    await ended(driven);
    expect([most(), driven.clock.elapsedMs]).toEqual([2, 20]);
  });

  test('that are never there are an error before the run begins', () => {
    const start = (): unknown =>
      drive(flowOf([{ id: 'a', resources: { gpu: 2 }, handler: () => 1 }]), { resources: { gpu: 1 } });
    expect(start).toThrow(
      expect.objectContaining({
        code: 'definition_invalid',
        diagnostics: [expect.objectContaining({ code: 'impossible_resources', task: 'a' })],
      }),
    );
  });

  test('are given back between attempts and by items', async () => {
    const order: string[] = [];
    const driven = drive(
      flowOf([
        {
          id: 'a',
          priority: 1,
          resources: { cpu: 2 },
          retry: { attempts: 2, delay: 50 },
          handler: (_: never, { attempt }) => (
            order.push(`a#${attempt} at ${driven.clock.elapsedMs}`),
            attempt === 1 ? fails() : 1
          ),
        },
        {
          id: 'map',
          resources: { cpu: 1 },
          fanOut: { kind: 'each', select: () => [1, 2, 3] },
          handler: ({ item }: { readonly item: number }) => (
            order.push(`${item} at ${driven.clock.elapsedMs}`),
            driven.clock.sleep(20)
          ),
        },
      ]),
      { resources: { cpu: 2 } },
    );
    await ended(driven);
    expect(order).toEqual(['a#1 at 0', '1 at 0', '2 at 0', '3 at 20', 'a#2 at 50']);
  });
});
