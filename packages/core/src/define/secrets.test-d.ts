import { describe, expectTypeOf, test } from 'vitest';
import { graph, task, type TaskContext, workflow } from '../index.ts';

describe('.secrets()', () => {
  test('gives the handler these, and no others', () => {
    workflow('w')
      .addTask('a')
      .secrets('API_TOKEN')
      .secrets('DB_URL', 'OTHER')
      .run((_, { secrets }) => {
        expectTypeOf(secrets).toEqualTypeOf<Readonly<Record<'API_TOKEN' | 'DB_URL' | 'OTHER', string>>>();
        return secrets.OTHER;
      })
      .addTask('b')
      .run((_, { secrets }) => {
        expectTypeOf(secrets).toEqualTypeOf<Readonly<Record<never, string>>>();
        return 1;
      });
  });

  test('goes on through later steps, to an undo function, and by reference', () => {
    graph()
      .addTask('a')
      .secrets('API_TOKEN')
      .retry({ attempts: 2 })
      .allowFailure()
      .compensate((_: number, __, { secrets }) => expectTypeOf(secrets.API_TOKEN).toBeString())
      .run((_, { secrets }) => secrets.API_TOKEN.length);
  });

  test('does not stand in the way of a function or a task that needs none', () => {
    const plain = (_: unknown, context: TaskContext): string => context.task.id;
    const reusable = task({ name: 'r', run: (_: unknown, { attempt }) => attempt });
    workflow('w').addTask('a').secrets('A').run(plain).addTask('b').secrets('A').run(reusable);
    expectTypeOf(plain)
      .parameter(1)
      .toHaveProperty('secrets')
      .toEqualTypeOf<Readonly<Record<never, string>>>();
    const needing = (_: unknown, { secrets }: TaskContext<'A'>): string => secrets.A;
    workflow('w').addTask('a').secrets('A', 'B').run(needing);
    expectTypeOf<TaskContext<'B'>>().not.toExtend<TaskContext<'A'>>();
  });
});
