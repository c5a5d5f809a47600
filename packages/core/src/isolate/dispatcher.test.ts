import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { threadModule } from '../../test/threads/build.ts';
import { openThreads, pipeline, RUN, sharedNumbers, until } from '../../test/threads/harness.ts';
import { CancelledError, TimeoutError } from '../model/error.ts';
import { createThreadDispatcher } from './dispatcher.ts';

const { dispatch, failure } = await openThreads({ threads: 2 });

describe('a handler on a thread', () => {
  test('gets its data and gives its output, cloned', async () => {
    const input = { day: new Date(5), ids: new Set([1]), rows: new Map([['a', 1n]]), no: undefined };
    const output = await dispatch({ task: 'echo', input });
    expect(output).toEqual(input);
    expect(output).not.toBe(input);
  });

  test('gets a context of its own, away from the main thread', async () => {
    expect(await dispatch({ task: 'where', attempt: 2 })).toMatchObject({
      isMainThread: false,
      attempt: 2,
      run: RUN,
      task: { id: 'where' },
      aborted: false,
      idempotencyKey: 'r1/where',
    });
    expect(await dispatch({ task: 'where', item: 7 })).toMatchObject({ idempotencyKey: 'r1/where/7' });
  });

  test('is heard when it logs, in order and before it ends', async () => {
    const lines: (readonly unknown[])[] = [];
    await dispatch({ task: 'log', log: (...line) => lines.push(line) });
    expect(lines).toEqual([
      ['debug', 'plain', undefined],
      ['info', 'with fields', { at: new Date(0), count: 2 }],
      ['warn', 'with a function', { kept: 1 }],
      ['error', 'last', undefined],
    ]);
  });

  test('tells its metrics where somebody collects them', async () => {
    const told: unknown[] = [];
    const measure = (measured: unknown): void => void told.push(measured);
    await dispatch({ task: 'measure', measure });
    expect(told).toEqual([]);
    await dispatch({ task: 'measure', measure, metered: true });
    expect(told).toEqual([
      { use: 'add', name: 'rows', value: 3, options: { unit: '{row}' } },
      { use: 'record', name: 'size', value: 12.5, options: undefined },
    ]);
  });

  test('sees exactly the environment it was given, else a copy of the process’s', async () => {
    expect(await dispatch({ task: 'environment', env: { ONLY: 'this' } })).toEqual({ ONLY: 'this' });
    expect(await dispatch({ task: 'environment', env: {} })).toEqual({});
    expect(await dispatch({ task: 'environment' })).toEqual({ ...process.env });
  });

  test('throws what arrives as it was', async () => {
    expect(await failure({ task: 'refuse' })).toMatchObject({
      code: 'non_retryable',
      message: 'no use',
      cause: { name: 'HttpError', message: 'busy', status: 503, retryAfter: '2s' },
    });
  });
});

