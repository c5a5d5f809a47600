import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { type OutputsOf, type Task, type TaskContext, workflow } from '../index.ts';

interface Row {
  readonly city: string;
  readonly mm: number | null;
}

const daily = workflow('daily', { input: z.object({ day: z.string() }) })
  .addTask('extract')
  .run((): Row[] => [])
  .addTask('clean')
  .dependsOn('extract')
  .run(({ extract }) => extract.map(({ city }) => city));

// Outputs flow into dependents, with the input beside them.
daily
  .addTask('report')
  .dependsOn('extract', 'clean')
  .run((data, context) => {
    expectTypeOf(data).toEqualTypeOf<{
      readonly input: { day: string };
      readonly extract: Row[];
      readonly clean: string[];
    }>();
    expectTypeOf(context).toEqualTypeOf<TaskContext>();
  });

// Said again, dependsOn adds; a policy in between changes nothing.
daily
  .addTask('report')
  .dependsOn('clean')
  .retry({
    attempts: 3,
    delay: '1s',
    backoff: 'exponential',
    jitter: 'full',
    retryIf: (_, attempt) => attempt < 2,
  })
  .dependsOn('extract')
  .timeout('20s')
  .deadline('1.5m')
  .priority(1)
  .run((data) => expectTypeOf<keyof typeof data>().toEqualTypeOf<'input' | 'extract' | 'clean'>());

// Without dependencies there is the input; without an input schema that is undefined.
daily.addTask('alone').run((data) => expectTypeOf(data).toEqualTypeOf<{ readonly input: { day: string } }>());
workflow('bare')
  .addTask('alone')
  .run((data) => expectTypeOf(data).toEqualTypeOf<{ readonly input: undefined }>());

// Promises, and anything else that can be awaited, are awaited; nothing and never are outputs too.
const outputs = workflow('outputs')
  .addTask('promised')
  .run(async () => [1])
  .addTask('thenable')
  .run((): PromiseLike<Date> => Promise.resolve(new Date()))
  .addTask('either')
  .run(({ input }): string | Promise<number> => input ?? 'now')
  .addTask('nested')
  .run(async () => ({ day: 'today', counts: new Map<string, bigint>() }))
  .addTask('nothing')
  .run(() => {})
  .addTask('failing')
  .run((): never => {
    throw new Error('always');
  });
expectTypeOf<OutputsOf<typeof outputs>>().toEqualTypeOf<{
  readonly promised: number[];
  readonly thenable: Date;
  readonly either: string | number;
  readonly nested: { day: string; counts: Map<string, bigint> };
  readonly nothing: void;
  readonly failing: never;
}>();

// `any` stops at the handler that leaks it: dependents must look before they use it.
daily
  .addTask('parsed')
  .run(() => JSON.parse('{}'))
  .addTask('later')
  .run(async () => JSON.parse('{}'))
  .addTask('reader')
  .dependsOn('parsed', 'later')
  .run(({ parsed, later }) => {
    expectTypeOf(parsed).toEqualTypeOf<unknown>();
    expectTypeOf(later).toEqualTypeOf<unknown>();
  });

// An output schema: the handler returns what it accepts, dependents get what it gives.
daily
  .addTask('counted')
  .output(z.object({ count: z.string().transform(Number), note: z.string().default('none') }))
  .run(() => ({ count: '12' }))
  .addTask('awaited')
  .output(z.coerce.date<string>())
  .run(async () => '2026-11-20')
  .addTask('loose')
  .output(z.array(z.number()))
  .run(() => JSON.parse('[]'))
  .addTask('reader')
  .dependsOn('counted', 'awaited', 'loose')
  .run(({ counted, awaited, loose }) => {
    expectTypeOf(counted).toEqualTypeOf<{ count: number; note: string }>();
    expectTypeOf(awaited).toEqualTypeOf<Date>();
    expectTypeOf(loose).toEqualTypeOf<number[]>();
  });

// A prefix extended twice: neither sees the other's task.
const left = daily.addTask('left').run(() => 1);
const right = daily.addTask('right').run(() => 2);
expectTypeOf<keyof OutputsOf<typeof left>>().toEqualTypeOf<'extract' | 'clean' | 'left'>();
expectTypeOf<keyof OutputsOf<typeof right>>().toEqualTypeOf<'extract' | 'clean' | 'right'>();

// What the types know of a workflow is a flat union of its tasks, with the IDs of what they read.
expectTypeOf<NonNullable<(typeof daily)['~types']>['tasks']>().toEqualTypeOf<
  Task<'extract', Row[], never, 'input'> | Task<'clean', string[], never, 'input' | 'extract'>
>();

// --- What the user reads -------------------------------------------------------------------------------------

daily
  .addTask('load')
  // @ts-expect-error TS2345 at 'extrct': Argument of type '"extrct"' is not assignable to parameter of type '"extract" | "clean"'.
  .dependsOn('extrct')
  .run(({ extract }) => extract.length)
  .addTask('next')
  .dependsOn('load')
  .run(({ load }) => load.toFixed());

daily
  .addTask('load')
  // @ts-expect-error TS2345 at 'load': Argument of type '"load"' is not assignable to parameter of type '"extract" | "clean"'.
  .dependsOn('clean', 'load')
  .run(({ clean }) => clean.length);

daily
  .addTask('load')
  // @ts-expect-error TS2345 at 'later': Argument of type '"later"' is not assignable to parameter of type '"extract" | "clean"'.
  .dependsOn('later')
  .run(() => 1)
  .addTask('later')
  .run(() => 2);

const computed = daily.definition.id;
// @ts-expect-error TS2345 at computed: Argument of type 'string' is not assignable to parameter of type '"extract" | "clean"'.
daily.addTask('load').dependsOn(computed);

