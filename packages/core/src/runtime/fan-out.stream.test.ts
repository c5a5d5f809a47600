import { describe, expect, test } from 'vitest';

import { gate, type Gate } from '@wf-sdk/testing';
import { drive, fails, flowOf, lines, type PlainTask, taskOf } from '../../test/kit.ts';
import { pool } from '../index.ts';

/** A source that counts what is pulled of it and notes that it was closed. */
class Source implements AsyncIterable<number> {
  pulled = 0;
  closed = 0;
  readonly #length: number;
  readonly #next: (item: number) => number | Promise<number>;

  constructor(length: number, next: (item: number) => number | Promise<number> = (item) => item) {
    this.#length = length;
    this.#next = next;
  }

  [Symbol.asyncIterator](): AsyncIterator<number> {
    let item = 0;
    return {
      next: async () => {
        if (item >= this.#length) return { done: true, value: undefined };
        this.pulled++;
        return { done: false, value: await this.#next(item++) };
      },
      return: () => {
        this.closed++;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

function over(
  select: () => unknown,
  handler: PlainTask['handler'],
  policies: Partial<PlainTask> & { readonly concurrency?: number } = {},
) {
  const { concurrency = 2, ...others } = policies;
  return flowOf([{ id: 'map', fanOut: { kind: 'each', select, concurrency }, handler, ...others }]);
}

describe('an asynchronous source', () => {
  test('is pulled only as items can be under way', async () => {
    const source = new Source(1_000);
    const ends: Gate<void>[] = [];
    const { clock, handle } = drive(
      over(
        () => source,
        () => {
          const own = gate();
          ends.push(own);
          return own.promise;
        },
      ),
    );
    await clock.settle();
    expect([source.pulled, ends.length]).toEqual([2, 2]);
    ends[1]?.open();
    await clock.settle();
    expect([source.pulled, ends.length]).toEqual([3, 3]);
    void handle.cancel('enough', { force: true });
    await handle;
    expect([source.pulled, source.closed]).toEqual([3, 1]);
  });

  test('is pulled one item ahead of the slots of the run, and no further', async () => {
    const source = new Source(1_000);
    const busy = gate();
    const { clock, handle } = drive(
      over(
        () => source,
        () => busy.promise,
        { concurrency: 8 },
      ),
      { concurrency: 2 },
    );
    await clock.settle();
    expect(source.pulled).toBe(3);
    void handle.cancel('enough', { force: true });
    await handle;
  });

  test('gives results in its order, and is not closed once it has ended', async () => {
    const source = new Source(5);
    const { clock, end } = drive(
      over(
        () => source,
        ({ item }: { readonly item: number }) => clock.sleep(10 - item).then(() => item * 2),
        { concurrency: 5 },
      ),
    );
    expect((await end()).outputs['map']).toEqual([0, 2, 4, 6, 8]);
    expect(source.closed).toBe(0);
  });

  test('that is slow is waited for, without a slot', async () => {
    const driven = drive(
      flowOf([
        {
          id: 'map',
          priority: 1,
          fanOut: {
            kind: 'each',
            select: () => new Source(2, (item) => driven.clock.sleep(100).then(() => item)),
          },
          handler: ({ item }: { readonly item: number }) => item,
        },
        { id: 'other', handler: () => driven.clock.elapsedMs },
      ]),
      { concurrency: 1 },
    );
    expect((await driven.end()).outputs).toEqual({ map: [0, 1], other: 0 });
    const starts = driven.events.filter((event) => event.type === 'attempt.started' && event.task === 'map');
    expect(starts.map(({ at }) => at - driven.clock.startedAt)).toEqual([100, 200]);
  });

  test('is closed when an item fails the task, when the run is cancelled, and when the deadline passes', async () => {
    const failing = new Source(1_000);
    await drive(over(() => failing, fails)).end();
    const cancelled = new Source(1_000);
    const first = drive(
      over(
        () => cancelled,
        () => new Promise(() => undefined),
      ),
      { gracePeriod: 5 },
    );
    await first.clock.settle();
    void first.handle.cancel();
    await first.end();
    const late = new Source(1_000, () => new Promise(() => undefined));
    await drive(over(() => late, fails, { deadline: 20 })).end();
    expect([failing.closed, cancelled.closed, late.closed]).toEqual([1, 1, 1]);
    expect([failing.pulled <= 3, cancelled.pulled, late.pulled]).toEqual([true, 2, 1]);
  });

  test('that fails fails the task, and the items under way are stopped', async () => {
    const reasons: unknown[] = [];
    const source = new Source(9, (item) =>
      item === 1 ? Promise.reject(new Error('the source broke')) : item,
    );
    const { end, events } = drive(
      over(
        () => source,
        (_: never, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => reasons.push(signal.reason));
          }),
      ),
    );
    const { state, error, items } = taskOf(await end(), 'map');
    expect([state, error?.message, reasons]).toEqual(['failed', 'the source broke', [error]]);
    expect(items).toEqual({ items: 0, succeeded: 0, failed: 0 });
    expect(lines(events).filter((line) => line.includes('map'))).toEqual([
      'task.queued map',
      'task.fanned_out map',
      'attempt.started map#1',
      'task.failed map',
    ]);
  });

  test('may fail after the task has ended, and nobody hears of it', async () => {
    const pulled = gate<number>();
    const source = new Source(9, () => pulled.promise);
    const { clock, end, events } = drive(over(() => source, fails, { deadline: 5 }));
    await end();
    pulled.fail(new Error('late'));
    await clock.settle();
    expect(events.at(-1)?.type).toBe('run.finished');
  });

  test('that refuses to be closed does no harm', async () => {
    const stubborn = (close: () => never | Promise<never>): AsyncIterable<number> => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: close,
      }),
    });
    for (const close of [fails, () => Promise.reject(new Error('no'))])
      expect(taskOf(await drive(over(() => stubborn(close), fails)).end(), 'map').error).toMatchObject({
        code: 'item_failed',
      });
  });
});

