import { describe, expect, test } from 'vitest';

import { gate, VirtualClock } from '@wf-sdk/testing';
import { lines, recorder } from '../../test/kit.ts';
import {
  NonRetryableError,
  RetryAfterError,
  type RetryOptions,
  run,
  type RunOptions,
  type TaskContext,
  ThrownValueError,
  ValidationError,
  workflow,
} from '../index.ts';

interface Tried {
  readonly state: string;
  readonly attempts: number;
  /** The waits between the attempts, in milliseconds. */
  readonly waits: readonly number[];
  readonly error: Error | undefined;
  readonly attemptErrors: readonly Error[];
}

/** Runs one task that does this in each attempt. */
async function tried(
  retry: RetryOptions,
  attempt: (context: TaskContext, clock: VirtualClock) => unknown,
  options: RunOptions = {},
): Promise<Tried> {
  const clock = new VirtualClock();
  const starts: number[] = [];
  const flow = workflow('w')
    .addTask('a')
    .retry(retry)
    .run((_, context) => {
      starts.push(clock.now());
      return attempt(context, clock);
    });
  const { tasks } = await clock.passUntil(run(flow, undefined, { ...options, clock }));
  const { state, attempts, error, attemptErrors } = tasks.a;
  expect(attempts).toBe(starts.length);
  return {
    state,
    attempts,
    error,
    attemptErrors,
    waits: starts.slice(1).map((at, index) => at - (starts[index] ?? 0)),
  };
}

const fails = (): never => {
  throw new Error('no');
};

describe('attempts', () => {
  test('are one in all without a retry policy', async () => {
    const result = await run(workflow('w').addTask('a').run(fails));
    expect([result.tasks.a.attempts, result.tasks.a.state]).toEqual([1, 'failed']);
  });

  test('are the number of tries in all, the first included', async () => {
    const failing = { state: 'failed', attempts: 3 };
    expect(await tried({ attempts: 3 }, fails)).toMatchObject(failing);
    expect(await tried({ attempts: 1 }, fails)).toMatchObject({ ...failing, attempts: 1, waits: [] });
  });

  test('end with the first that succeeds', async () => {
    const result = await tried({ attempts: 5, delay: 10 }, ({ attempt }) => (attempt < 3 ? fails() : 'done'));
    expect(result).toMatchObject({ state: 'succeeded', attempts: 3, waits: [10, 20], error: undefined });
    expect(result.attemptErrors).toHaveLength(2);
  });

  test('that are left when a task succeeds change nothing any more', async () => {
    const clock = new VirtualClock();
    const asked: unknown[] = [];
    const { events, observe } = recorder();
    const flow = workflow('w')
      .addTask('a')
      .retry({ attempts: 9, delay: 1, retryIf: (error) => asked.push(error) > 0 })
      .run((_, { attempt }) => (attempt === 1 ? fails() : 1))
      .addTask('b')
      .dependsOn('a')
      .run(({ a }) => clock.sleep(50).then(() => a + 1));
    const result = await clock.passUntil(run(flow, undefined, { clock, observers: [observe] }));
    expect(asked).toEqual([expect.any(Error)]);
    expect(result).toMatchObject({
      outcome: 'success',
      outputs: { b: 2 },
      tasks: { a: { state: 'succeeded' } },
    });
    expect(lines(events)).not.toContain('task.failed a');
  });
});

