import { describe, expect, test } from 'vitest';

import { compile, graph, run, type TaskRef, workflow, type Workflow } from '../index.ts';

const idsOf = (flow: Workflow): string[] => flow.definition.tasks.map(({ id }) => id);

describe('tasks by reference', () => {
  test('bring all that they depend on, each once and after its own dependencies', async () => {
    const g = graph<number>();
    const a = g.addTask('a').run(({ input }) => input);
    const b = g
      .addTask('b')
      .dependsOn(a)
      .run((data) => data.a + 1);
    const c = g
      .addTask('c')
      .dependsOn(a)
      .run((data) => data.a + 2);
    const d = g
      .addTask('d')
      .dependsOn(b, c)
      .run((data) => data.b * data.c);
    const flow = workflow<number>('w').addTasks(d);
    expect(idsOf(flow)).toEqual(['a', 'b', 'c', 'd']);
    expect((await run(flow, 1)).outputs).toEqual({ a: 1, b: 2, c: 3, d: 6 });
  });

  test('added again, or brought by two others, are there once', () => {
    const g = graph();
    const a = g.addTask('a').run(() => 1);
    const b = g
      .addTask('b')
      .dependsOn(a)
      .run((data) => data.a);
    const c = g
      .addTask('c')
      .dependsOn(a)
      .run((data) => data.a);
    expect(idsOf(workflow('w').addTasks(b, b, a).addTasks(c, a))).toEqual(['a', 'b', 'c']);
  });

  test('can be depended on by ID in the chain that goes on', async () => {
    const g = graph();
    const a = g.addTask('a').run(() => 20);
    const flow = workflow('w')
      .addTasks(a)
      .addTask('b')
      .dependsOn('a')
      .run((data) => data.a + 1);
    expect((await run(flow)).outputs.b).toBe(21);
  });

  test('begun once can go on in two ways', () => {
    const g = graph();
    const a = g.addTask('a').run(() => 1);
    const half = g.addTask('b').priority(1);
    const alone = half.run(() => 1);
    const after = half
      .dependsOn(a)
      .timeout(5)
      .run((data) => data.a);
    expect(alone.definition).toMatchObject({ dependsOn: [], priority: 1 });
    expect(alone.definition.timeout).toBeUndefined();
    expect(after.definition).toMatchObject({ dependsOn: ['a'], priority: 1, timeout: 5 });
  });

  test('of one ID that are two tasks are a wrong definition', () => {
    const g = graph();
    const flow = workflow('w').addTasks(
      g.addTask('a').run(() => 1),
      g.addTask('a').run(() => 2),
    );
    expect(() => compile(flow)).toThrow(
      expect.objectContaining({
        diagnostics: [expect.objectContaining({ code: 'duplicate_id', task: 'a' })],
      }),
    );
  });

  test('thousands deep are gathered without overflowing the stack', async () => {
    const g = graph();
    let last: TaskRef<string, number, undefined> = g.addTask('t0').run(() => 0);
    for (let index = 1; index < 10_000; index++) {
      const { id } = last;
      last = g
        .addTask(`t${index}`)
        .dependsOn(last)
        .run((data) => Number((data as Record<string, unknown>)[id]) + 1);
    }
    const flow = workflow('w').addTasks(last);
    expect([flow.definition.tasks.length, flow.definition.tasks[0]?.id]).toEqual([10_000, 't0']);
    expect((await run(flow)).outputs).toMatchObject({ t9999: 9_999 });
  });

  test('in many layers of many are gathered in the time of their edges', () => {
    const g = graph();
    let layer: TaskRef<string, number, undefined>[] = Array.from({ length: 20 }, (_, index) =>
      g.addTask(`t0_${index}`).run(() => 0),
    );
    for (let depth = 1; depth < 40; depth++) {
      const before = layer;
      layer = before.map((_, index) =>
        g
          .addTask(`t${depth}_${index}`)
          .dependsOn(...before)
          .run(() => 0),
      );
    }
    expect(workflow('w').addTasks(...layer).definition.tasks).toHaveLength(800);
  });
});