daily
  // @ts-expect-error TS2345 at 'clean': Argument of type '"clean"' is not assignable to parameter of type '"Error: task 'clean' is already defined in this workflow"'.
  .addTask('clean')
  .run(() => 1)
  .addTask('next')
  .run(() => 2);

// @ts-expect-error TS2345 at 'input': Argument of type '"input"' is not assignable to parameter of type '"Error: 'input' is reserved; choose another task ID"'.
daily.addTask('input').run(() => 1);
// @ts-expect-error TS2345 at 'item': Argument of type '"item"' is not assignable to parameter of type '"Error: 'item' is reserved; choose another task ID"'.
daily.addTask('item').run(() => 1);
// @ts-expect-error TS2345 at 'index': Argument of type '"index"' is not assignable to parameter of type '"Error: 'index' is reserved; choose another task ID"'.
daily.addTask('index').run(() => 1);
// @ts-expect-error TS2345 at 'matrix': Argument of type '"matrix"' is not assignable to parameter of type '"Error: 'matrix' is reserved; choose another task ID"'.
daily.addTask('matrix').run(() => 1);

daily
  // @ts-expect-error TS2345 at computed: Argument of type 'string' is not assignable to parameter of type '"Error: a task ID in a chain must be a string literal; for computed IDs build the tasks by reference with graph()"'.
  .addTask(computed)
  .run(() => 1);

daily
  // @ts-expect-error TS2345 at `day-: Argument of type '`day-${string}`' is not assignable to parameter of type '"Error: a task ID in a chain must be a string literal; for computed IDs build the tasks by reference with graph()"'.
  .addTask(`day-${computed}`)
  .run(() => 1);

workflow('first')
  .addTask('a')
  // @ts-expect-error TS2345 at 'b': Argument of type '"b"' is not assignable to parameter of type '"Error: no task is defined before this one, so there is nothing to depend on"'.
  .dependsOn('b')
  .run(() => 1)
  .addTask('b')
  .dependsOn('a')
  .run(({ a }) => a.toFixed());

// @ts-expect-error TS2345 at 'next': Argument of type '"next"' is not assignable to parameter of type '"Error: task 'load' has no .run() yet"'.
daily.addTask('load').dependsOn('clean').addTask('next'); // oxlint-disable-line typescript/no-deprecated

daily
  .addTask('load')
  // @ts-expect-error TS2345 at 'next': Argument of type '"next"' is not assignable to parameter of type '"Error: task 'load' has no .run() yet"'.
  .addTask('next') // oxlint-disable-line typescript/no-deprecated
  .dependsOn('clean')
  .run(({ clean }) => clean.length)
  .addTask('last')
  .dependsOn('clean')
  .run(({ clean }) => clean.length);

daily
  .addTask('load')
  .dependsOn('clean')
  // @ts-expect-error TS2339 at extract }) =>: Property 'extract' does not exist on type '{ readonly clean: string[]; readonly input: { day: string; }; }'.
  .run(({ extract }) => ({ rows: extract }))
  .addTask('next')
  .dependsOn('load', 'clean')
  .run(({ load, clean }) => [load.rows, clean.length]);

daily
  .addTask('load')
  .dependsOn('clean')
  // @ts-expect-error TS2339 at extract: Property 'extract' does not exist on type '{ readonly clean: string[]; readonly input: { day: string; }; }'.
  .run((data) => data.extract);

// @ts-expect-error TS2339 at clean }): Property 'clean' does not exist on type '{ readonly input: { day: string; }; }'.
daily.addTask('load').run(({ clean }) => clean);

daily
  .addTask('load')
  .dependsOn('clean')
  // @ts-expect-error TS2339 at size: Property 'size' does not exist on type 'string[]'.
  .run(({ clean }) => clean.size);

const total = daily.addTask('total').output(z.object({ mm: z.number() }));
total
  // @ts-expect-error TS2322 at mm: Type 'string' is not assignable to type 'number'.
  .run(() => ({ mm: 'none' }))
  .addTask('next')
  .dependsOn('total')
  .run(({ total: { mm } }) => mm.toFixed());
// @ts-expect-error TS2741 at {}: Property 'mm' is missing in type '{}' but required in type '{ mm: number; }'.
total.run((): { mm: number } => ({}));
// @ts-expect-error TS2345 at () => {: Argument of type '() => { mm: string; }' is not assignable to parameter of type '(data: …) => …'.
//   Types of property 'mm' are incompatible.
//   Type 'string' is not assignable to type 'number'.
total.run(() => {
  return { mm: 'none' };
});
// @ts-expect-error TS2322 at ({ mm: Type 'Promise<{ mm: string; }>' is not assignable to type '…'.
//   Type 'Promise<{ mm: string; }>' is not assignable to type 'Promise<{ mm: number; }>'.
//   Type '{ mm: string; }' is not assignable to type '{ mm: number; }'.
//   Types of property 'mm' are incompatible.
//   Type 'string' is not assignable to type 'number'.
total.run(async () => ({ mm: 'none' }));

daily
  .addTask('parsed')
  .run(() => JSON.parse('{}'))
  .addTask('next')
  .dependsOn('parsed')
  // @ts-expect-error TS18046 at parsed.: 'parsed' is of type 'unknown'.
  .run(({ parsed }) => parsed.name);

// @ts-expect-error TS2561 at atempts: Object literal may only specify known properties, but 'atempts' does not exist in type 'RetryOptions'. Did you mean to write 'attempts'?
daily.addTask('load').retry({ atempts: 3 });
// @ts-expect-error TS2345 at '5 sec': Argument of type '"5 sec"' is not assignable to parameter of type 'Duration'.
daily.addTask('load').timeout('5 sec');