describe('threads', () => {
  test('compute at the same time: each attempt blocks until it sees the other', async () => {
    const input = { shared: sharedNumbers(), many: 2 };
    const meet = (): Promise<unknown> => dispatch({ task: 'meet', input });
    expect(new Set(await Promise.all([meet(), meet()])).size).toBe(2);
  });

  test('are used again, with what they have loaded', async () => {
    const one = await openThreads({ threads: 1 });
    const first = await one.dispatch({ task: 'where' });
    expect([first, await one.dispatch({ task: 'where' })]).toMatchObject([{ attempts: 1 }, { attempts: 2 }]);
  });

  test('are never more than allowed, whatever their kind', async () => {
    const one = await openThreads({ threads: 1 });
    expect(one.dispatcher.slots).toBe(1);
    const shared = sharedNumbers();
    const held = one.dispatch({ task: 'hold', input: { shared } });
    const next = one.dispatch({ task: 'meet', input: { shared, many: 1 }, env: {} });
    await until(() => Atomics.load(shared, 0) === 1);
    await dispatch({ task: 'where' });
    expect(Atomics.load(shared, 0)).toBe(1);
    Atomics.store(shared, 1, 1);
    expect(await held).toBe('held');
    await next;
    expect(Atomics.load(shared, 0)).toBe(2);
  });

  test('are not taken by what is aborted while it waits for its turn', async () => {
    const one = await openThreads({ threads: 1 });
    const shared = sharedNumbers();
    const held = one.dispatch({ task: 'hold', input: { shared } });
    const controller = new AbortController();
    const waiting = one.failure({ task: 'meet', input: { shared, many: 1 }, signal: controller.signal });
    await until(() => Atomics.load(shared, 0) === 1);
    const reason = new CancelledError('enough');
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    Atomics.store(shared, 1, 1);
    expect(await held).toBe('held');
    await one.dispatch({ task: 'where' });
    expect(Atomics.load(shared, 0)).toBe(1);
  });

  test('do not keep the process alive', async () => {
    const [script, module, file] = await Promise.all([
      pipeline('exits.ts'),
      pipeline('pipeline.ts'),
      threadModule(),
    ]);
    const ended = await promisify(execFile)(process.execPath, [fileURLToPath(script), file, module]);
    expect(JSON.parse(ended.stdout)).toMatchObject({ isMainThread: false });
    expect(ended.stderr).toBe('');
  });

  test('cannot be none', () => {
    const message = /^option 'threads' must be a whole number from 1, not 0$/;
    expect(() => createThreadDispatcher({ threads: 0 })).toThrow(message);
  });
});

describe('an aborted attempt', () => {
  const reason = new TimeoutError('any', 1, 50);

  test('has its own signal aborted first; what it still gives is dropped', async () => {
    const shared = sharedNumbers();
    const controller = new AbortController();
    const failed = failure({ task: 'heed', input: { shared }, signal: controller.signal });
    await until(() => Atomics.load(shared, 0) === 1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(Atomics.load(shared, 1)).toBe(`TimeoutError: ${reason.message}`.length);
  });

  test.each(['block', 'ignore'])('that goes on loses its thread, no other does: %s', async (task) => {
    const [shared, other] = [sharedNumbers(), sharedNumbers()];
    const held = dispatch({ task: 'hold', input: { shared: other } });
    const controller = new AbortController();
    const failed = failure({ task, input: { shared }, signal: controller.signal });
    await until(() => Atomics.load(shared, 0) > 0 && Atomics.load(other, 0) === 1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    const before = String(shared);
    await dispatch({ task: 'where' });
    expect(String(shared)).toBe(before);
    Atomics.store(other, 1, 1);
    expect(await held).toBe('held');
  });

  test('does not begin when it was aborted before, or while its thread was made', async () => {
    const one = await openThreads({ threads: 1 });
    expect(await one.failure({ task: 'block', signal: AbortSignal.abort(reason) })).toBe(reason);
    const controller = new AbortController();
    const input = { shared: sharedNumbers() };
    const failed = one.failure({ task: 'block', input, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    expect(await failed).toBe(reason);
    expect(await one.dispatch({ task: 'where' })).toMatchObject({ isMainThread: false });
  });
});

describe('closing', () => {
  test('ends what goes on and refuses what comes', async () => {
    const one = await openThreads({ threads: 1 });
    const shared = sharedNumbers();
    const failures = [1, 2].map(() => one.failure({ task: 'block', input: { shared } }));
    await until(() => Atomics.load(shared, 0) > 0);
    await one.dispatcher.close();
    for (const failed of [...failures, one.failure({ task: 'where' })]) {
      expect(await failed).toMatchObject({ code: 'cancelled', cause: 'its threads were closed' });
    }
  });

  test('needs no threads to have been made', async () => {
    const { dispatcher } = await openThreads();
    await expect(dispatcher.close()).resolves.toBeUndefined();
  });
});
