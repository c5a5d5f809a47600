import { describe, expect, test } from 'vitest';

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
import { skip } from '../index.ts';
import type { Fallback } from '../model/definition.ts';
import type { ErrorMatch, RecoveryAction, RecoveryRule } from '../model/recovery.ts';

const after: PlainTask = { id: 'after', dependsOn: ['a'], handler: ({ a }: { readonly a: unknown }) => a };
const saved = (policies: Partial<PlainTask>) =>
  drive(flowOf([{ id: 'a', handler: fails, ...policies }, after]));
const make = (value: (error: Error) => unknown): Fallback => ({ kind: 'function', make: value });

describe('a fallback', () => {
  test('gives what stands for the output, and no attempt more', async () => {
    const fallbacks: Fallback[] = [
      { kind: 'value', value: 'instead' },
      make(() => 'instead'),
      make(() => Promise.resolve('instead')),
    ];
    for (const fallback of fallbacks) {
      const { end, events } = saved({ fallback });
      const result = await end();
      expect(result).toMatchObject({ outcome: 'success', outputs: { a: 'instead', after: 'instead' } });
      expect(taskOf(result, 'a')).toMatchObject({ attempts: 1, by: 'fallback', error: undefined });
      expect(taskOf(result, 'a').attemptErrors).toHaveLength(1);
      expect(events.find(({ type }) => type === 'task.succeeded')).toMatchObject({
        output: 'instead',
        by: 'fallback',
      });
    }
  });

  test('of nothing is a fallback, too', async () => {
    const result = await saved({ fallback: { kind: 'value', value: undefined } }).end();
    expect(statesOf(result)).toEqual({ a: 'succeeded', after: 'succeeded' });
  });

  test('is asked once, after the last attempt, with its error', async () => {
    const asked: string[] = [];
    const { end } = saved({
      retry: { attempts: 3 },
      handler: (_: never, { attempt }) => {
        throw new Error(`no ${attempt}`);
      },
      fallback: make(({ message }) => asked.push(message)),
    });
    await end();
    expect(asked).toEqual(['no 3']);
  });

  test('that says skip skips the task', async () => {
    for (const fallback of [
      { kind: 'value', value: skip } as const,
      make(() => skip),
      make(() => Promise.resolve(skip)),
    ]) {
      const result = await saved({ fallback }).end();
      expect(statesOf(result)).toEqual({ a: 'skipped fallback', after: 'skipped dependency' });
      expect(result.outcome).toBe('success');
    }
  });

  test('that throws fails the task with both errors', async () => {
    for (const fallback of [make(fails), make(() => Promise.reject(new Error('no')))]) {
      const { error, state } = taskOf(
        await saved({ handler: () => Promise.reject(new Error('own')), fallback }).end(),
        'a',
      );
      expect(state).toBe('failed');
      expect(error).toBeInstanceOf(AggregateError);
      expect(error).toMatchObject({
        errors: [{ message: 'no' }, { message: 'own' }],
        cause: { message: 'own' },
      });
    }
  });

  test('stands in after a timeout and a queue timeout, not after the deadline', async () => {
    const fallback = { kind: 'value', value: 'instead' } as const;
    const slow = await saved({ handler: untilAborted, timeout: 10, fallback }).end();
    expect(slow.outputs['a']).toBe('instead');
    const late = await saved({ handler: untilAborted, deadline: 10, fallback }).end();
    expect(taskOf(late, 'a').error).toMatchObject({ code: 'deadline_exceeded' });
    const { clock, end } = drive(
      flowOf([
        { id: 'hog', priority: 1, handler: () => clock.sleep(100) },
        { id: 'a', handler: fails, queueTimeout: 20, fallback },
        after,
      ]),
      { concurrency: 1 },
    );
    const queued = await end();
    expect(queued.outputs).toMatchObject({ a: 'instead' });
    expect(taskOf(queued, 'a').attempts).toBe(0);
  });

  test('that is slow is ended by the deadline and not waited for in a cancelled run', async () => {
    const never = make(() => new Promise(() => undefined));
    const late = saved({ deadline: 30, fallback: never });
    expect(taskOf(await late.end(), 'a')).toMatchObject({
      state: 'failed',
      error: { code: 'deadline_exceeded' },
    });
    const { clock, handle, end } = saved({ fallback: never });
    await clock.settle();
    void handle.cancel('enough', { gracePeriod: 40 });
    expect((await end()).durationMs).toBe(40);
    expect(clock.timers).toBe(0);
  });

  test('that cancels the run itself changes nothing of what that made of its task', async () => {
    for (const force of [true, false]) {
      const { handle, end, events } = saved({
        fallback: make(() => {
          void handle.cancel('enough', { force });
          return 1;
        }),
      });
      expect(statesOf(await end())).toEqual({ a: 'cancelled', after: 'cancelled' });
      expect(lines(events).filter((line) => line === 'task.cancelled a')).toHaveLength(1);
    }
  });
});

