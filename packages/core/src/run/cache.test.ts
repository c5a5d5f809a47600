import { describe, expect, test } from 'vitest';
import { gate, mortalStore } from '@wf-sdk/testing';
import { callsSoFar, counting, desk, storeWith } from '../../test/cache.ts';
import { flowOf, lines, recorder, schemaOf, statesOf, taskOf } from '../../test/kit.ts';
import {
  type CacheEntry,
  createMemoryStore,
  pool,
  resume,
  run,
  type RunOptions,
  skip,
  type Store,
  StoreError,
  type Workflow,
  workflow,
} from '../index.ts';

describe('a task with .cache()', () => {
  test('gives in a later run what it gave before, and its handler is not called', async () => {
    const { go } = desk();
    const { events, observe } = recorder();
    const made: string[] = [];
    const flow = flowOf([
      { id: 'a', cache: {}, handler: ({ input }: { input: number }) => made.push('a') && new Date(input) },
      { id: 'b', dependsOn: ['a'], handler: ({ a }: { a: Date }) => made.push('b') && a.getTime() },
    ]);
    const first = await go(flow, 5);
    const second = await go(flow, 5, { id: 'second', observers: [observe] });
    expect(made).toEqual(['a', 'b', 'b']);
    expect(second.outputs).toEqual({ a: new Date(5), b: 5 });
    expect(taskOf(first, 'a')).toMatchObject({ by: undefined, attempts: 1 });
    expect(taskOf(second, 'a')).toMatchObject({ state: 'succeeded', by: 'cache', attempts: 0 });
    expect(lines(events).slice(1, 3)).toEqual(['task.queued a', 'task.succeeded a']);
    expect(events[2]).toMatchObject({ by: 'cache', output: new Date(5) });
  });

  test('says so of its run when that is asked for again', async () => {
    const { go, store } = desk();
    await go(counting());
    await go(counting(), undefined, { id: 'hit' });
    expect(taskOf(await resume(counting(), 'hit', { store }), 'a').by).toBe('cache');
  });

  test('runs in a run without a store, and with `cache: false`, which keeps nothing either', async () => {
    const { go, store } = desk();
    const before = callsSoFar();
    const outputs = async (options: RunOptions): Promise<number> =>
      Number((await go(counting(), undefined, options)).outputs['a']) - before;
    expect(await outputs({ cache: false })).toBe(1);
    expect(await store.clearCache()).toBe(0);
    expect(await outputs({})).toBe(2);
    expect(await outputs({ cache: false })).toBe(3);
    expect(await outputs({})).toBe(2);
    expect((await run(counting())).outputs['a']).toBe(before + 4);
    expect(() => run(counting(), undefined, { cache: 'no' as never })).toThrow(
      /option 'cache' must be true or false/,
    );
  });

  test('runs again when its output was cleared', async () => {
    const { go, store } = desk();
    const first = await go(counting());
    expect(await store.clearCache({ task: 'b' })).toBe(0);
    expect((await go(counting())).outputs).toEqual(first.outputs);
    expect(await store.clearCache({ workflow: 'w', task: 'a' })).toBe(1);
    expect((await go(counting())).outputs).not.toEqual(first.outputs);
  });
});

describe('ttl', () => {
  test('counts from when the output was kept, and ends with it', async () => {
    const { go, clock } = desk();
    const flow = counting({ cache: { ttl: '10s' } });
    const first = await go(flow);
    await clock.advance(9_999);
    expect((await go(flow)).outputs).toEqual(first.outputs);
    await clock.advance(1);
    expect(taskOf(await go(flow), 'a').by).toBeUndefined();
    expect(taskOf(await go(flow), 'a').by).toBe('cache');
  });

  test('holds for what was kept before it was said', async () => {
    const { go, clock } = desk();
    await go(counting());
    await clock.advance('1d');
    expect(taskOf(await go(counting()), 'a').by).toBe('cache');
    expect(taskOf(await go(counting({ cache: { ttl: '1h' } })), 'a').by).toBeUndefined();
  });
});

