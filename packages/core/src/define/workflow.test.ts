import { describe, expect, test } from 'vitest';

import { compile, DefinitionError, fragment, run, task, workflow } from '../index.ts';
import type { TaskContext, Workflow } from '../index.ts';

const idsOf = (flow: Workflow): string[] => flow.definition.tasks.map(({ id }) => id);

describe('a workflow', () => {
  test('extended twice from one prefix gives two that know nothing of each other', async () => {
    const prefix = workflow('w')
      .addTask('a')
      .run(() => 1);
    const left = prefix
      .addTask('b')
      .dependsOn('a')
      .run(({ a }) => a + 10);
    const right = prefix
      .addTask('b')
      .dependsOn('a')
      .run(({ a }) => a + 20)
      .addTask('c')
      .run(() => 3);
    expect([idsOf(prefix), idsOf(left), idsOf(right)]).toEqual([['a'], ['a', 'b'], ['a', 'b', 'c']]);
    expect((await run(left)).outputs).toEqual({ a: 1, b: 11 });
    expect((await run(right)).outputs).toEqual({ a: 1, b: 21, c: 3 });
  });

  test('goes on from half a task in two ways', () => {
    const half = workflow('w')
      .addTask('a')
      .run(() => 1)
      .addTask('b')
      .run(() => 2)
      .addTask('c')
      .retry({ attempts: 2 });
    const one = half
      .dependsOn('a')
      .timeout(5)
      .run(() => 1);
    const other = half
      .dependsOn('b')
      .retry({ attempts: 3 })
      .run(() => 1);
    expect(one.definition.tasks.at(-1)).toMatchObject({
      dependsOn: ['a'],
      timeout: 5,
      retry: { attempts: 2 },
    });
    expect(other.definition.tasks.at(-1)).toMatchObject({ dependsOn: ['b'], retry: { attempts: 3 } });
    expect(other.definition.tasks.at(-1)?.timeout).toBeUndefined();
  });

  test('adds up what dependsOn says more than once', async () => {
    const flow = workflow('w')
      .addTask('a')
      .run(() => 1)
      .addTask('b')
      .run(() => 2)
      .addTask('c')
      .dependsOn('a')
      .dependsOn('b')
      .run(({ a, b }) => a + b);
    expect((await run(flow)).outputs).toMatchObject({ c: 3 });
  });

  test('is frozen plain data', () => {
    const { definition } = workflow('w', { version: '1.0.0', description: 'adds' })
      .addTask('a')
      .priority(2)
      .run(() => 1)
      .output(({ a }) => a);
    expect(definition).toMatchObject({
      id: 'w',
      version: '1.0.0',
      description: 'adds',
      tasks: [{ id: 'a', priority: 2, dependsOn: [] }],
    });
    expect([definition, definition.tasks, definition.tasks[0]].every(Object.isFrozen)).toBe(true);
  });

  test('does nothing until it is run', async () => {
    let called = 0;
    const flow = workflow('w')
      .addTask('a')
      .run(() => ++called);
    compile(flow);
    expect(called).toBe(0);
    await run(flow);
    await run(flow);
    expect(called).toBe(2);
  });
});

