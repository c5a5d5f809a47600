import { describe, expect, test } from 'vitest';

import { gate, type Gate, VirtualClock } from '@wf-sdk/testing';
import { lines, recorder } from '../../test/kit.ts';
import { DeadlineError, run, TimeoutError, workflow } from '../index.ts';

/** Attempts that wait for the test, and the signals they got. */
function attempts<T = string>(): {
  gates: Gate<T>[];
  signals: AbortSignal[];
  wait: (signal: AbortSignal) => Promise<T>;
} {
  const gates: Gate<T>[] = [];
  const signals: AbortSignal[] = [];
  const wait = (signal: AbortSignal): Promise<T> => {
    const own = gate<T>();
    gates.push(own);
    signals.push(signal);
    return own.promise;
  };
  return { gates, signals, wait };
}

describe('timeout', () => {
  test("aborts the attempt's signal with a TimeoutError, which is the task's error", async () => {
    const clock = new VirtualClock();
    const { signals, wait } = attempts();
    const flow = workflow('w')
      .addTask('a')
      .timeout('2s')
      .run((_, { signal }) => wait(signal));
    const handle = run(flow, undefined, { clock });
    await clock.advance(1_999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    const { error, durationMs } = (await handle).tasks.a;
    expect(signals[0]?.reason).toBe(error);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: 'timeout', task: 'a', timeoutMs: 2_000 });
    expect(durationMs).toBe(2_000);
  });

  test('reaches a handler that reads its signal only after it was aborted', async () => {
    const clock = new VirtualClock();
    const read = gate();
    let late: AbortSignal | undefined;
    const flow = workflow('w')
      .addTask('a')
      .timeout(10)
      .run(async (_, context) => {
        await read.promise;
        late = context.signal;
      });
    const result = await clock.passUntil(run(flow, undefined, { clock }));
    read.open();
    await clock.settle();
    expect(late?.reason).toBe(result.tasks.a.error);
  });

  test('drops what the handler still gives', async () => {
    const clock = new VirtualClock();
    const { gates, signals, wait } = attempts();
    const end = gate<string>();
    const { events, observe } = recorder();
    const flow = workflow('w')
      .addTask('a')
      .timeout(10)
      .run((_, { signal }) => wait(signal))
      .addTask('b')
      .run(() => end.promise);
    const handle = run(flow, undefined, { clock, observers: [observe] });
    await clock.advance(10);
    expect(signals[0]?.aborted).toBe(true);
    gates[0]?.open('late');
    await clock.settle();
    end.open('b');
    const result = await handle;
    expect(result.tasks.a.state).toBe('failed');
    expect(result.outputs).toEqual({ b: 'b' });
    expect(lines(events)).not.toContain('task.succeeded a');
  });

  test('is retried, and the result of an earlier attempt is not taken for that of a later one', async () => {
    const clock = new VirtualClock();
    const { gates, signals, wait } = attempts();
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 2, delay: 5 })
      .timeout(10)
      .run((_, { signal }) => wait(signal));
    const handle = run(flow, undefined, { clock });
    await clock.advance(15);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    gates[0]?.open('first');
    await clock.settle();
    gates[1]?.open('second');
    const result = await handle;
    expect(result.outputs).toEqual({ a: 'second' });
    expect(result.tasks.a.attemptErrors).toEqual([expect.any(TimeoutError)]);
  });

  test('gives each attempt its full time', async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 3, delay: 5 })
      .timeout(10)
      .run(() => new Promise(() => undefined));
    const result = await clock.passUntil(run(flow, undefined, { clock }));
    expect(result.tasks.a).toMatchObject({ attempts: 3, durationMs: 10 + 5 + 10 + 10 + 10 });
  });

  test('of an attempt that failed in time does not cut the next one short', async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 2, delay: 10 })
      .timeout(100)
      .run(async (_, { attempt }) => {
        await clock.sleep(attempt === 1 ? 60 : 90);
        if (attempt === 1) throw new Error('once');
        return 'in time';
      });
    const result = await clock.passUntil(run(flow, undefined, { clock }));
    expect(result.outputs).toEqual({ a: 'in time' });
  });

  test('counts for each task from its own start, also when another is started by a timeout', async () => {
    const clock = new VirtualClock();
    const never = (): Promise<never> => new Promise(() => undefined);
    const flow = workflow('w')
      .addTask('a')
      .timeout(100)
      .run(never)
      .addTask('x')
      .run(() => clock.sleep(50))
      .addTask('b')
      .dependsOn('x')
      .timeout(100)
      .run(never)
      .addTask('y')
      .run(() => clock.sleep(95))
      .addTask('z')
      .dependsOn('y')
      .run(() => clock.sleep(10))
      .addTask('c')
      .priority(-1)
      .timeout(100)
      .run(never);
    const { tasks } = await clock.passUntil(run(flow, undefined, { clock, concurrency: 3 }));
    expect([tasks.a.endedAt, tasks.b.endedAt, tasks.c.endedAt].map((at = 0) => at - clock.startedAt)).toEqual(
      [100, 150, 200],
    );
  });

  test('that is not reached leaves no timer armed', async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('a')
      .timeout('1h')
      .deadline('1d')
      .run(() => 1);
    await run(flow, undefined, { clock, timeout: '2d' });
    expect(clock.timers).toBe(0);
  });
});