describe('what is kept', () => {
  test('is what the handler gave and its schema made of it; neither fallbacks nor failures', async () => {
    const { go } = desk();
    let fails = true;
    const flow = (fallback: unknown): Workflow =>
      counting({
        handler: () => {
          if (fails) throw new Error('no');
          return 2;
        },
        fallback: { kind: 'value', value: fallback },
        output: schemaOf((value: number) => 10 * value),
      });
    expect(taskOf(await go(flow(7)), 'a').by).toBe('fallback');
    expect(statesOf(await go(flow(skip)))).toEqual({ a: 'skipped fallback' });
    fails = false;
    expect(taskOf(await go(flow(7)), 'a')).toMatchObject({ by: undefined });
    fails = true;
    const found = await go(flow(7));
    expect([taskOf(found, 'a').by, found.outputs['a']]).toEqual(['cache', 20]);
  });

  test('comes from a later attempt too, and is looked for again before each', async () => {
    const { go, clock, store } = desk();
    let fails = true;
    const flow = counting({
      retry: { attempts: 2, delay: '5s' },
      handler: () => {
        if (fails) throw new Error('not yet');
        return {};
      },
    });
    const waits = run(flow, undefined, { clock, store });
    await clock.advance('1s');
    fails = false;
    const other = await go(flow);
    const found = await clock.passUntil(waits);
    expect(taskOf(found, 'a')).toMatchObject({ by: 'cache', attempts: 1 });
    expect(found.outputs).toEqual(other.outputs);
    await store.clearCache();
    fails = true;
    const retried = run(flow, undefined, { clock, store });
    await clock.advance('1s');
    fails = false;
    expect(taskOf(await clock.passUntil(retried), 'a')).toMatchObject({ by: undefined, attempts: 2 });
    expect(taskOf(await go(flow), 'a').by).toBe('cache');
  });
});

describe('a fanned-out task with .cache()', () => {
  const squares = (made: unknown[]): Workflow =>
    workflow<readonly number[]>('w')
      .addTask('a')
      .forEach(({ input }) => input)
      .cache({ key: ({ item }) => item })
      .run(({ item }) => made.push(item) && item * item) as never;

  test('runs only the items whose outputs are not known', async () => {
    const { go } = desk();
    const { events, observe } = recorder();
    const made: number[] = [];
    await go(squares(made), [1, 2, 3]);
    const second = await go(squares(made), [3, 4, 1, 5], { observers: [observe] });
    expect(made).toEqual([1, 2, 3, 4, 5]);
    expect(second.outputs['a']).toEqual([9, 16, 1, 25]);
    expect(taskOf(second, 'a')).toMatchObject({ by: undefined, items: { items: 4, succeeded: 4 } });
    const found = events.flatMap((event) =>
      event.type === 'item.succeeded' && event.by === 'cache' ? [event.item] : [],
    );
    expect(new Set(found)).toEqual(new Set([0, 2]));
    const third = await go(squares(made), [5, 1]);
    expect(taskOf(third, 'a')).toMatchObject({ by: 'cache', attempts: 0, items: { items: 2 } });
    expect(made).toHaveLength(5);
  });

  test('of very many items looks for few at a time, and finds them all', async () => {
    let asked = 0;
    let most = 0;
    const inner = createMemoryStore();
    const { go } = desk(
      storeWith(
        {
          async cached(...given) {
            most = Math.max(most, ++asked);
            const entry = await inner.cached(...given);
            asked--;
            return entry;
          },
        },
        inner,
      ),
    );
    const made: number[] = [];
    const input = Array.from({ length: 500 }, (_, index) => index);
    await go(squares(made), input);
    expect(taskOf(await go(squares(made), input), 'a').by).toBe('cache');
    expect(made).toHaveLength(500);
    expect(most).toBeLessThanOrEqual(16);
  });
});

