import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { run, runOrThrow, type TaskResult, workflow, type WorkflowError } from '../index.ts';

const bare = workflow('bare')
  .addTask('count')
  .run(() => 1)
  .addTask('name')
  .run(async () => 'x');
const dated = workflow('dated', { input: z.object({ day: z.string(), limit: z.number().default(1) }) })
  .addTask('count')
  .run(() => 1)
  .output(({ count, input }) => ({ sum: count + input.limit }));

// The input is asked for where there is one; where it may be undefined it can be left out.
expectTypeOf(run).toBeCallableWith(bare);
expectTypeOf(run).toBeCallableWith(bare, undefined, { concurrency: 1 });
expectTypeOf(run).toBeCallableWith(dated, { day: 'x' });
expectTypeOf(run).toBeCallableWith(dated, { day: 'x', limit: 2 }, { timeout: '1m' });
run(workflow('optional', { input: z.object({ day: z.string() }).optional() }));

// Narrowed on `outcome` or on `state`, all outputs are there; before that, those of the tasks that succeeded.
const result = await run(bare);
expectTypeOf(result.outcome).toEqualTypeOf<'success' | 'partial' | 'failed' | 'cancelled'>();
expectTypeOf(result.outputs.count).toEqualTypeOf<number | undefined>();
expectTypeOf(result.tasks).toEqualTypeOf<{ readonly count: TaskResult; readonly name: TaskResult }>();
if (result.outcome === 'success') {
  expectTypeOf(result.outputs).toEqualTypeOf<{ readonly count: number; readonly name: string }>();
  expectTypeOf(result.output).toEqualTypeOf<undefined>();
  expectTypeOf(result.error).toEqualTypeOf<undefined>();
} else {
  expectTypeOf(result.outputs.name).toEqualTypeOf<string | undefined>();
  expectTypeOf(result.error).toExtend<WorkflowError>();
}
const other = await run(dated, { day: 'x' }).result;
if (other.state === 'succeeded') expectTypeOf(other.output).toEqualTypeOf<{ sum: number }>();
if (other.state === 'cancelled') expectTypeOf(other.error.code).toEqualTypeOf<'run_cancelled'>();

const { output, outputs } = await runOrThrow(dated, { day: 'x' });
expectTypeOf(output).toEqualTypeOf<{ sum: number }>();
expectTypeOf(outputs).toEqualTypeOf<{ readonly count: number }>();

// What may be skipped, or may fail, is not sure to be there in a run that succeeded either.
const unsure = await run(
  bare
    .addTask('asked')
    .when(() => true)
    .run(() => 1)
    .addTask('tried')
    .allowFailure()
    .run(() => new Date()),
);
if (unsure.state === 'succeeded') {
  expectTypeOf(unsure.outputs).toEqualTypeOf<{
    readonly count: number;
    readonly name: string;
    readonly asked: number | undefined;
    readonly tried: Date | undefined;
  }>();
}

// --- What the user reads -------------------------------------------------------------------------------------

// @ts-expect-error TS2554 at run: Expected 2-3 arguments, but got 1.
run(dated);
// @ts-expect-error TS2353 at dya: Object literal may only specify known properties, and 'dya' does not exist in type '{ day: string; limit?: number | undefined; }'.
run(dated, { dya: 'x' });
// @ts-expect-error TS2322 at day: Type 'number' is not assignable to type 'string'.
run(dated, { day: 1 });
// @ts-expect-error TS2322 at day: Type 'number' is not assignable to type 'string'.
runOrThrow(dated, { day: 1 });
// @ts-expect-error TS2561 at concurency: Object literal may only specify known properties, but 'concurency' does not exist in type 'RunOptions'. Did you mean to write 'concurrency'?
run(bare, undefined, { concurency: 1 });

// @ts-expect-error TS2345 at { day: Argument of type '{ day: string; }' is not assignable to parameter of type 'undefined'.
run(bare, { day: 'x' });
// @ts-expect-error TS2345 at 5: Argument of type '5' is not assignable to parameter of type 'undefined'.
runOrThrow(bare, 5);

// @ts-expect-error TS2741 at bare.addTask: Property 'definition' is missing in type 'TaskBuilder<…>' but required in type 'Workflow<…>'.
run(bare.addTask('load').dependsOn('count'));
// @ts-expect-error TS2345 at 'bare': Argument of type 'string' is not assignable to parameter of type 'Workflow<…>'.
run('bare');

// @ts-expect-error TS2339 at total: Property 'total' does not exist on type '{ readonly count: TaskResult; readonly name: TaskResult; }'.
const { total } = result.tasks;
// @ts-expect-error TS18048 at result: 'result.outputs.count' is possibly 'undefined'.
result.outputs.count.toFixed();
// @ts-expect-error TS2339 at then: Property 'then' does not exist on type 'Flow<…>'.
void bare.then;
