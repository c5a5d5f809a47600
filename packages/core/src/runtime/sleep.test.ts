import { describe, expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { drive, flowOf, lines, type PlainTask, statesOf, taskOf } from '../../test/kit.ts';
import type { SleepLength } from '../model/definition.ts';

const START = new VirtualClock().startedAt;

const sleeping = (sleep: SleepLength, policies: Partial<PlainTask> = {}) =>
  drive(
    flowOf([
      { id: 'n', handler: () => 3 },
      { id: 's', dependsOn: ['n'], sleep, ...policies },
      { id: 'after', dependsOn: ['s'], handler: () => 1 },
    ]),
  );

describe('a task that sleeps', () => {
  test.each<[string, SleepLength, number]>([
    ['a length', '1.5h', 5_400_000],
    ['milliseconds', 250, 250],
    ['nothing', 0, 0],
    ['until an instant', new Date(START + 7_000), 7_000],
    ['until an instant that is past', new Date(5), 0],
    ['what a function of its data says', ({ n }: { readonly n: number }) => n * 100, 300],
    ['until what a function says', () => new Date(START + 40), 40],
  ])('sleeps %s', async (_, length, ms) => {
    const { end, clock, events } = sleeping(length);
    const result = await end();
    expect(statesOf(result)).toEqual({ n: 'succeeded', s: 'succeeded', after: 'succeeded' });
    expect(clock.elapsedMs).toBe(ms);
    expect(taskOf(result, 's')).toMatchObject({ attempts: 0, startedAt: undefined });
    expect(events.filter((event) => 'task' in event && event.task === 's')).toMatchObject([
      { type: 'task.queued' },
      { type: 'task.waiting', for: 'timer', until: clock.startedAt + ms },
      { type: 'task.succeeded', output: undefined },
    ]);
  });

  test('holds no slot', async () => {
    const { clock, end } = drive(
      flowOf([
        { id: 's', priority: 1, sleep: 100 },
        { id: 'a', handler: () => clock.sleep(80) },
      ]),
      { concurrency: 1 },
    );
    expect((await end()).durationMs).toBe(100);
  });

  test('fails where its function throws, or gives no length', async () => {
    const error = async (length: () => unknown) =>
      taskOf(await sleeping(length as () => number).end(), 's').error;
    const thrown = new Error('no');
    expect(
      await error(() => {
        throw thrown;
      }),
    ).toBe(thrown);
    for (const wrong of ['soon', -5, Number.NaN, new Date(Number.NaN), undefined, Number.POSITIVE_INFINITY])
      expect(await error(() => wrong)).toMatchObject({
        code: 'option_invalid',
        message: expect.stringContaining("sleep of task 's'") as string,
      });
  });

  test('is woken by nothing but its time, the end of its run, or its deadline', async () => {
    const cancelled = sleeping('1h');
    await cancelled.clock.advance(5);
    void cancelled.handle.cancel();
    expect(statesOf(await cancelled.end())).toMatchObject({ s: 'cancelled', after: 'cancelled' });
    expect([cancelled.clock.elapsedMs, cancelled.clock.timers]).toEqual([5, 0]);
    const late = sleeping('1h', { deadline: '5m' });
    expect(taskOf(await late.end(), 's').error).toMatchObject({ code: 'deadline_exceeded' });
    expect([late.clock.elapsedMs, late.clock.timers]).toEqual([300_000, 0]);
  });

  test('whose function ends the run does not sleep', async () => {
    const driven = sleeping(() => {
      void driven.handle.cancel();
      return 5;
    });
    expect(statesOf(await driven.end())).toMatchObject({ s: 'cancelled' });
    expect(lines(driven.events)).not.toContain('task.waiting s');
    expect(driven.clock.timers).toBe(0);
  });

  test('can be skipped by its condition, and sleep in a cancelled run if it always runs', async () => {
    expect(statesOf(await sleeping('1h', { conditions: [() => false] }).end())).toMatchObject({
      s: 'skipped condition',
    });
    const { handle, clock, end } = sleeping(200, { runAlways: true });
    await clock.advance(50);
    void handle.cancel();
    expect(statesOf(await end())).toMatchObject({ s: 'succeeded', after: 'cancelled' });
    expect(clock.elapsedMs).toBe(200);
  });
});