const any: ErrorMatch = { kind: 'predicate', test: () => true };
const rule = (action: RecoveryAction, match: ErrorMatch = any): RecoveryRule => ({ match, action });
const value = (instead: string): RecoveryAction => ({ type: 'value', make: () => instead });

describe('a recovery rule', () => {
  class OwnError extends Error {
    readonly code = 'own_code';
  }
  const own = (): never => {
    throw new OwnError('own');
  };

  test('matches by class, by code or by predicate, and the first that matches decides', async () => {
    const matches: [ErrorMatch, boolean][] = [
      [{ kind: 'class', type: OwnError }, true],
      [{ kind: 'class', type: Error }, true],
      [{ kind: 'class', type: TypeError }, false],
      [{ kind: 'code', code: 'own_code' }, true],
      [{ kind: 'code', code: 'other_code' }, false],
      [{ kind: 'predicate', test: ({ message }) => message === 'own' }, true],
      [{ kind: 'predicate', test: ({ message }) => message === 'other' }, false],
    ];
    for (const [match, first] of matches) {
      const recover = [rule(value('first'), match), rule(value('second')), rule(value('third'))];
      const { end, events } = saved({ handler: own, recover });
      const result = await end();
      expect(result.outputs['a']).toBe(first ? 'first' : 'second');
      expect(taskOf(result, 'a').by).toBe('recovery');
      expect(events.find(({ type }) => type === 'task.recovering')).toMatchObject({
        rule: first ? 0 : 1,
        action: 'value',
      });
    }
  });

  test('that does not match leaves the task failed', async () => {
    const result = await saved({
      handler: own,
      recover: [rule(value('no'), { kind: 'code', code: 'x' })],
    }).end();
    expect(taskOf(result, 'a')).toMatchObject({ state: 'failed', error: { message: 'own' } });
  });

  test('retries after its own wait, as often as it may; then the next that matches decides', async () => {
    const { end, clock, events } = saved({
      recover: [rule({ type: 'retry', delay: '5s', times: 2 }), rule(value('given up'))],
    });
    const result = await end();
    expect(taskOf(result, 'a')).toMatchObject({ attempts: 3, by: 'recovery' });
    expect(clock.elapsedMs).toBe(10_000);
    expect(events.filter(({ type }) => type === 'task.recovering')).toMatchObject([
      { rule: 0, action: 'retry', retryInMs: 5_000 },
      { rule: 0, action: 'retry', retryInMs: 5_000 },
      { rule: 1, action: 'value' },
    ]);
  });

  test('retries once, at once and beyond what the retry policy allows where it says nothing', async () => {
    const { end, clock } = saved({
      retry: { attempts: 2, delay: 10 },
      handler: (_: never, { attempt }) => (attempt < 3 ? fails() : attempt),
      recover: [rule({ type: 'retry' })],
    });
    expect((await end()).outputs['a']).toBe(3);
    expect(clock.elapsedMs).toBe(10);
  });

  test('holds neither slot nor pool while it waits to retry', async () => {
    const order: string[] = [];
    const { end } = drive(
      flowOf([
        {
          id: 'a',
          priority: 1,
          handler: (_: never, { attempt }) => (order.push(`a#${attempt}`), attempt === 1 ? fails() : 1),
          recover: [rule({ type: 'retry', delay: 100 })],
        },
        { id: 'other', handler: () => order.push('other') },
      ]),
      { concurrency: 1 },
    );
    await end();
    expect(order).toEqual(['a#1', 'other', 'a#2']);
  });

  test('repairs before it retries, and waits for that', async () => {
    const order: string[] = [];
    const { end, clock } = saved({
      handler: (_: never, { attempt }) => {
        order.push(`try ${attempt} at ${clock.elapsedMs}`);
        if (attempt === 1) own();
      },
      recover: [
        rule({
          type: 'run_then_retry',
          delay: 5,
          repair: async ({ message }) => {
            order.push(`repair ${message}`);
            await clock.sleep(100);
          },
        }),
      ],
    });
    expect((await end()).outcome).toBe('success');
    expect(order).toEqual(['try 1 at 0', 'repair own', 'try 2 at 105']);
  });

  test('gives a value made of the error, at once or later', async () => {
    const makes = [({ message }: Error) => message, ({ message }: Error) => Promise.resolve(message)];
    for (const from of makes) {
      const { end } = saved({ handler: own, recover: [rule({ type: 'value', make: from })] });
      expect((await end()).outputs).toEqual({ a: 'own', after: 'own' });
    }
  });

  test('skips the task', async () => {
    const result = await saved({ recover: [rule({ type: 'skip' })] }).end();
    expect(statesOf(result)).toEqual({ a: 'skipped recovery', after: 'skipped dependency' });
    expect(result.outcome).toBe('success');
  });

  test('fails the task, with its error or another', async () => {
    const kept = await saved({ recover: [rule({ type: 'fail' }), rule(value('no'))] }).end();
    expect(taskOf(kept, 'a').error?.message).toBe('no');
    const other = rule({ type: 'fail', make: (cause) => new OwnError('clearer', { cause }) });
    expect(taskOf(await saved({ recover: [other] }).end(), 'a').error).toMatchObject({
      code: 'own_code',
      cause: { message: 'no' },
    });
  });

  test('that throws leaves the task failed with its own error, and the log says so', async () => {
    const actions: RecoveryRule[] = [
      rule(value('no'), { kind: 'predicate', test: fails }),
      rule({ type: 'value', make: fails }),
      rule({ type: 'value', make: () => Promise.reject(new Error('no')) }),
      rule({ type: 'run_then_retry', repair: () => Promise.reject(new Error('no')) }),
      rule({ type: 'fail', make: fails }),
    ];
    for (const broken of actions) {
      const { end, events } = saved({ handler: own, recover: [broken, rule(value('not asked'))] });
      expect(taskOf(await end(), 'a')).toMatchObject({ state: 'failed', error: { message: 'own' } });
      expect(events.find(({ type }) => type === 'task.log')).toMatchObject({
        level: 'warn',
        attempt: 1,
        message: 'a recovery rule threw: Error: no; the task fails as if there were none',
      });
    }
  });

  test('is asked only where there is no fallback, or it threw', async () => {
    const recover = [rule(value('by rule'))];
    expect(
      (await saved({ fallback: { kind: 'value', value: 'by fallback' }, recover }).end()).outputs['a'],
    ).toBe('by fallback');
    expect((await saved({ fallback: make(fails), recover }).end()).outputs['a']).toBe('by rule');
  });

  test('waits no longer than the deadline', async () => {
    const { end, clock } = saved({
      deadline: '2s',
      recover: [rule({ type: 'retry', delay: '1s', times: 9 })],
    });
    expect(taskOf(await end(), 'a')).toMatchObject({
      attempts: 2,
      error: { code: 'deadline_exceeded', cause: { message: 'no' } },
    });
    expect([clock.elapsedMs, clock.timers]).toEqual([2_000, 0]);
  });

  test('waits no longer than the run', async () => {
    const { end, clock, handle } = saved({ recover: [rule({ type: 'retry', delay: '1h' })] });
    await clock.settle();
    void handle.cancel();
    expect(statesOf(await end())).toEqual({ a: 'cancelled', after: 'cancelled' });
    expect([clock.elapsedMs, clock.timers]).toEqual([0, 0]);
  });
});