describe('a lookup', () => {
  test('holds no slot, and comes before pools', async () => {
    const lookup = gate<undefined>();
    const { store, clock } = desk(storeWith({ cached: () => lookup.promise }));
    const one = pool('one', { slots: 1 });
    const ran: string[] = [];
    const flow = flowOf([
      { id: 'a', cache: {}, pools: [{ pool: one }], handler: () => ran.push('a') },
      { id: 'b', pools: [{ pool: one }], handler: () => ran.push('b') },
    ]);
    const going = run(flow, undefined, { store, clock, concurrency: 1 });
    await clock.settle();
    expect(ran).toEqual(['b']);
    lookup.open(undefined);
    expect(statesOf(await clock.passUntil(going))).toEqual({ a: 'succeeded', b: 'succeeded' });
    expect(ran).toEqual(['b', 'a']);
  });

  test('that is under way when the run is cancelled comes to nothing', async () => {
    const lookup = gate<CacheEntry>();
    const { store, clock } = desk(storeWith({ cached: () => lookup.promise }));
    const going = run(counting(), undefined, { store, clock });
    await clock.settle();
    void going.cancel('enough');
    lookup.open({ key: 'k', task: 'a', workflow: 'w', storedAt: 0, body: '1' });
    expect(statesOf(await clock.passUntil(going))).toEqual({ a: 'cancelled' });
  });

  test.each<[string, Partial<Store>, RegExp]>([
    [
      'cannot be made',
      { cached: () => Promise.reject(new StoreError('store_failed', 'the disk is gone')) },
      /could not be looked up in the cache: .*the disk is gone/,
    ],
    [
      'finds what cannot be read',
      { cached: async (key) => ({ key, task: 'a', workflow: 'w', storedAt: 0, body: '?' }) },
      /could not be looked up in the cache: .*cached output of task 'a' cannot be read/,
    ],
    [
      'is followed by a write that fails',
      { cache: () => Promise.reject(new Error('full')) },
      /could not be kept in the cache: .*full/,
    ],
  ])('that %s is told in the log, and the handler is called', async (_, changes, message) => {
    const { go } = desk(storeWith(changes));
    const { events, observe } = recorder();
    let calls = 0;
    const flow = flowOf([
      { id: 'a', cache: {}, handler: () => ++calls },
      { id: 'b', dependsOn: ['a'], handler: async () => undefined },
    ]);
    const result = await go(flow, undefined, { observers: [observe] });
    expect([result.state, calls]).toEqual(['succeeded', 1]);
    const logs = events.flatMap((event) => (event.type === 'task.log' ? [event] : []));
    expect(logs).toEqual([
      expect.objectContaining({
        task: 'a',
        level: 'warn',
        message: expect.stringMatching(message) as string,
      }),
    ]);
  });
});

describe('a run whose process died', () => {
  const flow = (made: string[]): Workflow =>
    flowOf([
      { id: 'a', cache: {}, handler: () => made.push('a') && 1 },
      {
        id: 'items',
        dependsOn: ['a'],
        fanOut: { kind: 'each', select: () => ['x', 'y', 'z'] },
        cache: { key: ({ item }: { item: string }) => item, version: '1' },
        handler: ({ item }: { item: string }) => made.push(item) && item.toUpperCase(),
      },
      {
        id: 'end',
        dependsOn: ['items'],
        handler: () => made.push('end'),
      },
    ]);

  test.each([1, 2, 3, 4, 5, 6])(
    'goes on after %d appends, and runs nothing that the cache has',
    async (appends) => {
      const { go, store, clock } = desk();
      await go(flow([]));
      const made: string[] = [];
      const mortal = mortalStore(store, { appends });
      void run(flow(made), undefined, { id: 'r', clock, store: mortal.store });
      await clock.advance(50);
      await mortal.die();
      const result = await go(flow(made), undefined, { id: 'r' });
      expect(result.outputs).toMatchObject({ a: 1, items: ['X', 'Y', 'Z'] });
      expect(new Set(made)).toEqual(new Set(['end']));
      expect(taskOf(result, 'a')).toMatchObject({ by: 'cache', attempts: 0 });
      expect(taskOf(result, 'items')).toMatchObject({ by: 'cache', attempts: 0, items: { succeeded: 3 } });
    },
  );
});