describe('a fragment', () => {
  const doubled = fragment<{ readonly rows: number[]; readonly input: number }>()
    .addTask('double')
    .dependsOn('rows')
    .run(({ rows, input }) => rows.map((row) => row * input))
    .addTask('total')
    .dependsOn('double')
    .run(({ double }) => double.reduce((sum, row) => sum + row, 0))
    .exports('total');

  test('adds its tasks to a workflow that has what it needs', async () => {
    const flow = workflow<number>('w')
      .addTask('rows')
      .run(() => [1, 2, 3])
      .use(doubled)
      .addTask('report')
      .dependsOn('total')
      .run(({ total }) => `total ${total}`);
    expect(idsOf(flow)).toEqual(['rows', 'double', 'total', 'report']);
    expect((await run(flow, 2)).outputs.report).toBe('total 12');
  });

  test('can be used in several workflows', async () => {
    const small = workflow<number>('small')
      .addTask('rows')
      .run(() => [1])
      .use(doubled);
    const large = workflow<number>('large')
      .addTask('rows')
      .run(() => [100])
      .use(doubled);
    expect([(await run(small, 2)).outputs.total, (await run(large, 3)).outputs.total]).toEqual([2, 300]);
  });

  test('used twice in one workflow is there once', async () => {
    const flow = workflow<number>('w')
      .addTask('rows')
      .run(() => [1])
      .use(doubled)
      .use(doubled);
    expect(idsOf(flow)).toEqual(['rows', 'double', 'total']);
  });

  test('whose task has the ID of another is a wrong definition', () => {
    const flow = workflow<number>('w')
      .addTask('rows')
      .run(() => [1])
      .addTask('double')
      .run(() => 1)
      .use(doubled);
    expect(() => compile(flow)).toThrow(DefinitionError);
    expect(() => compile(flow)).toThrow(/'double' is defined more than once/);
  });
});

describe('a reusable task', () => {
  const context = {} as TaskContext;
  const add = task({
    name: 'add',
    run: ({ left, right }: { left: number; right: number }) => left + right,
    retry: { attempts: 3, delay: 0 },
    timeout: '5s',
    deadline: '1m',
  });

  test('takes the data as its input, or what map makes of it', async () => {
    const flow = workflow('w')
      .addTask('left')
      .run(() => 1)
      .addTask('right')
      .run(() => 2)
      .addTask('sum')
      .dependsOn('left', 'right')
      .run(add)
      .addTask('more')
      .dependsOn('sum')
      .run(add, ({ sum }) => ({ left: sum, right: 10 }));
    expect((await run(flow)).outputs).toMatchObject({ sum: 3, more: 13 });
  });

  test('has its own policies where the chain says nothing', () => {
    const flow = workflow('w')
      .addTask('a')
      .run(add, () => ({ left: 1, right: 1 }))
      .addTask('b')
      .retry({ attempts: 9 })
      .timeout(1)
      .run(add, () => ({ left: 1, right: 1 }));
    const [a, b] = flow.definition.tasks;
    expect(a).toMatchObject({ retry: { attempts: 3 }, timeout: '5s', deadline: '1m', handlerName: 'add' });
    expect(b).toMatchObject({ retry: { attempts: 9 }, timeout: 1, deadline: '1m' });
  });

  test('gets the context of its attempt', async () => {
    const who = task({ name: 'who', run: (_: unknown, ctx) => `${ctx.task.id}#${ctx.attempt}` });
    expect((await run(workflow('w').addTask('me').run(who))).outputs).toEqual({ me: 'me#1' });
  });

  test('can be called by itself, and then checks its input and its output too', async () => {
    const even = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) =>
          Number(value) % 2 === 0 ? { value: Number(value) } : { issues: [{ message: 'odd' }] },
      },
    } as const;
    const half = task({ name: 'half', input: even, output: even, run: (value: number) => value / 2 });
    expect(await half(8, context)).toBe(4);
    await expect(half(3, context)).rejects.toMatchObject({
      code: 'input_invalid',
      message: expect.stringContaining("'half'") as string,
    });
    await expect(half(2, context)).rejects.toMatchObject({ code: 'output_invalid' });
    expect(await add({ left: 1, right: 2 }, context)).toBe(3);
  });

  test('whose input does not fit fails for good', async () => {
    const picky = task({
      name: 'picky',
      run: add,
      retry: { attempts: 5, delay: 0 },
      input: {
        '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
      },
    });
    const { tasks } = await run(
      workflow('w')
        .addTask('a')
        .run(picky as never),
    );
    expect(tasks.a).toMatchObject({ state: 'failed', attempts: 1, error: { code: 'input_invalid' } });
  });
});
