import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { gate, VirtualClock } from '@wf-sdk/testing';
import { run, type RunOptions, workflow } from '../index.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => {
  process.off('unhandledRejection', note);
  if (unhandled.length > 0) throw new AggregateError(unhandled, 'rejections were left unhandled');
});

describe('what a handler does', () => {
  const one = async (handler: () => unknown, options?: RunOptions) => {
    const { tasks, outputs } = await run(workflow('w').addTask('a').run(handler), undefined, options);
    return { ...tasks.a, output: outputs.a };
  };

  test('at once, in a promise or in another thenable gives its output', async () => {
    expect((await one(() => 1)).output).toBe(1);
    expect((await one(() => Promise.resolve(2))).output).toBe(2);
    // oxlint-disable-next-line unicorn/no-thenable -- query builders are such
    expect((await one(() => ({ then: (resolve: (value: number) => void) => resolve(3) }))).output).toBe(3);
    expect(await one(() => undefined)).toMatchObject({ state: 'succeeded', output: undefined });
  });

  test('and throws, rejects or fails in its thenable is a failed attempt', async () => {
    const error = new Error('no');
    expect(
      await one(() => {
        throw error;
      }),
    ).toMatchObject({ state: 'failed', error });
    expect(await one(() => Promise.reject(error))).toMatchObject({ state: 'failed', error });
    expect(
      await one(() => ({
        // oxlint-disable-next-line unicorn/no-thenable -- query builders are such
        then: () => {
          throw error;
        },
      })),
    ).toMatchObject({ state: 'failed', error });
  });

  test('settles its thenable twice counts once', async () => {
    const both = (resolve: (value: number) => void, reject: (error: Error) => void): void => {
      resolve(1);
      reject(new Error('and yet'));
      resolve(2);
    };
    // oxlint-disable-next-line unicorn/no-thenable -- a bad one
    expect(await one(() => ({ then: both }))).toMatchObject({ state: 'succeeded', output: 1 });
  });

  test('late, after its task timed out, is no unhandled rejection', async () => {
    const clock = new VirtualClock();
    const late = gate();
    const handle = run(
      workflow('w')
        .addTask('a')
        .timeout(5)
        .run(() => late.promise),
      undefined,
      { clock },
    );
    await clock.passUntil(handle);
    late.fail(new Error('late'));
    await clock.settle();
    expect(unhandled).toEqual([]);
  });

  test('a failed run that nobody awaits is no unhandled rejection', async () => {
    const clock = new VirtualClock();
    const failing = workflow('w')
      .addTask('a')
      .retry({ attempts: 2, delay: 5 })
      .run(() => Promise.reject(new Error('no')));
    void run(failing, undefined, { clock });
    await clock.advance(10);
    expect(clock.timers).toBe(0);
    expect(unhandled).toEqual([]);
  });

  test('is known to it by its context', async () => {
    let seen: unknown;
    const flow = workflow('etl', { version: '1.2.0' })
      .addTask('a')
      .run((_, { run: info, task, attempt, idempotencyKey, signal }) => {
        seen = { info, task, attempt, idempotencyKey, aborted: signal.aborted };
      });
    await run(flow, undefined, { id: 'r1', clock: new VirtualClock() });
    const info = { id: 'r1', workflow: 'etl', version: '1.2.0', startedAt: new VirtualClock().startedAt };
    expect(seen).toEqual({ info, task: { id: 'a' }, attempt: 1, idempotencyKey: 'r1/a', aborted: false });
  });
});