describe('deadline', () => {
  const fails = (): never => {
    throw new Error('own');
  };

  test('ends a running attempt: its signal is aborted with the DeadlineError, and it is not retried', async () => {
    const clock = new VirtualClock();
    const { signals, wait } = attempts();
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 9 })
      .deadline(40)
      .run((_, { signal }) => wait(signal));
    const result = await clock.passUntil(run(flow, undefined, { clock }));
    const { error } = result.tasks.a;
    expect(error).toBeInstanceOf(DeadlineError);
    expect(error).toMatchObject({ code: 'deadline_exceeded', deadlineMs: 40 });
    expect(signals.map(({ reason }): unknown => reason)).toEqual([error]);
    expect(result.tasks.a).toMatchObject({ state: 'failed', attempts: 1, durationMs: 40 });
  });

  test("ends a wait between attempts at once, with the last attempt's error as its cause", async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 9, backoff: 'constant', delay: 30 })
      .deadline(70)
      .run(fails);
    const result = await clock.passUntil(run(flow, undefined, { clock }));
    expect(result.tasks.a).toMatchObject({ state: 'failed', attempts: 3, durationMs: 70 });
    expect(result.tasks.a.error).toMatchObject({ code: 'deadline_exceeded', cause: { message: 'own' } });
    expect(clock.timers).toBe(0);
  });

  test('ends a task that is queued for its next attempt', async () => {
    const clock = new VirtualClock();
    const end = gate();
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 9, delay: 10 })
      .deadline(70)
      .run(fails)
      .addTask('hog')
      .run(() => end.promise);
    const handle = run(flow, undefined, { clock, concurrency: 1 });
    await clock.advance(80);
    end.open();
    const { tasks } = await handle;
    expect(tasks.a).toMatchObject({
      state: 'failed',
      attempts: 1,
      durationMs: 70,
      error: { code: 'deadline_exceeded' },
    });
    expect(tasks.hog.state).toBe('succeeded');
  });

  test('begins with the first start, not while the task is queued for it', async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('first')
      .run(() => clock.sleep(500))
      .addTask('a')
      .deadline(50)
      .run(() => clock.sleep(40).then(() => 'in time'));
    const result = await clock.passUntil(run(flow, undefined, { clock, concurrency: 1 }));
    expect(result.outputs).toMatchObject({ a: 'in time' });
  });

  test('brings down what depends on the task', async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('a')
      .deadline(5)
      .run(() => new Promise<string>(() => undefined))
      .addTask('b')
      .dependsOn('a')
      .run(({ a }) => a);
    const { tasks } = await clock.passUntil(run(flow, undefined, { clock }));
    expect(tasks.b).toMatchObject({ state: 'upstream_failed', cause: 'a' });
  });
});

describe("the run's timeout", () => {
  test('fails the run, and tells how much of it was done', async () => {
    const clock = new VirtualClock();
    const { signals, wait } = attempts();
    const flow = workflow('w')
      .addTask('a')
      .run(() => 'a')
      .addTask('b')
      .dependsOn('a')
      .run((_, { signal }) => wait(signal))
      .addTask('c')
      .dependsOn('b')
      .run(() => 'c');
    const handle = run(flow, undefined, { clock, timeout: '1m', gracePeriod: 10, id: 'r' });
    const result = await clock.passUntil(handle);
    expect(result).toMatchObject({
      state: 'failed',
      outcome: 'partial',
      succeeded: 1,
      outputs: { a: 'a' },
      durationMs: 60_010,
    });
    expect(result.error).toMatchObject({ code: 'run_timeout', timeoutMs: 60_000, run: 'r' });
    expect(signals[0]?.reason).toBe(result.error);
    expect([result.tasks.b.state, result.tasks.c.state]).toEqual(['cancelled', 'cancelled']);
  });

  test('of a run in which nothing succeeded gives the outcome failed', async () => {
    const clock = new VirtualClock();
    const flow = workflow('w')
      .addTask('a')
      .run((_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)));
    const result = await clock.passUntil(run(flow, undefined, { clock, timeout: 5 }));
    expect(result).toMatchObject({
      state: 'failed',
      outcome: 'failed',
      durationMs: 5,
      error: { code: 'run_timeout' },
    });
  });
});
