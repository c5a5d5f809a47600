import { beforeAll, describe, expect, test } from 'vitest';

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
import { loadBreakers } from '../execute/breakers.ts';
import { breakers, resetBreakers, type RunOptions } from '../index.ts';
import type { BreakerOptions } from '../model/policy.ts';

// Loaded before: what takes real time would let a virtual clock believe that nothing goes on any more.
beforeAll(loadBreakers);

const service: BreakerOptions = { name: 'service', minimumCalls: 1, resetAfter: '1m' };

/** A clock by which the breaker is open since its start. */
async function opened(options: Partial<BreakerOptions> = {}): Promise<VirtualClock> {
  const clock = new VirtualClock();
  await drive(flowOf([{ id: 'a', breaker: { ...service, ...options }, handler: fails }]), { clock }).end();
  expect(breakers(clock)).toMatchObject([{ state: 'open', until: clock.startedAt + 60_000 }]);
  return clock;
}

const calling = (handler: PlainTask['handler'], policies: Partial<PlainTask> = {}): PlainTask => ({
  id: 'a',
  breaker: 'service',
  handler,
  ...policies,
});

const driving = (clock: VirtualClock, tasks: readonly PlainTask[], options: RunOptions = {}) =>
  drive(flowOf(tasks), { ...options, clock });

