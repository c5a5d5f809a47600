import { describe, expect, test } from 'vitest';

import { each, odd } from '../../test/fan-outs.ts';
import { drive, fails, flowOf, lines, type PlainTask, taskOf } from '../../test/kit.ts';

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
    expect(clock.elapsedMs).toBe(300);
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
    expect(driven.clock.elapsedMs).toBe(55);
    expect(driven.clock.timers).toBe(0);
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
    expect([clock.elapsedMs, clock.timers]).toEqual([30, 0]);
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
