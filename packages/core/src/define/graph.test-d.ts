import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { graph, type OutputsOf, task, type TaskRef, workflow } from '../index.ts';

interface Input {
  readonly day: string;
}

const g = graph<Input>();
const extract = g.addTask('extract').run(({ input }) => [input.day]);
const clean = g
  .addTask('clean')
  .dependsOn(extract)
  .retry({ attempts: 2 })
  .run(async (data) => {
    expectTypeOf(data).toEqualTypeOf<{ readonly input: Input; readonly extract: string[] }>();
    return data.extract.length;
  });
expectTypeOf(clean).toEqualTypeOf<TaskRef<'clean', number, Input>>();

// Several at once or one after the other, with a schema, with a reusable task: as in a chain.
const checked = g
  .addTask('checked')
  .dependsOn(extract)
  .dependsOn(clean)
  .output(z.string().transform(Number))
  .run((data) => {
    expectTypeOf<keyof typeof data>().toEqualTypeOf<'input' | 'extract' | 'clean'>();
    return '1';
  });
const reused = g
  .addTask('reused')
  .dependsOn(clean, checked)
  .run(task({ name: 'add', run: ([a, b]: [number, number]) => a + b }), ({ clean, checked }) => [
    clean,
    checked,
  ]);
const leaking = g.addTask('leaking').run(() => JSON.parse('{}'));
expectTypeOf(leaking).toEqualTypeOf<TaskRef<'leaking', unknown, Input>>();

const report = workflow('report', { input: z.object({ day: z.string(), city: z.string() }) })
  .addTasks(checked, reused)
  .addTask('write')
  .dependsOn('reused')
  .run(({ reused }) => {
    expectTypeOf(reused).toEqualTypeOf<number>();
  });
expectTypeOf<OutputsOf<typeof report>>().toEqualTypeOf<{
  readonly checked: number;
  readonly reused: number;
  readonly write: void;
}>();

// Computed IDs, in a loop: what is read is typed by what all of them give, and may not be there.
const shards = [1, 2, 3].map((number) => g.addTask(`shard-${number}`).run(() => new Date(number)));
g.addTask('join')
  .dependsOn(...shards)
  .run((data) => expectTypeOf(data['shard-2']).toEqualTypeOf<Date | undefined>());
const named = ['a', 'b'].map((name: string) => g.addTask(name).run(() => name.length));
expectTypeOf(named).toEqualTypeOf<TaskRef<string, number, Input>[]>();

// Two handles of the same type stay two tasks.
const twins = g
  .addTask('both')
  .dependsOn(
    g.addTask('one').run(() => 1),
    g.addTask('two').run(() => 1),
  )
  .run(({ one, two }) => one + two);
expectTypeOf(twins).toEqualTypeOf<TaskRef<'both', number, Input>>();

// --- What the user reads -------------------------------------------------------------------------------------

g.addTask('load')
  .dependsOn(clean)
  // @ts-expect-error TS2339 at extract }): Property 'extract' does not exist on type '{ readonly clean: number; readonly input: Input; }'.
  .run(({ extract }) => extract);

// @ts-expect-error TS2345 at 'input': Argument of type '"input"' is not assignable to parameter of type '"Error: 'input' is reserved; choose another task ID"'.
g.addTask('input').run(() => 1);

// @ts-expect-error TS2345 at 'clean': Argument of type 'string' is not assignable to parameter of type 'TaskRefFor<Input>'.
g.addTask('load').dependsOn('clean');

// @ts-expect-error TS2345 at clean: Argument of type 'TaskRef<"clean", number, Input>' is not assignable to parameter of type 'TaskRefFor<undefined>'.
//   Type 'undefined' is not assignable to type 'Input'.
workflow('undated').addTasks(clean);

g.addTask('load')
  .dependsOn(leaking)
  // @ts-expect-error TS18046 at leaking.: 'leaking' is of type 'unknown'.
  .run(({ leaking }) => leaking.name);

g.addTask('load')
  .output(z.number())
  // @ts-expect-error TS2322 at 'one': Type 'string' is not assignable to type 'number | Promise<number> | PromiseLike<number>'.
  .run(() => 'one');