describe('an open breaker', () => {
  test('is waited for without a slot, and then tried', async () => {
    const clock = await opened();
    const { end, events } = driving(
      clock,
      [calling(() => clock.elapsedMs), { id: 'other', handler: () => clock.elapsedMs }],
      { concurrency: 1 },
    );
    const result = await end();
    expect(result.outputs).toEqual({ a: 60_000, other: 0 });
    expect(taskOf(result, 'a')).toMatchObject({ attempts: 1, startedAt: clock.startedAt + 60_000 });
    expect(events.filter((event) => 'task' in event && event.task === 'a').map(({ type }) => type)).toEqual([
      'task.queued',
      'task.waiting',
      'task.queued',
      'attempt.started',
      'task.succeeded',
    ]);
    expect(events.find(({ type }) => type === 'task.waiting')).toMatchObject({
      for: 'breaker',
      until: clock.startedAt + 60_000,
    });
    expect(events.flatMap((event) => (event.type === 'breaker.changed' ? [event.state] : []))).toEqual([
      'half_open',
      'closed',
    ]);
    expect(clock.timers).toBe(0);
  });

  test('fails the attempt of a task that says so, without a call of its handler', async () => {
    const clock = await opened();
    let called = 0;
    const policies = {
      breaker: { name: 'service', whenOpen: 'fail' },
      retry: { attempts: 3, delay: '25s', backoff: 'constant' },
    } as const;
    const { end } = driving(clock, [calling(() => ++called, policies)]);
    const result = await end();
    expect(called).toBe(0);
    expect(taskOf(result, 'a')).toMatchObject({
      state: 'failed',
      attempts: 3,
      error: {
        code: 'breaker_open',
        breaker: 'service',
        message: "task 'a' was not tried: breaker 'service' is open",
      },
    });
    expect(taskOf(result, 'a').attemptErrors).toHaveLength(3);
    const other = driving(clock, [
      calling(() => ++called, { ...policies, retry: { attempts: 2, delay: '25s' } }),
    ]);
    expect([(await other.end()).outcome, called]).toEqual(['success', 1]);
  });

  test('fails a task whose deadline comes first, at once and without retries', async () => {
    const clock = await opened();
    const { end } = driving(clock, [calling(fails, { deadline: '20s', retry: { attempts: 5 } })]);
    expect(taskOf(await end(), 'a')).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: { code: 'breaker_open' },
    });
    expect([clock.elapsedMs, clock.timers]).toEqual([0, 0]);
    const patient = driving(clock, [calling(() => 1, { deadline: '2m' })]);
    expect((await patient.end()).outcome).toBe('success');
  });

  test('makes a later attempt hopeless too, and recovery begins with a count of its own', async () => {
    const clock = new VirtualClock();
    const { end } = driving(clock, [
      calling(fails, {
        breaker: service,
        deadline: '20s',
        retry: { attempts: 4, delay: 100 },
        recover: [
          { match: { kind: 'code', code: 'breaker_open' }, action: { type: 'value', make: () => 'instead' } },
        ],
      }),
    ]);
    const result = await end();
    expect(result.outputs['a']).toBe('instead');
    expect(taskOf(result, 'a').attemptErrors.map((error) => 'code' in error && error.code)).toEqual([
      false,
      'breaker_open',
    ]);
    expect([clock.elapsedMs, clock.timers]).toEqual([100, 0]);
  });

  test('that made an attempt hopeless does not give the task more attempts than it has', async () => {
    const clock = new VirtualClock();
    const { end } = driving(clock, [
      calling(
        (_: never, { attempt }) => {
          throw Object.assign(new Error('no'), { counts: attempt === 1 });
        },
        {
          breaker: { ...service, countIf: (error) => (error as { readonly counts: boolean }).counts },
          deadline: '20s',
          retry: { attempts: 4, delay: 100 },
          recover: [
            {
              match: { kind: 'code', code: 'breaker_open' },
              action: { type: 'run_then_retry', repair: () => resetBreakers('service', clock) },
            },
          ],
        },
      ),
    ]);
    expect(taskOf(await end(), 'a')).toMatchObject({
      state: 'failed',
      attempts: 4,
      error: { message: 'no' },
    });
  });

  test('is waited for no longer than the run', async () => {
    const clock = await opened();
    const { handle, end } = driving(clock, [calling(() => 1)]);
    await clock.advance(5);
    void handle.cancel();
    expect(statesOf(await end())).toEqual({ a: 'cancelled' });
    expect(clock.timers).toBe(0);
  });

  test('is waited for by items, which hold no slot', async () => {
    const clock = await opened();
    const fanOut = { kind: 'each', select: () => [1, 2, 3] } as const;
    const { end } = driving(
      clock,
      [
        calling(({ item }: { readonly item: number }) => item, { fanOut }),
        { id: 'other', handler: () => clock.elapsedMs },
      ],
      {
        concurrency: 1,
      },
    );
    expect((await end()).outputs).toEqual({ a: [1, 2, 3], other: 0 });
    const again = await opened();
    const cancelled = driving(again, [calling(fails, { fanOut })]);
    await again.advance(5);
    void cancelled.handle.cancel();
    expect(statesOf(await cancelled.end())).toEqual({ a: 'cancelled' });
    expect([again.elapsedMs, again.timers]).toEqual([5, 0]);
  });
});

describe('a probe', () => {
  const waiters = (handler: PlainTask['handler']): PlainTask[] =>
    Array.from({ length: 5 }, (_, index) => calling(handler, { id: `t${index}` }));

  test('is one among all that wait; the others go once it has succeeded', async () => {
    const clock = await opened();
    const starts: number[] = [];
    const { end } = driving(
      clock,
      waiters(async () => {
        starts.push(clock.elapsedMs);
        await clock.sleep(30);
      }),
    );
    expect((await end()).outcome).toBe('success');
    expect(starts).toEqual([60_000, 60_030, 60_030, 60_030, 60_030]);
    expect(clock.timers).toBe(0);
  });

  test('that fails lets the others wait for the next', async () => {
    const clock = await opened();
    const starts: number[] = [];
    const { end } = driving(
      clock,
      waiters(() => {
        starts.push(clock.elapsedMs);
        if (starts.length === 1) fails();
      }),
    );
    const result = await end();
    expect(Object.values(result.tasks).filter(({ state }) => state === 'failed')).toHaveLength(1);
    expect(starts).toEqual([60_000, 120_000, 120_000, 120_000, 120_000]);
  });

  test('that is given up leaves its place to the next', async () => {
    const clock = await opened();
    const starts: string[] = [];
    const first = driving(clock, [
      calling((data, context) => {
        starts.push('first');
        return untilAborted(data, context);
      }),
    ]);
    await clock.advance(60_000);
    const second = driving(clock, [calling(() => void starts.push('second'))], { id: 'r2' });
    await clock.advance(10);
    expect([starts, breakers(clock)]).toEqual([['first'], [expect.objectContaining({ state: 'half_open' })]]);
    void first.handle.cancel();
    await first.end();
    expect((await second.end()).outcome).toBe('success');
    expect([starts, clock.elapsedMs]).toEqual([['first', 'second'], 60_010]);
  });

  test('that times out has failed', async () => {
    const clock = await opened();
    const { end } = driving(clock, [calling(() => new Promise(() => undefined), { timeout: 10 })]);
    await end();
    expect(breakers(clock)).toMatchObject([{ state: 'open', openedAt: clock.startedAt + 60_010 }]);
  });
});

