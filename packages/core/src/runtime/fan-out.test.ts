import { describe, expect, test } from 'vitest';

import {
  drive,
  fails,
  flowOf,
  gate,
  type Gate,
  lines,
  type PlainTask,
  statesOf,
  taskOf,
} from '../../test/kit.ts';
import type { FanOutOptions } from '../model/fan-out.ts';

interface ItemData {
  readonly item: number;
  readonly index: number;
}

type Work = (data: ItemData, context: Parameters<NonNullable<PlainTask['handler']>>[1]) => unknown;

/** A task over these items, which comes after one that gives them. */
function each(items: unknown, handler: Work, options: FanOutOptions & Partial<PlainTask> = {}) {
  const { concurrency, join, collect, ...policies } = options;
  const given = { concurrency, join, collect };
  const fanOut = {
    kind: 'each' as const,
    select: (data: { readonly items: unknown }) => data.items,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  return flowOf([
    { id: 'items', handler: () => items },
    { id: 'map', dependsOn: ['items'], fanOut, handler, ...policies },
    { id: 'reduce', dependsOn: ['map'], handler: ({ map }: { readonly map: unknown }) => map },
  ]);
}

const odd: Work = ({ item }) => (item % 2 === 1 ? fails() : item * 10);

describe('a fan-out', () => {
  test('gives the outputs in the order of the items, whichever was done first', async () => {
    const gates: Gate<string>[] = [];
    const { clock, end } = drive(
      each(['a', 'b', 'c'], ({ index }) => {
        const own = gate<string>();
        gates[index] = own;
        return own.promise;
      }),
    );
    await clock.settle();
    for (const index of [2, 0, 1]) {
      gates[index]?.open(`done ${index}`);
      await clock.settle();
    }
    expect((await end()).outputs['reduce']).toEqual(['done 0', 'done 1', 'done 2']);
  });

  test('over nothing succeeds with nothing, and starts no attempt', async () => {
    const { end, events } = drive(each([], fails));
    const result = await end();
    expect(result.outputs).toMatchObject({ map: [], reduce: [] });
    expect(taskOf(result, 'map')).toMatchObject({
      attempts: 0,
      items: { items: 0, succeeded: 0, failed: 0 },
    });
    expect(lines(events).filter((line) => line.includes('map'))).toEqual([
      'task.queued map',
      'task.succeeded map',
    ]);
  });

  test('takes arrays, iterables, and what is promised', async () => {
    const generator = function* () {
      yield* [1, 2];
    };
    for (const items of [[1, 2], new Set([1, 2]), generator(), Promise.resolve([1, 2])])
      expect((await drive(each(items, ({ item }) => item * 2)).end()).outputs['map']).toEqual([2, 4]);
  });

  test('gives each item its data, its place and a key of its own', async () => {
    const seen: unknown[] = [];
    const { end, events } = drive(
      each(['x', 'y'], (data, { attempt, idempotencyKey, task }) => {
        seen.push([data, attempt, idempotencyKey, task.id]);
      }),
      {},
      'in',
    );
    await end();
    expect(seen).toEqual([
      [{ input: 'in', items: ['x', 'y'], item: 'x', index: 0 }, 1, 'r/map/0', 'map'],
      [{ input: 'in', items: ['x', 'y'], item: 'y', index: 1 }, 1, 'r/map/1', 'map'],
    ]);
    expect(events.filter((event) => 'task' in event && event.task === 'map')).toMatchObject([
      { type: 'task.queued' },
      { type: 'attempt.started', item: 0, attempt: 1 },
      { type: 'item.succeeded', item: 0 },
      { type: 'attempt.started', item: 1, attempt: 1 },
      { type: 'item.succeeded', item: 1 },
      { type: 'task.succeeded', output: [undefined, undefined] },
    ]);
  });

  test('has no more items under way than it may, nor than the run has slots', async () => {
    for (const [own, slots, most] of [
      [3, Number.POSITIVE_INFINITY, 3],
      [undefined, Number.POSITIVE_INFINITY, 16],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 40],
      [9, 2, 2],
    ] as const) {
      let running = 0;
      let peak = 0;
      const driven = drive(
        each(
          Array.from({ length: 40 }, (_, item) => item),
          async ({ item }) => {
            peak = Math.max(peak, ++running);
            await driven.clock.sleep(1 + (item % 3));
            running--;
          },
          own === undefined ? {} : { concurrency: own },
        ),
        { concurrency: slots },
      );
      expect((await driven.end()).outcome).toBe('success');
      expect(peak).toBe(most);
    }
  });

  test('shares the slots with other tasks, by priority', async () => {
    const order: string[] = [];
    const { end } = drive(
      flowOf([
        {
          id: 'map',
          fanOut: { kind: 'each', select: () => [1, 2] },
          handler: ({ item }: ItemData) => order.push(`map ${item}`),
        },
        { id: 'urgent', priority: 1, handler: () => order.push('urgent') },
        { id: 'late', priority: -1, handler: () => order.push('late') },
      ]),
      { concurrency: 1 },
    );
    await end();
    expect(order).toEqual(['urgent', 'map 1', 'map 2', 'late']);
  });

  test('of very many items that never wait does not overflow the stack, nor keep the event loop', async () => {
    const { clock, end } = drive(
      flowOf([
        {
          id: 'map',
          fanOut: { kind: 'each', collect: false, select: () => Array(100_000).keys() },
          handler: ({ item }: ItemData) => (item % 1_000 === 0 ? clock.spend(1) : undefined),
        },
      ]),
    );
    const result = await end();
    expect(result.outputs['map']).toEqual({ items: 100_000, succeeded: 100_000, failed: 0 });
  });
});

