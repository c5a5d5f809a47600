import { describe, expect, test } from 'vitest';
import { counting, desk } from '../../test/cache.ts';
import { flowOf, schemaOf, taskOf } from '../../test/kit.ts';
import { task, type Workflow, workflow } from '../index.ts';

describe('what an output is kept under', () => {
  const hit = async (
    before: Workflow,
    after: Workflow,
    inputs: readonly [unknown, unknown],
  ): Promise<boolean> => {
    const { go } = desk();
    await go(before, inputs[0]);
    return taskOf(await go(after, inputs[1]), 'a').by === 'cache';
  };
  const byInput = (one: unknown, other: unknown): Promise<boolean> =>
    hit(counting(), counting(), [one, other]);

  test.each<[string, unknown, unknown]>([
    ['the order of keys', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['an object that stands in two places', [{ a: 1 }, { a: 1 }], Array(2).fill({ a: 1 })],
    ['a Date of the same instant', new Date(3), new Date(3)],
  ])('does not depend on %s', async (_, one, other) => {
    expect(await byInput(one, other)).toBe(true);
  });

  test.each<[string, unknown, unknown]>([
    ['a value', { a: 1 }, { a: 2 }],
    ['a key', { a: 1 }, { b: 1 }],
    ['a type', { a: 1 }, { a: '1' }],
    ['a bigint for a number', 1, 1n],
    ['a Date for its text', new Date(3), new Date(3).toISOString()],
    ['-0 for 0', 0, -0],
    ['NaN for null', Number.NaN, null],
    ['a key that is undefined', {}, { a: undefined }],
    ['the order of a list', [1, 2], [2, 1]],
    ['a hole', Array(1), [undefined]],
    ['a Set for a list', [1], new Set([1])],
    ['bytes', new Uint8Array([1]), new Uint8Array([2])],
    ['a text that looks like another value', '[1]', [1]],
  ])('changes with %s', async (_, one, other) => {
    expect(await byInput(one, other)).toBe(false);
  });

  test('changes with what the task depends on', async () => {
    const flow = (value: number): Workflow =>
      flowOf([
        { id: 'z', handler: () => value },
        { id: 'a', dependsOn: ['z'], cache: {}, handler: () => 1 },
      ]);
    expect(await hit(flow(1), flow(1), [0, 0])).toBe(true);
    expect(await hit(flow(1), flow(2), [0, 0])).toBe(false);
  });

  test('changes with the IDs of the workflow and of the task', async () => {
    expect(await hit(counting(), counting({}, { id: 'other' }), [0, 0])).toBe(false);
    expect(await hit(counting(), counting({}, { version: '2.0.0' }), [0, 0])).toBe(true);
    const { go } = desk();
    await go(counting({ id: 'b' }));
    expect(taskOf(await go(counting()), 'a').by).toBeUndefined();
  });

  test('changes with the source of the handler and of the key, or with the version alone', async () => {
    const one = counting({ handler: () => 1 });
    const two = counting({ handler: () => 2 });
    expect(await hit(one, two, [0, 0])).toBe(false);
    const versioned = (version: string, value: Workflow): Workflow =>
      counting({ handler: value.definition.tasks[0]?.handler, cache: { version } });
    expect(await hit(versioned('1', one), versioned('1', two), [0, 0])).toBe(true);
    expect(await hit(versioned('1', one), versioned('2', one), [0, 0])).toBe(false);
    expect(await hit(versioned('1', one), one, [0, 0])).toBe(false);
    const keyed = (key: (data: never) => unknown): Workflow => counting({ cache: { key } });
    const byX = keyed(({ input }: { input: { x: number } }) => input.x);
    const byY = keyed(({ input }: { input: { y: number } }) => input.y);
    expect(await hit(byX, byX, [{ x: 1 }, { x: 1, y: 2 }])).toBe(true);
    expect(await hit(byX, byX, [{ x: 1 }, { x: 2 }])).toBe(false);
    expect(await hit(byX, byY, [{ x: 1 }, { y: 1 }])).toBe(false);
  });

  test('of a reusable task changes with its own function, and with what makes its input', async () => {
    const flow = (
      run: (input: number) => number,
      map?: (data: { readonly input: number }) => number,
    ): Workflow => {
      const added = workflow<number>('w').addTask('a').cache();
      const reusable = task({ name: 'sum', run });
      return map === undefined ? added.run(() => run(1)) : added.run(reusable, map);
    };
    const plus = (input: number): number => input + 1;
    expect(
      await hit(
        flow(plus, ({ input }) => input),
        flow(plus, ({ input }) => input),
        [1, 1],
      ),
    ).toBe(true);
    expect(
      await hit(
        flow(plus, ({ input }) => input),
        flow(
          (input) => input + 2,
          ({ input }) => input,
        ),
        [1, 1],
      ),
    ).toBe(false);
    expect(
      await hit(
        flow(plus, ({ input }) => input),
        flow(plus, ({ input }) => 2 * input),
        [1, 1],
      ),
    ).toBe(false);
  });

  test('has to be storable: the task fails, and says where it is not', async () => {
    const { go } = desk();
    const fallback = { kind: 'value', value: 0 } as const;
    const bad = await go(counting({ cache: { key: () => ({ at: [() => 1] }) }, fallback }));
    expect(taskOf(bad, 'a').error).toMatchObject({
      code: 'output_unstorable',
      message: expect.stringMatching(
        /^the cache key of task 'a' cannot be stored: key\.at\[0\] is a function/,
      ) as string,
    });
    const throws = await go(
      counting({
        cache: {
          key: () => {
            throw new TypeError('no key');
          },
        },
      }),
    );
    expect(taskOf(throws, 'a').error).toMatchObject({ name: 'TypeError', message: 'no key' });
    const input = schemaOf((value: unknown) => ({ value, send: () => 1 }));
    const read = await go(counting({}, { input }), 1);
    expect(taskOf(read, 'a').error?.message).toMatch(
      /^what task 'a' reads, and \.cache\(\) without a key goes by, cannot be stored: data\.input\.send is a function/,
    );
  });
});
