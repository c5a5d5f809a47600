import { describe, expect, test } from 'vitest';
import { openThreads, sharedNumbers } from '../../test/threads/harness.ts';
import { isRetryable } from '../model/error.ts';

const { dispatch, failure } = await openThreads({ threads: 2 });

describe('a thread whose heap has outgrown its limit', { timeout: 30_000 }, () => {
  test.each(['rows', 'numbers', 'keys', 'texts'])(
    'fails its attempt alone, also where V8 would end the process: a heap of %s',
    async (what) => {
      const shared = sharedNumbers();
      const held = dispatch({ task: 'hold', input: { shared } });
      const error = await failure({ task: 'hoard', input: { what }, memoryBytes: 64e6 });
      expect(error).toMatchObject({ name: 'IsolationError', code: 'isolation_failed' });
      expect(error.message).toBe(
        `task 'hoard' ran out of memory: its thread's heap may hold 64MB. Let it hold less at a time, or give it more: .isolate({ memory: '128MB' })`,
      );
      expect(isRetryable(error)).toBe(true);
      Atomics.store(shared, 1, 1);
      expect(await held).toBe('held');
    },
  );

  test('has not if most of it is garbage', async () => {
    expect(await dispatch({ task: 'litter', memoryBytes: 32e6 })).toBe(100);
  });
});

describe('a thread that ends by itself', () => {
  test('by process.exit fails its attempt alone, and the next attempt gets a new one', async () => {
    const one = await openThreads({ threads: 1 });
    const error = await one.failure({ task: 'exit' });
    expect(error.message).toBe(
      `task 'exit' ended its thread with process.exit(3) before it was done. Let it return, or throw an error instead`,
    );
    expect(isRetryable(error)).toBe(true);
    expect(await one.dispatch({ task: 'where' })).toMatchObject({ attempts: 1 });
  });

  test('by an error that nothing catches fails its attempt alone, with that error as the cause', async () => {
    const one = await openThreads({ threads: 1 });
    const error = await one.failure({ task: 'crash' });
    expect(error.message).toBe(
      `task 'crash' lost its thread to an error that nothing caught: TypeError: out of nowhere. Await every promise that it makes, and handle the errors of every stream and emitter`,
    );
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(isRetryable(error)).toBe(true);
    expect(await one.dispatch({ task: 'where' })).toMatchObject({ attempts: 1 });
  });

  test('after its attempt has ended is replaced, and a warning says so', async () => {
    const one = await openThreads({ threads: 1 });
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    expect(await one.dispatch({ task: 'litterbug' })).toBe('fine');
    expect((await warned).message).toBe('what an isolated task left behind on its thread failed: late');
    expect(await one.dispatch({ task: 'where' })).toMatchObject({ attempts: 1 });
  });
});

describe('what cannot be sent', () => {
  test('in the data is named, and not tried again', async () => {
    const error = await failure({ task: 'echo', input: { rows: [{ render: () => 1 }] } });
    expect(error.message).toBe(
      `task 'echo' cannot be sent to its thread: data.input.rows[0].render is a function. Let what it depends on, or the input, give what can be cloned`,
    );
    expect(isRetryable(error)).toBe(false);
  });

  test('in the output is named too', async () => {
    const error = await failure({ task: 'unsendable' });
    expect(error.message).toBe(
      `the output of task 'unsendable' cannot be sent from its thread: output.rows[1].render is a function. Let it give what can be cloned`,
    );
    expect(isRetryable(error)).toBe(false);
  });
});