describe('policies of a fan-out', () => {
  test('retry each item on its own, and it holds no slot while it waits', async () => {
    const order: string[] = [];
    const { clock, end, events } = drive(
      each(
        [1, 2, 3],
        ({ item }, { attempt }) => {
          order.push(`${item}#${attempt}`);
          return item === 1 && attempt < 3 ? fails() : item;
        },
        { retry: { attempts: 3, delay: 100 } },
      ),
      { concurrency: 1 },
    );
    const result = await end();
    expect(order).toEqual(['1#1', '2#1', '3#1', '1#2', '1#3']);
    expect(result.outputs['map']).toEqual([1, 2, 3]);
    expect(taskOf(result, 'map')).toMatchObject({
      attempts: 5,
      items: { items: 3, succeeded: 3, failed: 0 },
    });
    expect(events.filter(({ type }) => type === 'attempt.failed')).toMatchObject([
      { item: 0, attempt: 1, retryInMs: 100 },
      { item: 0, attempt: 2, retryInMs: 200 },
    ]);
    expect(clock.passed).toBe(300);
  });

  test('time each attempt of each item', async () => {
    const reasons: unknown[] = [];
    const driven = drive(
      each(
        [10, 60, 20],
        async ({ item }, { attempt, signal }) => {
          signal.addEventListener('abort', () =>
            reasons.push([item, (signal.reason as { readonly code: string }).code]),
          );
          await driven.clock.sleep(attempt === 1 ? item : 5);
          return attempt;
        },
        { timeout: 50, retry: { attempts: 2, delay: 0 } },
      ),
    );
    const result = await driven.end();
    expect(result.outputs['map']).toEqual([1, 2, 1]);
    expect(reasons).toEqual([[60, 'timeout']]);
    expect(driven.clock.passed).toBe(55);
    expect(driven.clock.armed).toBe(0);
  });

  test('of a deadline are for the task as a whole', async () => {
    const aborted: unknown[] = [];
    const { end, clock } = drive(
      each(
        [1, 2, 3],
        (_, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => aborted.push(signal.reason));
          }),
        { deadline: 30, concurrency: 2 },
      ),
    );
    const result = await end();
    const { error } = taskOf(result, 'map');
    expect(error).toMatchObject({ code: 'deadline_exceeded' });
    expect(aborted).toEqual([error, error]);
    expect([clock.passed, clock.armed]).toEqual([30, 0]);
  });

  test('of a fallback are for the task as a whole', async () => {
    const result = await drive(each([1, 2], odd, { fallback: { kind: 'value', value: 'none' } })).end();
    expect(result.outputs).toMatchObject({ map: 'none', reduce: 'none' });
    expect(taskOf(result, 'map')).toMatchObject({
      by: 'fallback',
      items: { items: 1, succeeded: 0, failed: 1 },
    });
  });

  test('of recovery run all items again, and their attempts are counted on', async () => {
    const tried: string[] = [];
    const { end } = drive(
      each(
        [0, 1, 2],
        ({ item }, { attempt, idempotencyKey }) => {
          tried.push(`${idempotencyKey}#${attempt}`);
          if (item === 1 && attempt === 1) fails();
          return item;
        },
        { recover: [{ match: { kind: 'code', code: 'item_failed' }, action: { type: 'retry' } }] },
      ),
    );
    expect((await end()).outputs['map']).toEqual([0, 1, 2]);
    expect(tried).toEqual(['r/map/0#1', 'r/map/1#1', 'r/map/0#2', 'r/map/1#2', 'r/map/2#1']);
  });

  test('end with a failure that comes to several items at once in one failure, and no slot is left over', async () => {
    let running = 0;
    let peak = 0;
    const driven = drive(
      flowOf([
        {
          id: 'map',
          priority: 1,
          fanOut: { kind: 'each', select: () => [1, 2, 3] },
          retry: { attempts: 2, delay: 5 },
          handler: () => Promise.reject(new Error('no')),
        },
        ...Array.from({ length: 6 }, (_, index): PlainTask => ({
          id: `after${index}`,
          dependsOn: ['map'],
          triggerRule: 'all_done',
          handler: async () => {
            peak = Math.max(peak, ++running);
            await driven.clock.sleep(10);
            running--;
          },
        })),
      ]),
      { concurrency: 3 },
    );
    const result = await driven.end();
    expect([taskOf(result, 'map').state, peak]).toEqual(['failed', 3]);
    expect(lines(driven.events).filter((line) => line === 'item.failed map')).toHaveLength(1);
  });
});

