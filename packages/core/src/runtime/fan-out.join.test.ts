import { describe, expect, test } from 'vitest';

import { each, odd } from '../../test/fan-outs.ts';
import { drive, fails, lines, statesOf, taskOf } from '../../test/kit.ts';

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
    expect([clock.elapsedMs, stopped]).toEqual([10, [0, 2, 3]]);
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
