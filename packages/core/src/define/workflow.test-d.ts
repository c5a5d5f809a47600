import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { type InputOf, type OutputsOf, type Schema, type Workflow, workflow } from '../index.ts';

// A schema has two sides: the run takes the one, handlers read the other.
const schema = z.object({
  day: z.iso.date(),
  limit: z.number().default(10),
  since: z.string().transform((text) => new Date(text)),
});
const typed = workflow('typed', { version: '1.2.0', description: 'one line', input: schema })
  .addTask('read')
  .run(({ input }) => {
    expectTypeOf(input).toEqualTypeOf<{ day: string; limit: number; since: Date }>();
    return input.since;
  });
expectTypeOf<InputOf<typeof typed>>().toEqualTypeOf<{
  day: string;
  limit?: number | undefined;
  since: string;
}>();
expectTypeOf<OutputsOf<typeof typed>>().toEqualTypeOf<{ readonly read: Date }>();

// Any Standard Schema will do, and a type without a schema.
declare const standard: Schema<string, URL>;
expectTypeOf<InputOf<ReturnType<typeof fromStandard>>>().toEqualTypeOf<string>();
function fromStandard() {
  return workflow('standard', { input: standard })
    .addTask('read')
    .run(({ input }) => expectTypeOf(input).toEqualTypeOf<URL>());
}
const declared = workflow<{ path: string }>('declared')
  .addTask('read')
  .run(({ input }) => input.path);
expectTypeOf<InputOf<typeof declared>>().toEqualTypeOf<{ path: string }>();

// No input at all.
const bare = workflow('bare')
  .addTask('one')
  .run(() => 1);
expectTypeOf<InputOf<typeof bare>>().toEqualTypeOf<undefined>();

// Said explicitly, types leave nothing to infer: the failure policy's is said too.
const leaves = workflow<number, number, 'leaves'>('leaves', { failurePolicy: 'leaves' })
  .addTask('one')
  .run(({ input }) => input);
expectTypeOf<OutputsOf<typeof leaves>>().toEqualTypeOf<{ readonly one: number | undefined }>();
// @ts-expect-error TS2322 at failurePolicy: Type '"leaves"' is not assignable to type '"any"'.
workflow<number>('leaves', { failurePolicy: 'leaves' });

// What is not a workflow has no input and no outputs.
expectTypeOf<InputOf<string>>().toEqualTypeOf<never>();
expectTypeOf<OutputsOf<{ id: string }>>().toEqualTypeOf<never>();

// The workflow's output is made from the tasks' outputs and the input, and nothing follows it.
const summed = typed
  .addTask('count')
  .run(async () => 3)
  .output((outputs) => {
    expectTypeOf(outputs.read).toEqualTypeOf<Date>();
    expectTypeOf(outputs.count).toEqualTypeOf<number>();
    expectTypeOf(outputs.input.limit).toEqualTypeOf<number>();
    expectTypeOf<keyof typeof outputs>().toEqualTypeOf<'read' | 'count' | 'input'>();
    return { total: outputs.count };
  });
expectTypeOf(summed).toExtend<Workflow<z.input<typeof schema>>>();
expectTypeOf<NonNullable<(typeof summed)['~types']>['output']>().toEqualTypeOf<{ total: number }>();

// --- What the user reads -------------------------------------------------------------------------------------

// @ts-expect-error TS2339 at addTask: Property 'addTask' does not exist on type 'Workflow<…>'.
summed.addTask('more');

// @ts-expect-error TS2339 at nope }): Property 'nope' does not exist on type '{ readonly one: number; readonly input: undefined; }'.
bare.output(({ nope }) => nope);

// @ts-expect-error TS2561 at verison: Object literal may only specify known properties, but 'verison' does not exist in type 'WorkflowOptions<undefined, undefined, "any">'. Did you mean to write 'version'?
workflow('typo', { verison: '1.0.0' });

// @ts-expect-error TS2353 at day: Object literal may only specify known properties, and 'day' does not exist in type 'StandardSchemaV1<…>'.
workflow('no-schema', { input: { day: 'string' } });

typed
  .addTask('load')
  // @ts-expect-error TS2551 at limits: Property 'limits' does not exist on type '{ day: string; limit: number; since: Date; }'. Did you mean 'limit'?
  .run(({ input }) => input.limits);
