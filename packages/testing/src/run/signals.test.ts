import { type Schema, workflow } from '@wf-sdk/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { everyPath } from '../explore/every-path.ts';
import { after } from './after.ts';
import { testRun } from './test-run.ts';

const amount: Schema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'number' ? { value } : { issues: [{ message: 'an amount is a number' }] },
  },
};

const order = workflow('order')
  .addTask('deposit')
  .waitForSignal('payment', amount)
  .addTask('pack')
  .dependsOn('deposit')
  .sleep('1h')
  .addTask('rest')
  .dependsOn('pack')
  .waitForSignal('payment', amount, { timeout: '1d' })
  .addTask('rating')
  .dependsOn('rest')
  .waitForSignal('rating', amount, { timeout: '2d', onTimeout: 0 })
  .output(({ deposit, rest, rating }) => [deposit, rest, rating]);

describe('signals', () => {
  it('come each time that a task waits', async () => {
    const result = await testRun(order, { signals: { payment: 7, rating: 5 } });
    expect(result.output).toEqual([7, 7, 5]);
    expect(result.elapsedMs).toBe(3_600_000);
  });

  it('come in order, and then no more', async () => {
    const result = await testRun(order, { signals: { payment: [7, 8] } });
    expect(result.output).toEqual([7, 8, 0]);
    expect(result.elapsedMs).toBe(3_600_000 + 2 * 86_400_000);
    const short = await testRun(order, { signals: { payment: [7] } });
    expect(short.tasks.rest.error).toMatchObject({ code: 'signal_timeout' });
  });

  it('are made by a function of the task that waits', async () => {
    const asked: unknown[] = [];
    const result = await testRun(order, {
      signals: {
        payment: (waiting) => {
          expectTypeOf(waiting.occasion).toBeNumber();
          asked.push(waiting);
          return 10 * waiting.occasion;
        },
      },
    });
    expect(result.output).toEqual([10, 20, 0]);
    expect(asked).toEqual([
      { task: 'deposit', signal: 'payment', occasion: 1 },
      { task: 'rest', signal: 'payment', occasion: 2 },
    ]);
  });

  it('come after some time, and not where the task no longer waits for them', async () => {
    const result = await testRun(order, { signals: { payment: [after('1m', 7), after('23h', () => 8)] } });
    expect(result.output).toEqual([7, 8, 0]);
    expect(result.elapsedMs).toBe(60_000 + 3_600_000 + 23 * 3_600_000 + 2 * 86_400_000);
    const late = await testRun(order, { signals: { payment: [1, after('25h', 8)] } });
    expect(late.tasks.rest.error).toMatchObject({ code: 'signal_timeout' });
    expect(late.events.filter(({ type }) => type === 'run.signalled')).toHaveLength(1);
  });

  it('are not sent for what was sent by the test already', async () => {
    const run = testRun(order, { signals: { payment: [1, 2] } });
    run.signal('payment', 40);
    expect((await run).output).toEqual([40, 1, 0]);
  });

  it('go to tasks that wait at the same time, one each', async () => {
    const both = workflow('both')
      .addTask('a')
      .waitForSignal('go', amount)
      .addTask('b')
      .waitForSignal('go', amount);
    expect((await testRun(both, { signals: { go: [1, 2] } })).outputs).toEqual({ a: 1, b: 2 });
  });

  it('that do not fit, or cannot be made, end the test', async () => {
    await expect(testRun(order, { signals: { payment: 'x' } })).rejects.toThrow('an amount is a number');
    const broken = (): never => {
      throw new Error('no bank');
    };
    await expect(testRun(order, { signals: { payment: broken } })).rejects.toThrow('no bank');
  });

  it('that no task waits for are an error', async () => {
    expect(() => testRun(order, { signals: { paiment: 1 } })).toThrow(
      "signals.paiment: no task of workflow 'order' waits for signal 'paiment'; did you mean 'payment'?",
    );
    const none = workflow('none')
      .addTask('a')
      .run(() => 1);
    expect(() => testRun(none, { signals: { payment: 1 } })).toThrow('none of them waits for a signal');
    expect(() => testRun(order, { stubs: { rating: 3 }, signals: { rating: 1 } })).toThrow(
      'signals.rating: rating would wait for it, and has a stub',
    );
    expect(() => testRun(order, { stubAll: true, signals: { rating: 1 } })).toThrow(
      'signals.rating: under stubAll no task waits for a signal',
    );
    await expect(everyPath(order, () => true, { signals: { rating: 1 } } as object)).rejects.toThrow(
      "option 'signals'",
    );
  });
});
