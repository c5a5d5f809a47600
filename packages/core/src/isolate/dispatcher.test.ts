import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildModule, createTestDispatcher } from '../../test/threads/build.ts';
import type { RunInfo } from '../model/context.ts';
import {
  CancelledError,
  isRetryable,
  isWorkflowError,
  NonRetryableError,
  TimeoutError,
} from '../model/error.ts';
import { RetryAfterError, ValidationError } from '../model/error.ts';
import type { DispatchRequest } from '../model/ports.ts';
import type { Dispatching } from './dispatcher.ts';

const RUN: RunInfo = { id: 'r1', workflow: 'threads', version: '1.0.0', startedAt: 5 };
const never = new AbortController().signal;
const dispatchers: Dispatching[] = [];
let module: string;
let dispatcher: Dispatching;

beforeAll(async () => {
  module = await buildModule(new URL('../../test/threads/pipeline.ts', import.meta.url).href);
  dispatcher = await open({ threads: 2 });
});
afterAll(() => Promise.all(dispatchers.map((opened) => opened.close())));

async function open(options?: Parameters<typeof createTestDispatcher>[0]): Promise<Dispatching> {
  const opened = await createTestDispatcher(options);
  dispatchers.push(opened);
  return opened;
}

interface Case extends Partial<Omit<DispatchRequest, 'data'>> {
  readonly task: string;
  readonly input?: object | undefined;
  readonly on?: Dispatching;
  readonly signal?: AbortSignal;
  readonly log?: (...line: readonly unknown[]) => void;
}

function dispatch({
  on = dispatcher,
  signal = never,
  log = () => undefined,
  input,
  ...about
}: Case): Promise<unknown> {
  const request: DispatchRequest = {
    module,
    workflow: 'threads',
    attempt: 1,
    item: undefined,
    run: RUN,
    data: { input },
    memoryBytes: undefined,
    env: undefined,
    ...about,
  };
  return on.dispatch(request, { log }, signal);
}

function failureOf(about: Case): Promise<Error> {
  return dispatch(about).then(
    (output) => expect.unreachable(`it succeeded with ${String(output)}`),
    (error: unknown) => error as Error,
  );
}