describe('a breaker', () => {
  test('is shared by all runs on one time, and heard of by each that uses it', async () => {
    const clock = new VirtualClock();
    const busy = gate();
    const first = driving(clock, [calling(() => busy.promise, { breaker: service })], { id: 'r1' });
    await clock.settle();
    const second = driving(clock, [calling(fails, { breaker: service })], { id: 'r2' });
    await second.end();
    busy.open();
    await first.end();
    for (const { events } of [first, second])
      expect(events.filter(({ type }) => type === 'breaker.changed')).toMatchObject([
        { breaker: 'service', state: 'open' },
      ]);
    const third = driving(clock, [calling(() => 1, { breaker: { name: 'service', whenOpen: 'fail' } })]);
    expect(taskOf(await third.end(), 'a').error).toMatchObject({ code: 'breaker_open' });
  });

  test('that is reset lets through who waited', async () => {
    const clock = await opened();
    const { end } = driving(clock, [calling(() => clock.elapsedMs)]);
    await clock.advance(500);
    resetBreakers('service', clock);
    expect((await end()).outputs['a']).toBe(500);
    expect([clock.timers, breakers(clock)]).toEqual([0, []]);
  });

  test('that other runs have given other settings fails the run before anything starts, and nothing listens on', async () => {
    const clock = await opened();
    const mine = { name: 'mine', minimumCalls: 2 };
    const { end, events } = driving(clock, [
      { id: 'x', breaker: mine, handler: () => 1 },
      calling(() => 1, { breaker: { ...service, resetAfter: '5m' } }),
      { id: 'clean', runAlways: true, handler: () => 1 },
    ]);
    const result = await end();
    expect(result).toMatchObject({
      state: 'failed',
      error: { code: 'option_invalid', option: 'breaker.resetAfter' },
    });
    expect(statesOf(result)).toEqual({ x: 'cancelled', a: 'cancelled', clean: 'cancelled' });
    expect(lines(events).filter((line) => line.includes('started') && line !== 'run.started')).toEqual([]);
    resetBreakers(undefined, clock);
    expect(events.at(-1)?.type).toBe('run.finished');
  });

  test('counts every attempt, also those that are retried, and opens between them', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const { end } = driving(clock, [
      calling(() => (++calls < 4 ? fails() : calls), {
        breaker: { ...service, minimumCalls: 3 },
        retry: { attempts: 4, delay: 10, backoff: 'constant' },
      }),
    ]);
    expect((await end()).outputs['a']).toBe(4);
    expect(clock.elapsedMs).toBe(60_020);
  });

  test('is looked at for each item', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const { end } = driving(clock, [
      calling(() => (calls++, fails()), {
        breaker: { ...service, minimumCalls: 2, whenOpen: 'fail' },
        fanOut: { kind: 'each', select: () => [1, 2, 3, 4, 5], join: 'allSettled', concurrency: 1 },
      }),
    ]);
    const { items } = taskOf(await end(), 'a');
    expect([calls, items]).toEqual([2, { items: 5, succeeded: 0, failed: 5 }]);
  });
});
