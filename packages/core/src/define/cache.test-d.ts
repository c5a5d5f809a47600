import { expectTypeOf, test } from 'vitest';
import { workflow } from './workflow.ts';

test('the key of a cache reads what the handler does', () => {
  workflow<{ day: string }>('w')
    .addTask('load')
    .run(() => [1, 2])
    .addTask('each')
    .dependsOn('load')
    .forEach(({ load }) => load)
    .cache({
      ttl: '1h',
      version: '2',
      key: (data) => {
        expectTypeOf(data.input).toEqualTypeOf<{ day: string }>();
        expectTypeOf(data.load).toEqualTypeOf<number[]>();
        return expectTypeOf(data.item).toEqualTypeOf<number>();
      },
    })
    .run(({ item }) => item);
});

test('without a key it changes no type', () => {
  const task = workflow('w').addTask('a');
  const cached = task.cache({ ttl: 5 });
  expectTypeOf(cached).toEqualTypeOf(task);
  expectTypeOf(task.cache()).toEqualTypeOf(task);
});