describe('the join', () => {
  test("of 'all' fails with the first item that does, and stops the others", async () => {
    const stopped: number[] = [];
    const driven = drive(
      each([0, 1, 2, 3], ({ index }, { signal }) => {
        signal.addEventListener('abort', () => stopped.push(index));
        return driven.clock.sleep(index === 1 ? 10 : 50).then(() => (index === 1 ? fails() : index));
      }),
    );
    const { end, events, clock } = driven;
    const result = await end();
    expect(statesOf(result)).toMatchObject({ map: 'failed', reduce: 'upstream_failed' });
    expect(taskOf(result, 'map').error).toMatchObject({
      code: 'item_failed',
      task: 'map',
      item: 1,
      message: "item 1 of task 'map' failed: no",
      cause: { message: 'no' },
    });
    expect([clock.passed, stopped]).toEqual([10, [0, 2, 3]]);
    expect(lines(events).slice(-5)).toEqual([
      'attempt.failed map#1',
      'item.failed map',
      'task.failed map',
      'task.upstream_failed reduce',
      'run.finished',
    ]);
    await clock.advance(100);
    expect(events.at(-1)?.type).toBe('run.finished');
  });

  test("of 'allSettled' succeeds with what became of each", async () => {
    const result = await drive(each([1, 2], odd, { join: 'allSettled' })).end();
    expect(result.outputs['map']).toEqual([
      { status: 'failed', error: new Error('no') },
      { status: 'succeeded', value: 20 },
    ]);
    expect(taskOf(result, 'map').items).toEqual({ items: 2, succeeded: 1, failed: 1 });
    expect(result.outcome).toBe('success');
  });

  test('of a tolerance as a count fails as soon as more have failed', async () => {
    const items = [2, 1, 4, 3, 6, 5, 8];
    const within = await drive(each(items, odd, { join: { tolerate: 3 }, concurrency: 1 })).end();
    expect(within.outputs['map']).toHaveLength(7);
    const { end, events } = drive(each(items, odd, { join: { tolerate: 1 }, concurrency: 1 }));
    expect(taskOf(await end(), 'map').error).toMatchObject({
      code: 'items_failed',
      failed: 2,
      message: "2 items of task 'map' failed, which tolerates 1; the first: no",
    });
    expect(lines(events).filter((line) => line === 'attempt.started map#1')).toHaveLength(4);
    expect(taskOf(await drive(each([1], odd, { join: { tolerate: 0 } })).end(), 'map').state).toBe('failed');
  });

  test('of a tolerance as a share is judged when all have ended', async () => {
    const state = async (tolerate: `${number}%`) =>
      taskOf(await drive(each([1, 2, 4, 6], odd, { join: { tolerate } })).end(), 'map');
    expect((await state('25%')).state).toBe('succeeded');
    expect((await state('24.9%')).error).toMatchObject({
      code: 'items_failed',
      message: expect.stringMatching(/24\.9%/) as string,
    });
    expect((await state('0%')).state).toBe('failed');
    expect((await state('100%')).state).toBe('succeeded');
  });

  test('without outputs gives a summary', async () => {
    const result = await drive(each([1, 2, 4], odd, { join: 'allSettled', collect: false })).end();
    expect(result.outputs['map']).toEqual({ items: 3, succeeded: 2, failed: 1 });
  });
});

describe('a cancelled fan-out', () => {
  test('waits for the items that run, and starts no other', async () => {
    const ends: Gate<void>[] = [];
    const { handle, clock, end, events } = drive(
      each(
        [1, 2, 3, 4],
        () => {
          const own = gate();
          ends.push(own);
          return own.promise;
        },
        { concurrency: 2 },
      ),
    );
    await clock.settle();
    void handle.cancel();
    await clock.advance(5);
    ends[0]?.open();
    await clock.settle();
    expect(lines(events)).not.toContain('task.cancelled map');
    ends[1]?.fail(new Error('stopped'));
    const result = await end();
    expect(statesOf(result)).toEqual({ items: 'succeeded', map: 'cancelled', reduce: 'cancelled' });
    expect([ends.length, clock.passed, clock.armed]).toEqual([2, 5, 0]);
  });

  test('does not wait for items that only wait for their next attempt', async () => {
    const { handle, clock, end } = drive(each([1, 2], fails, { retry: { attempts: 2, delay: '1h' } }));
    await clock.settle();
    void handle.cancel();
    expect((await end()).durationMs).toBe(0);
    expect(clock.armed).toBe(0);
  });

  test('gives up items that do not stop when the grace period is over', async () => {
    const { handle, clock, end } = drive(
      each([1, 2], () => new Promise(() => undefined)),
      { gracePeriod: 70 },
    );
    await clock.settle();
    void handle.cancel();
    expect((await end()).durationMs).toBe(70);
  });
});
