import { describe, expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { drive, fails, flowOf, lines, type PlainTask, statesOf, taskOf } from '../../test/kit.ts';
import { poolsOf } from '../admit/pool-set.ts';
import { pool } from '../index.ts';

describe('the queue timeout', () => {
  const hog = (clock: () => { sleep(ms: number): Promise<void> }, ms: number): PlainTask => ({
    id: 'hog',
    priority: 1,
    handler: () => clock().sleep(ms),
  });

  test('fails a task that waits too long for a slot, without an attempt', async () => {
    const driven = drive(
      flowOf([hog(() => driven.clock, 100), { id: 'a', queueTimeout: 40, handler: () => 1 }]),
      { concurrency: 1 },
    );
    const result = await driven.end();
    expect(taskOf(result, 'a')).toMatchObject({
      state: 'failed',
      attempts: 0,
      startedAt: undefined,
      error: {
        code: 'queue_timeout',
        message: "task 'a' was queued for longer than its queueTimeout of 40 ms",
      },
    });
    expect(driven.events.find(({ type }) => type === 'task.failed')).toMatchObject({
      at: driven.clock.startedAt + 40,
    });
    expect(driven.clock.timers).toBe(0);
  });

  test('does not count what the task waits for otherwise, nor while it runs', async () => {
    const driven = drive(
      flowOf([
        { id: 'before', handler: () => driven.clock.sleep(100) },
        { id: 'a', dependsOn: ['before'], queueTimeout: 40, handler: () => driven.clock.sleep(100) },
      ]),
    );
    expect((await driven.end()).outcome).toBe('success');
  });

  test('counts anew for each attempt, not the wait before it', async () => {
    const driven = drive(
      flowOf([
        {
          id: 'a',
          priority: 2,
          retry: { attempts: 2, delay: 60 },
          queueTimeout: 50,
          handler: (_: never, { attempt }) => (attempt === 1 ? fails() : 1),
        },
        hog(() => driven.clock, 100),
      ]),
      { concurrency: 1 },
    );
    expect((await driven.end()).outcome).toBe('success');
    const late = drive(
      flowOf([
        { id: 'a', priority: 2, retry: { attempts: 3, delay: 60 }, queueTimeout: 30, handler: fails },
        hog(() => late.clock, 100),
      ]),
      { concurrency: 1 },
    );
    expect(taskOf(await late.end(), 'a')).toMatchObject({ attempts: 1, error: { code: 'queue_timeout' } });
  });

  test('is not retried, and can be recovered from: the task is queued again', async () => {
    const driven = drive(
      flowOf([
        hog(() => driven.clock, 100),
        {
          id: 'a',
          queueTimeout: 40,
          retry: { attempts: 5, delay: 0 },
          handler: () => driven.clock.elapsedMs,
          recover: [
            {
              match: { kind: 'code', code: 'queue_timeout' },
              action: { type: 'retry', delay: 25, times: 1 },
            },
          ],
        },
      ]),
      { concurrency: 1 },
    );
    expect((await driven.end()).outputs['a']).toBe(100);
    expect(lines(driven.events).filter((line) => line.endsWith(' a'))).toEqual([
      'task.queued a',
      'task.recovering a',
      'task.queued a',
      'task.succeeded a',
    ]);
  });
});

test('a queue timeout that passes while the loop lets others have their turn is not overtaken by it', async () => {
  const turns: (() => void)[] = [];
  class BusyClock extends VirtualClock {
    override yieldTurn(callback: () => void): void {
      if (turns.length < 2) turns.push(callback);
      else super.yieldTurn(callback);
    }
  }
  const clock = new BusyClock();
  const { end } = drive(
    flowOf([
      { id: 'long', handler: () => clock.spend(50) },
      {
        id: 'a',
        dependsOn: ['long'],
        queueTimeout: 5,
        pools: [{ pool: pool('p', { slots: 1 }) }],
        recover: [{ match: { kind: 'code', code: 'queue_timeout' }, action: { type: 'retry', delay: 20 } }],
        handler: () => 1,
      },
    ]),
    { clock },
  );
  await clock.settle();
  const [arm, goOn] = turns;
  expect(turns).toHaveLength(2);
  arm?.();
  await clock.advance(10);
  goOn?.();
  expect((await end()).outputs['a']).toBe(1);
  expect(poolsOf(clock).status()).toMatchObject([{ used: 0, waiting: 0 }]);
});

test('a deadline that passes while a cancelled task has still to stop leaves it cancelled', async () => {
  const { clock, handle, end } = drive(
    flowOf([{ id: 'a', deadline: 20, timeout: 15, handler: () => clock.sleep(1_000) }]),
    { gracePeriod: 50 },
  );
  await clock.advance(10);
  void handle.cancel();
  expect(statesOf(await end())).toEqual({ a: 'cancelled' });
  expect([clock.elapsedMs, clock.timers]).toEqual([60, 0]);
});

describe('the service level', () => {
  test('is told when it is missed, once, and stops nothing', async () => {
    const { clock, end, events } = drive(
      flowOf([
        { id: 'slow', sla: '30m', handler: () => clock.sleep(3_600_000) },
        { id: 'quick', sla: '30m', handler: () => clock.sleep(60_000) },
        { id: 'waits', dependsOn: ['slow'], sla: '45m', handler: () => 1 },
      ]),
    );
    expect((await end()).outcome).toBe('success');
    expect(events.filter(({ type }) => type === 'task.sla_missed')).toMatchObject([
      { task: 'slow', slaMs: 1_800_000, at: clock.startedAt + 1_800_000 },
      { task: 'waits', slaMs: 2_700_000, at: clock.startedAt + 2_700_000 },
    ]);
    expect(clock.timers).toBe(0);
  });

  test('is not missed by what has ended, however it has', async () => {
    const { clock, end, events } = drive(
      flowOf([
        { id: 'bad', sla: 10, handler: fails },
        { id: 'upstream', dependsOn: ['bad'], sla: 10, handler: () => 1 },
        { id: 'skipped', conditions: [() => false], sla: 10, handler: () => 1 },
        { id: 'after', dependsOn: ['skipped'], sla: 10, handler: () => 1 },
        { id: 'slow', handler: () => clock.sleep(100) },
      ]),
    );
    const result = await end();
    expect(statesOf(result)).toMatchObject({ after: 'skipped dependency', upstream: 'upstream_failed' });
    expect(lines(events).filter((line) => line.startsWith('task.sla_missed'))).toEqual([]);
  });
});
