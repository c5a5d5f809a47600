import { describe, expect, test } from 'vitest';

import { each, type ItemData } from '../../test/fan-outs.ts';
import { gate, type Gate } from '@wf-sdk/testing';
import { drive, fails, flowOf, lines, statesOf, taskOf } from '../../test/kit.ts';

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
      'task.fanned_out map',
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
      { type: 'task.fanned_out', items: 2 },
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
    expect([ends.length, clock.elapsedMs, clock.timers]).toEqual([2, 5, 0]);
  });

  test('does not wait for items that only wait for their next attempt', async () => {
    const { handle, clock, end } = drive(each([1, 2], fails, { retry: { attempts: 2, delay: '1h' } }));
    await clock.settle();
    void handle.cancel();
    expect((await end()).durationMs).toBe(0);
    expect(clock.timers).toBe(0);
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
