// What threads do in tests. `shared` are numbers that all threads see.
import { isMainThread, threadId } from 'node:worker_threads';

import { workflow } from '../../src/define/workflow.ts';
import { NonRetryableError } from '../../src/model/error.ts';

interface Input {
  readonly shared: Int32Array;
  readonly [name: string]: unknown;
}

class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status = 503;
  readonly retryAfter = '2s';
  readonly request = (): void => undefined;
}

let attempts = 0;

export const flow = workflow<Input>('threads')
  .addTask('echo')
  .run(({ input }) => input)
  .addTask('where')
  .run((_, { attempt, run, task, idempotencyKey, signal }) => {
    attempts++;
    const { aborted } = signal;
    return { isMainThread, threadId, attempts, attempt, run, task, idempotencyKey, aborted };
  })
  .addTask('environment')
  .run(() => process.env)
  .addTask('log')
  .run((_, { log }) => {
    log.debug('plain');
    log.info('with fields', { at: new Date(0), count: 2 });
    log.warn('with a function', { render: () => 1, kept: 1 });
    log.error('last');
  })
  .addTask('measure')
  .run((_, { metrics }) => {
    metrics.add('rows', 3, { unit: '{row}' });
    metrics.record('size', 12.5);
  })
  // Blocks until as many attempts as `many` are in here.
  .addTask('meet')
  .run(({ input: { shared, many } }) => {
    Atomics.add(shared, 0, 1);
    while (Atomics.load(shared, 0) < Number(many));
    return threadId;
  })
  .addTask('block')
  .run(({ input: { shared } }) => {
    for (;;) Atomics.add(shared, 0, 1);
  })
  // Blocks until told to go on by `shared[1]`.
  .addTask('hold')
  .run(({ input: { shared } }) => {
    Atomics.add(shared, 0, 1);
    while (Atomics.load(shared, 1) === 0);
    return 'held';
  })
  .addTask('heed')
  .run(async ({ input: { shared } }, { signal }) => {
    Atomics.store(shared, 0, 1);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    const { name, message } = signal.reason as Error;
    Atomics.store(shared, 1, `${name}: ${message}`.length);
    return 'in time';
  })
  .addTask('ignore')
  .run(async ({ input: { shared } }) => {
    Atomics.store(shared, 0, 1);
    await new Promise(() => {
      setInterval(() => Atomics.add(shared, 1, 1), 1);
    });
  })
  .addTask('hoard')
  .run(({ input: { what } }) => {
    const list: unknown[] = [];
    const table: Record<string, number> = {};
    for (let i = 0; ; i++) {
      if (what === 'rows') list.push({ i, name: `row ${i}` });
      if (what === 'numbers') list.push(i);
      if (what === 'keys') table[`key ${i}`] = i;
      if (what === 'texts') list.push(`text ${i}`.repeat(1_000));
    }
  })
  .addTask('litter')
  .run(() => {
    const kept: unknown[] = [];
    for (let i = 0; i < 30_000; i++) {
      if (i % 300 === 0) kept.push(new Array(1_000).fill(i));
      new Array(10_000).fill(i);
    }
    return kept.length;
  })
  .addTask('exit')
  .run(() => {
    process.exit(3);
  })
  .addTask('crash')
  .run(() => {
    setTimeout(() => {
      throw new TypeError('out of nowhere');
    });
    return new Promise(() => {
      setInterval(() => undefined, 1_000);
    });
  })
  .addTask('litterbug')
  .run(() => {
    setTimeout(() => {
      throw new Error('late');
    }, 20);
    return 'fine';
  })
  .addTask('unsendable')
  .run(() => ({ rows: [{ id: 1 }, { id: 2, render: () => 1 }] }))
  .addTask('refuse')
  .run(() => {
    throw new NonRetryableError('no use', { cause: new HttpError('busy') });
  });