describe('the wait', () => {
  const waits = async (retry: Omit<RetryOptions, 'attempts'>, random = 0.5) =>
    (await tried({ attempts: 5, ...retry }, fails, { random: () => random })).waits;

  test('doubles from one second where nothing is said', async () => {
    expect(await waits({})).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  test('stays the same, grows by the delay, or grows by the factor', async () => {
    expect(await waits({ backoff: 'constant', delay: '2s' })).toEqual([2_000, 2_000, 2_000, 2_000]);
    expect(await waits({ backoff: 'linear', delay: 100 })).toEqual([100, 200, 300, 400]);
    expect(await waits({ backoff: 'exponential', delay: 100, factor: 3 })).toEqual([100, 300, 900, 2_700]);
  });

  test('is never longer than maxDelay', async () => {
    expect(await waits({ delay: 100, maxDelay: 250 })).toEqual([100, 200, 250, 250]);
    expect(await waits({ backoff: 'linear', delay: 100, maxDelay: '0.15s' })).toEqual([100, 150, 150, 150]);
  });

  test('is spread over all of itself by full jitter and over its upper half by equal jitter', async () => {
    const delay = { backoff: 'constant', delay: 1_000 } as const;
    expect(await waits({ ...delay, jitter: 'full' }, 0.25)).toEqual([250, 250, 250, 250]);
    expect(await waits({ ...delay, jitter: 'equal' }, 0.25)).toEqual([625, 625, 625, 625]);
    expect(await waits({ ...delay, jitter: 'none' }, 0.25)).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(await waits({ ...delay, jitter: 'full', maxDelay: 100 }, 0.5)).toEqual([50, 50, 50, 50]);
  });

  test('of nothing stays nothing, however often it grows', async () => {
    const { attempts, waits: all } = await tried({ attempts: 1_100, delay: 0 }, fails);
    expect([attempts, all.every((wait) => wait === 0)]).toEqual([1_100, true]);
  });

  test('is what the error asks for: milliseconds, a duration, or a moment', async () => {
    const asking = async (retryAfter: (clock: VirtualClock) => number | string | Date) =>
      (
        await tried({ attempts: 2, delay: 10, jitter: 'full' }, (_, clock) => {
          throw new RetryAfterError('busy', retryAfter(clock));
        })
      ).waits;
    expect(await asking(() => 333)).toEqual([333]);
    expect(await asking(() => '5s')).toEqual([5_000]);
    expect(await asking((clock) => new Date(clock.now() + 70))).toEqual([70]);
    expect(await asking((clock) => new Date(clock.now() - 70))).toEqual([0]);
  });

  test("is what any error with a retryAfter asks for, and the policy's where that makes no sense", async () => {
    const asking = async (retryAfter: unknown) =>
      (
        await tried({ attempts: 2, delay: 10 }, () => {
          throw Object.assign(new Error('429'), { retryAfter });
        })
      ).waits;
    expect(await asking(77)).toEqual([77]);
    expect(await asking('soon')).toEqual([10]);
    expect(await asking(-5)).toEqual([10]);
    expect(await asking(new Date(Number.NaN))).toEqual([10]);
  });
});

describe('whether to try again', () => {
  test('is asked with the error and the attempt that failed', async () => {
    const asked: unknown[] = [];
    const error = new Error('no');
    const retryIf = (...question: unknown[]): boolean => asked.push(question) < 2;
    const result = await tried({ attempts: 9, delay: 1, retryIf }, () => {
      throw error;
    });
    expect(asked).toEqual([
      [error, 1],
      [error, 2],
    ]);
    expect(result).toMatchObject({ state: 'failed', attempts: 2, error });
  });

  test('is not asked after the last attempt', async () => {
    let asked = 0;
    await tried({ attempts: 2, delay: 1, retryIf: () => ++asked > 0 }, fails);
    expect(asked).toBe(1);
  });

  test('is answered no by a retryIf that throws, and both errors are kept', async () => {
    const [own, thrown] = [new Error('own'), new Error('in retryIf')];
    const retryIf = (): never => {
      throw thrown;
    };
    const result = await tried({ attempts: 3, retryIf }, () => {
      throw own;
    });
    expect(result).toMatchObject({ state: 'failed', attempts: 1, attemptErrors: [own] });
    expect(result.error).toBeInstanceOf(AggregateError);
    expect((result.error as AggregateError).errors).toEqual([thrown, own]);
  });

  test('is answered no by a NonRetryableError and a ValidationError, whatever retryIf would say', async () => {
    const retryIf = (): boolean => true;
    const validation = new ValidationError('it', 'output_invalid', []);
    for (const error of [new NonRetryableError('never'), validation]) {
      expect(
        await tried({ attempts: 3, retryIf }, () => {
          throw error;
        }),
      ).toMatchObject({ attempts: 1, error });
    }
    const later = await tried({ attempts: 5, delay: 1 }, ({ attempt }) => {
      throw attempt < 2 ? new Error('no') : new NonRetryableError('never');
    });
    expect(later).toMatchObject({ attempts: 2, error: { code: 'non_retryable' } });
  });

  test("is answered yes by a TypeError, and by an AbortError of the handler's own", async () => {
    expect(
      await tried({ attempts: 3, delay: 1 }, () => {
        throw new TypeError('x is not a function');
      }),
    ).toMatchObject({ attempts: 3 });
    expect(
      await tried({ attempts: 3, delay: 1 }, () => {
        throw new DOMException('stop', 'AbortError');
      }),
    ).toMatchObject({ attempts: 3 });
  });
});

test('what is thrown and is no Error is wrapped, and itself the cause', async () => {
  for (const thrown of ['text', undefined, null, 42, { some: 'object' }]) {
    const { error, attempts } = await tried({ attempts: 2, delay: 1 }, () => {
      throw thrown; // oxlint-disable-line typescript/only-throw-error -- what users' code may do
    });
    expect(attempts).toBe(2);
    expect(error).toBeInstanceOf(ThrownValueError);
    expect(error).toMatchObject({ code: 'thrown_value', cause: thrown });
  }
});

test('a retrying task frees its slot for another', async () => {
  const clock = new VirtualClock();
  const order: string[] = [];
  const first = gate();
  const flow = workflow('w')
    .addTask('flaky')
    .retry({ attempts: 2, delay: 100 })
    .run((_, { attempt }) => {
      order.push(`flaky ${attempt}`);
      return attempt === 1 ? fails() : 'ok';
    })
    .addTask('other')
    .run(() => {
      order.push('other');
      return first.promise;
    });
  const handle = run(flow, undefined, { clock, concurrency: 1 });
  await clock.advance(500);
  expect(order).toEqual(['flaky 1', 'other']); // its wait is over, but the slot is taken
  first.open();
  const result = await handle;
  expect(order).toEqual(['flaky 1', 'other', 'flaky 2']);
  expect(result.outcome).toBe('success');
});

test('a failed attempt is told with its wait, and the next is queued again', async () => {
  const clock = new VirtualClock();
  const { events, observe } = recorder();
  const flow = workflow('w').addTask('a').retry({ attempts: 2, delay: 30 }).run(fails);
  await clock.passUntil(run(flow, undefined, { clock, observers: [observe] }));
  expect(lines(events)).toEqual([
    'run.started',
    'task.queued a',
    'attempt.started a#1',
    'attempt.failed a#1',
    'task.queued a',
    'attempt.started a#2',
    'attempt.failed a#2',
    'task.failed a',
    'run.finished',
  ]);
  expect(events.filter(({ type }) => type === 'attempt.failed')).toMatchObject([{ retryInMs: 30 }, {}]);
  expect(events.findLast(({ type }) => type === 'attempt.failed')).not.toHaveProperty('retryInMs');
});
