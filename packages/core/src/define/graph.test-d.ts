import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import {
  type Given,
  graph,
  type OutputsOf,
  type Reads,
  type Settled,
  type Task,
  task,
  type TaskRef,
  workflow,
} from '../index.ts';

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
expectTypeOf(clean).toEqualTypeOf<
  TaskRef<'clean', number, Input, never, 'input' | Task<'extract', string[]>>
>();
expectTypeOf(clean).toExtend<TaskRef<'clean', number, Input>>();

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
expectTypeOf(leaking).toEqualTypeOf<TaskRef<'leaking', unknown, Input, never, 'input'>>();

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
expectTypeOf(named).toEqualTypeOf<TaskRef<string, number, Input, never, 'input'>[]>();

// Two handles of the same type stay two tasks.
const twins = g
  .addTask('both')
  .dependsOn(
    g.addTask('one').run(() => 1),
    g.addTask('two').run(() => 1),
  )
  .run(({ one, two }) => one + two);
expectTypeOf(twins).toEqualTypeOf<
  TaskRef<'both', number, Input, never, 'input' | Task<'one', number> | Task<'two', number>>
>();

// Whatever can be said of a task in a chain can be said of one by reference, tasks being named by their values.
const kind = g
  .addTask('kind')
  .dependsOn(extract)
  .run((): 'csv' | 'xml' => 'csv');
const csv = g
  .addTask('csv')
  .dependsOn(extract)
  .onBranch(kind, 'csv')
  .when(({ kind, extract }) => kind === 'csv' && extract.length > 0)
  .forEach(({ extract }) => extract, { join: 'allSettled' })
  .fallback(null)
  .run(({ item, kind, index }) => {
    expectTypeOf(kind).toEqualTypeOf<'csv'>();
    return item.length + index;
  });
expectTypeOf(csv).toEqualTypeOf<
  TaskRef<
    'csv',
    Settled<number, 'succeeded' | 'failed'>[] | null,
    Input,
    'skipped',
    Reads<
      | 'input'
      | Task<'extract', string[]>
      | Task<'kind', 'csv'>
      | Given<'item', string>
      | Given<'index', number>,
      'all_success',
      'settled'
    >
  >
>();
const rest = g
  .addTask('rest')
  .triggerRule('none_failed')
  .dependsOn(csv, kind)
  .run((data) => {
    expectTypeOf(data.csv.status).toEqualTypeOf<'succeeded' | 'skipped'>();
    expectTypeOf(data.kind.status).toEqualTypeOf<'succeeded'>();
    return data.kind.value;
  });
type Csv = Task<'csv', Settled<number, 'succeeded' | 'failed'>[] | null, 'skipped'>;
type Kind = Task<'kind', 'csv' | 'xml'>;
expectTypeOf(rest).toEqualTypeOf<
  TaskRef<'rest', 'csv' | 'xml', Input, never, Reads<'input' | Csv | Kind, 'none_failed', 'one'>>
>();
const torn = g
  .addTask('torn')
  .dependsOn(rest)
  .teardownOf(csv)
  .run((data) => {
    expectTypeOf(data.csv).toEqualTypeOf<Settled<number, 'succeeded' | 'failed'>[] | null>();
    return data.rest.status;
  });
expectTypeOf(torn.definition.teardownOf).toEqualTypeOf<string | undefined>();
const child = g
  .addTask('child')
  .allowFailure()
  .runWorkflow(report, ({ input }) => ({ ...input, city: 'Oslo' }));
expectTypeOf(child).toEqualTypeOf<TaskRef<'child', undefined, Input, 'failed', 'input'>>();
const slept = g.addTask('slept').dependsOn(child).runAlways().sleep('1s');
type Child = Task<'child', undefined, 'failed'>;
expectTypeOf(slept).toEqualTypeOf<
  TaskRef<'slept', undefined, Input, never, Reads<'input' | Child, 'all_done', 'one'>>
>();
const taken = workflow('taken', { input: z.object({ day: z.string() }) }).addTasks(torn, slept);
expectTypeOf<OutputsOf<typeof taken>>().toEqualTypeOf<{
  readonly torn: 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled' | undefined;
  readonly slept: undefined;
}>();
const leaves = workflow('leaves', { input: z.object({ day: z.string() }), failurePolicy: 'leaves' }).addTasks(
  extract,
);
expectTypeOf<OutputsOf<typeof leaves>>().toEqualTypeOf<{ readonly extract: string[] | undefined }>();

// Of those with computed IDs none is sure to be there, so that all may be skipped.
const maybe = ['a', 'b'].map((name: string) => g.addTask(name).run(() => name.length));
const joined = g
  .addTask('joined')
  .dependsOn(csv, ...maybe)
  .triggerRule('none_failed_min_one_success')
  .run(() => 1);
expectTypeOf(joined).toExtend<TaskRef<'joined', number, Input, 'skipped'>>();
expectTypeOf(joined).not.toExtend<TaskRef<'joined', number, Input>>();

// --- What the user reads -------------------------------------------------------------------------------------

g.addTask('load')
  .dependsOn(clean)
  // @ts-expect-error TS2339 at extract }): Property 'extract' does not exist on type '{ readonly clean: number; readonly input: Input; }'.
  .run(({ extract }) => extract);

// @ts-expect-error TS2345 at 'input': Argument of type '"input"' is not assignable to parameter of type '"Error: 'input' is reserved; choose another task ID"'.
g.addTask('input').run(() => 1);

// @ts-expect-error TS2345 at 'clean': Argument of type 'string' is not assignable to parameter of type 'TaskRefFor<Input>'.
g.addTask('load').dependsOn('clean');

// @ts-expect-error TS2345 at clean: Argument of type 'TaskRef<"clean", number, Input, never, …>' is not assignable to parameter of type 'TaskRefFor<undefined>'.
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

// @ts-expect-error TS2345 at 'pdf': Argument of type '"pdf"' is not assignable to parameter of type '"csv" | "xml"'.
g.addTask('load').onBranch(kind, 'pdf');
// @ts-expect-error TS2345 at 'x': Argument of type '"x"' is not assignable to parameter of type '"Error: the output of task 'extract' is not a union of literals such as 'yes' | 'no', so it has no branches"'.
g.addTask('load').onBranch(extract, 'x');
// @ts-expect-error TS2345 at 'clean': Argument of type 'string' is not assignable to parameter of type 'TaskRefFor<Input>'.
g.addTask('load').teardownOf('clean');