describe('a source of items', () => {
  test('that fails at once fails the task once', async () => {
    const broken = function* () {
      yield 1;
      throw new Error('the source broke');
    };
    const { end, events } = drive(over(broken, () => 1));
    expect(taskOf(await end(), 'map')).toMatchObject({
      state: 'failed',
      error: { message: 'the source broke' },
    });
    expect(lines(events).filter((line) => line.includes('map'))).toEqual([
      'task.queued map',
      'task.fanned_out map',
      'attempt.started map#1',
      'item.succeeded map',
      'task.failed map',
    ]);
  });

  test('is closed where the task ends before it does', async () => {
    let closed = false;
    const source = function* () {
      try {
        for (;;) yield 1;
      } finally {
        closed = true;
      }
    };
    await drive(over(source, fails)).end();
    expect(closed).toBe(true);
  });

  test.each<[string, () => unknown, object]>([
    ['throws', fails, { message: 'no' }],
    ['rejects', () => Promise.reject(new Error('no')), { message: 'no' }],
    ['throws no error', () => Promise.reject('text'), { code: 'thrown_value', cause: 'text' }],
    ['gives a number', () => 7, { message: expect.stringMatching(/forEach.*number/) as string }],
    ['gives a text', () => 'abc', { message: expect.stringMatching(/forEach.*string/) as string }],
    ['gives nothing', () => null, { message: expect.stringMatching(/forEach.*null/) as string }],
    ['gives a broken iterator', () => ({ [Symbol.iterator]: () => ({ next: () => undefined }) }), {}],
    [
      'gives a broken async iterator',
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve() }) }),
      {},
    ],
  ])('from a function that %s fails the task, which a fallback can save', async (_, select, error) => {
    expect(taskOf(await drive(over(select, () => 1)).end(), 'map')).toMatchObject({
      state: 'failed',
      attempts: 0,
      error,
    });
    const saved = await drive(over(select, () => 1, { fallback: { kind: 'value', value: [] } })).end();
    expect(saved.outputs['map']).toEqual([]);
  });

  test('that cancels the run while it is asked gives no item any more', async () => {
    let called = false;
    const { handle, end, clock } = drive(
      over(
        function* () {
          yield 1;
          void handle.cancel();
          yield 2;
        },
        ({ item }: { readonly item: number }) => {
          called ||= item === 2;
          return clock.sleep(5);
        },
      ),
    );
    expect(taskOf(await end(), 'map').state).toBe('cancelled');
    expect([called, clock.timers]).toEqual([false, 0]);
  });
});

test('a source is not pulled to its end for items that only wait for a pool', async () => {
  const source = new Source(1_000);
  const door = gate();
  const few = pool('few', { slots: 2 });
  const driven = drive(
    over(
      () => source,
      () => door.promise,
      { pools: [{ pool: few }], concurrency: Number.POSITIVE_INFINITY },
    ),
  );
  await driven.clock.settle();
  expect(source.pulled).toBe(18);
  door.open();
  expect(taskOf(await driven.end(), 'map').items).toMatchObject({ items: 1_000, succeeded: 1_000 });
});