function sharedNumbers(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a handler on a thread', () => {
  test('gets its data and gives its output, cloned', async () => {
    const input = {
      day: new Date(5),
      ids: new Set([1]),
      rows: new Map([['a', 1n]]),
      bytes: new Uint8Array([7]),
      no: undefined,
    };
    const output = await dispatch({ task: 'echo', input });
    expect(output).toEqual(input);
    expect(output).not.toBe(input);
  });

  test('gets a context of its own, away from the main thread', async () => {
    const seen = await dispatch({ task: 'where', attempt: 2 });
    expect(seen).toMatchObject({
      isMainThread: false,
      attempt: 2,
      run: RUN,
      task: { id: 'where' },
      aborted: false,
      idempotencyKey: 'r1/where',
    });
    expect(await dispatch({ task: 'where', item: 7 })).toMatchObject({ idempotencyKey: 'r1/where/7' });
  });

  test('finds its module loaded once on each thread', async () => {
    const on = await open({ threads: 1 });
    const places = [await dispatch({ on, task: 'where' }), await dispatch({ on, task: 'where' })];
    expect(places).toMatchObject([{ attempts: 1 }, { attempts: 2 }]);
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

  test('sees exactly the environment it was given, else a copy of the process’s', async () => {
    expect(await dispatch({ task: 'environment', env: { ONLY: 'this' } })).toEqual({ ONLY: 'this' });
    expect(await dispatch({ task: 'environment' })).toEqual({ ...process.env });
  });
});

describe('threads', () => {
  test('compute at the same time: each waits, blocking, until it sees the other', async () => {
    const input = { shared: sharedNumbers(), many: 2 };
    const threads = await Promise.all([dispatch({ task: 'meet', input }), dispatch({ task: 'meet', input })]);
    expect(new Set(threads).size).toBe(2);
  });

  test('are never more than allowed, over all kinds of thread', async () => {
    const on = await open({ threads: 1 });
    const shared = sharedNumbers();
    const held = dispatch({ on, task: 'hold', input: { shared } });
    const next = dispatch({ on, task: 'meet', input: { shared, many: 1 }, env: {} });
    await until(() => Atomics.load(shared, 0) === 1);
    await dispatch({ task: 'where' });
    expect(Atomics.load(shared, 0)).toBe(1);
    Atomics.store(shared, 1, 1);
    expect(await held).toBe('held');
    await next;
    expect(Atomics.load(shared, 0)).toBe(2);
  });

  test('are not needed by what is aborted while it waits for its turn', async () => {
    const on = await open({ threads: 1 });
    const shared = sharedNumbers();
    const held = dispatch({ on, task: 'hold', input: { shared } });
    const controller = new AbortController();
    const waiting = failureOf({ on, task: 'meet', input: { shared, many: 1 }, signal: controller.signal });
    await until(() => Atomics.load(shared, 0) === 1);
    const reason = new CancelledError('enough');
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    Atomics.store(shared, 1, 1);
    expect(await held).toBe('held');
    await dispatch({ on, task: 'where' });
    expect(Atomics.load(shared, 0)).toBe(1);
  });

  test('cannot be had for nothing', () => {
    expect(() => new (dispatcher.constructor as typeof Dispatching)({ threads: 0 }, '')).toThrow(
      /option 'threads' must be a whole number from 1, not 0/,
    );
  });
});

describe('an aborted attempt', () => {
  const reason = new TimeoutError('any', 1, 50);

  test('has its own signal aborted first; what it still gives is dropped', async () => {
    const shared = sharedNumbers();
    const controller = new AbortController();
    const failure = failureOf({ task: 'heed', input: { shared }, signal: controller.signal });
    await until(() => Atomics.load(shared, 0) === 1);
    controller.abort(reason);
    expect(await failure).toBe(reason);
    expect(Atomics.load(shared, 1)).toBe(`TimeoutError: ${reason.message}`.length);
  });

  test.each(['block', 'ignore'])('that does not end loses its thread, and others go on: %s', async (task) => {
    const shared = sharedNumbers();
    const other = sharedNumbers();
    const held = dispatch({ task: 'hold', input: { shared: other } });
    const controller = new AbortController();
    const failure = failureOf({ task, input: { shared }, signal: controller.signal });
    await until(() => Atomics.load(shared, 0) > 0 && Atomics.load(other, 0) === 1);
    controller.abort(reason);
    expect(await failure).toBe(reason);
    const [before] = [String(shared)];
    await dispatch({ task: 'where' });
    expect(String(shared)).toBe(before);
    Atomics.store(other, 1, 1);
    expect(await held).toBe('held');
  });

  test('does not begin when it was aborted before, or as its thread starts', async () => {
    const on = await open({ threads: 1 });
    expect(await failureOf({ on, task: 'block', signal: AbortSignal.abort(reason) })).toBe(reason);
    const controller = new AbortController();
    const failure = failureOf({
      on,
      task: 'block',
      input: { shared: sharedNumbers() },
      signal: controller.signal,
    });
    setImmediate(() => controller.abort(reason));
    expect(await failure).toBe(reason);
    expect(await dispatch({ on, task: 'where' })).toMatchObject({ isMainThread: false });
  });
});

describe('a thread that is lost', () => {
  const MB = 1e6;

  test.each([
    ['many small things', 'rows'],
    ['one growing list', 'numbers'],
  ])(
    'to a heap full of %s fails its attempt alone',
    async (_, what) => {
      const other = sharedNumbers();
      const held = dispatch({ task: 'hold', input: { shared: other } });
      const error = await failureOf({ task: 'hoard', input: { what }, memoryBytes: 64 * MB });
      expect(error.message).toBe(
        `task 'hoard' ran out of memory: its thread's heap may hold 64MB. Let it hold less at a time, or give it more: .isolate({ memory: '128MB' })`,
      );
      expect(error).toMatchObject({ name: 'IsolationError', code: 'isolation_failed' });
      expect(isRetryable(error)).toBe(true);
      Atomics.store(other, 1, 1);
      expect(await held).toBe('held');
    },
    30_000,
  );

  test('is not lost to garbage', async () => {
    expect(await dispatch({ task: 'litter', memoryBytes: 32 * MB })).toBe(100);
  }, 30_000);

  test('to process.exit fails its attempt alone, and the next gets a new one', async () => {
    const on = await open({ threads: 1 });
    const error = await failureOf({ on, task: 'exit' });
    expect(error.message).toBe(
      `task 'exit' ended its thread with process.exit(3) before it was done. Let it return, or throw an error instead`,
    );
    expect(isRetryable(error)).toBe(true);
    expect(await dispatch({ on, task: 'where' })).toMatchObject({ attempts: 1 });
  });

  test('to an error that nothing catches fails its attempt alone, with that error as the cause', async () => {
    const on = await open({ threads: 1 });
    const error = await failureOf({ on, task: 'crash' });
    expect(error.message).toMatch(
      /^task 'crash' lost its thread to an error that nothing caught: TypeError: out of nowhere\. Await/,
    );
    expect(error).toMatchObject({
      code: 'isolation_failed',
      cause: { name: 'TypeError', message: 'out of nowhere' },
    });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(await dispatch({ on, task: 'where' })).toMatchObject({ attempts: 1 });
  });

  test('to what an ended attempt left behind is replaced, and a warning says so', async () => {
    const on = await open({ threads: 1 });
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    expect(await dispatch({ on, task: 'litterbug' })).toBe('fine');
    expect((await warned).message).toBe('what an isolated task left behind on its thread failed: late');
    expect(await dispatch({ on, task: 'where' })).toMatchObject({ attempts: 1 });
  });
});

describe('what cannot be sent', () => {
  test('in the data is named, and not tried again', async () => {
    const error = await failureOf({ task: 'echo', input: { rows: [{ render: () => 1 }] } });
    expect(error.message).toBe(
      `task 'echo' cannot be sent to its thread: data.input.rows[0].render is a function. Let what it depends on, or the input, give what can be cloned`,
    );
    expect(isRetryable(error)).toBe(false);
  });

  test('in the output is named too', async () => {
    const error = await failureOf({ task: 'unsendable' });
    expect(error.message).toBe(
      `the output of task 'unsendable' cannot be sent from its thread: output.rows[1].render is a function. Let it give what can be cloned`,
    );
    expect(isRetryable(error)).toBe(false);
  });
});

describe('an error thrown on a thread arrives', () => {
  const thrown = (what: string): Promise<Error> => failureOf({ task: 'throw', input: { what } });

  test('with its name, message, stack, code and cause', async () => {
    const error = await thrown('error');
    expect(error).toMatchObject({
      name: 'Error',
      message: 'plain',
      cause: { name: 'TypeError', message: 'below' },
    });
    expect(error.stack).toMatch(/^Error: plain\n    at .*built\.mjs/);
    expect(Object.keys(error)).toEqual([]);
    expect(await thrown('system')).toMatchObject({ code: 'ENOENT', errno: -2 });
    expect(await thrown('type')).toBeInstanceOf(TypeError);
    const many = (await thrown('many')) as AggregateError;
    expect(many).toBeInstanceOf(AggregateError);
    expect(many.errors).toMatchObject([{ message: 'one' }, { name: 'RangeError', message: 'two' }]);
    expect(await thrown('abort')).toMatchObject({ name: 'AbortError', code: 20 });
    expect(await thrown('circle')).toMatchObject({ message: 'round', cause: undefined });
  });

  test('of a class of the user’s with its name and what can be sent of its properties', async () => {
    const error = await thrown('own');
    expect(error).toMatchObject({ name: 'HttpError', message: 'busy', status: 503, retryAfter: '2s' });
    expect(error).not.toHaveProperty('request');
  });

  test('of our family as one of it', async () => {
    const final = await thrown('final');
    expect(final).toBeInstanceOf(NonRetryableError);
    expect(final).toMatchObject({ code: 'non_retryable', message: 'no use', cause: { message: 'why' } });
    expect([isWorkflowError(final), isRetryable(final)]).toEqual([true, false]);
    const later = await thrown('later');
    expect(later).toBeInstanceOf(RetryAfterError);
    expect(later).toMatchObject({ code: 'retry_after', retryAfter: '30s' });
    const invalid = await thrown('invalid');
    expect(invalid).toBeInstanceOf(ValidationError);
    expect(invalid).toMatchObject({
      code: 'output_invalid',
      issues: [{ path: ['a', 0], message: 'too small' }],
    });
  });

  test.each([
    ['text', 'just text'],
    ['nothing', undefined],
    ['callback', '() => () => 1'],
  ])('as it is where it is no error: %s', async (what, value) => {
    expect(await thrown(what)).toBe(value);
  });
});

describe('closing', () => {
  test('ends what goes on and refuses what comes', async () => {
    const on = await open({ threads: 1 });
    const shared = sharedNumbers();
    const failures = [1, 2].map(() => failureOf({ on, task: 'block', input: { shared } }));
    await until(() => Atomics.load(shared, 0) > 0);
    await on.close();
    for (const failure of [...failures, failureOf({ on, task: 'where' })]) {
      expect(await failure).toMatchObject({
        code: 'cancelled',
        message: 'the run was cancelled: its threads were closed',
      });
    }
  });

  test('is fine where no thread was needed', async () => {
    await (await open()).close();
  });
});
