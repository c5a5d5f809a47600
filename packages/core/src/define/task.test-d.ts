import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { type OutputsOf, task, type TaskContext, workflow } from '../index.ts';

declare const context: TaskContext;

const cities = workflow('cities')
  .addTask('city')
  .run(() => 'Seattle')
  .addTask('days')
  .run(() => [new Date()]);

// With schemas: `run` reads what the input schema gives, users get what the output schema gives.
const greet = task({
  name: 'greet',
  input: z.object({ city: z.string(), loud: z.boolean().default(false) }),
  output: z.string().transform((text) => text.length),
  retry: { attempts: 3 },
  timeout: '5s',
  deadline: 60_000,
  queueTimeout: '1m',
  sla: '2m',
  breaker: { name: 'greeter' },
  resources: { memory: '1GB' },
  isolate: {},
  run: ({ city, loud }, { signal }) => {
    expectTypeOf(city).toEqualTypeOf<string>();
    expectTypeOf(loud).toEqualTypeOf<boolean>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    return `hello ${city}`;
  },
});
expectTypeOf(greet).parameters.toEqualTypeOf<
  [input: { city: string; loud?: boolean | undefined }, context: TaskContext]
>();
expectTypeOf(greet).returns.toEqualTypeOf<Promise<number>>();
expectTypeOf(greet({ city: 'Oslo' }, context)).resolves.toEqualTypeOf<number>();

// Without: the parameter's own annotation is the input's type, and what it returns the output's.
const count = task({ name: 'count', run: async (dates: readonly Date[]) => dates.length });
expectTypeOf(count).toBeCallableWith([new Date()], context);
expectTypeOf(count([], context)).resolves.toEqualTypeOf<number>();

const leaking = task({ name: 'leaking', run: () => JSON.parse('{}') });
expectTypeOf(leaking(undefined, context)).resolves.toEqualTypeOf<unknown>();

// Where the data fits, the task is the handler; else a function makes its input from the data.
const used = cities
  .addTask('greeting')
  .dependsOn('city')
  .run(greet)
  .addTask('counted')
  .dependsOn('days', 'greeting')
  .retry({ attempts: 2 })
  .run(count, ({ days, greeting }) => {
    expectTypeOf(greeting).toEqualTypeOf<number>();
    return days;
  })
  .addTask('leak')
  .run(leaking);
expectTypeOf<OutputsOf<typeof used>>().toEqualTypeOf<{
  readonly city: string;
  readonly days: Date[];
  readonly greeting: number;
  readonly counted: number;
  readonly leak: unknown;
}>();

// What a literal or a tuple is, the task's input says.
const scale = task({
  name: 'scale',
  run: ({ by, unit }: { by: [number, number]; unit: 'mm' | 'inch' }) => `${by[0]} ${unit}`,
});
cities
  .addTask('scaled')
  .dependsOn('days')
  .run(scale, ({ days }) => ({ by: [days.length, 1], unit: 'mm' }));

// --- What the user reads -------------------------------------------------------------------------------------

cities
  .addTask('greeting')
  .dependsOn('days')
  // @ts-expect-error TS2345 at greet: Argument of type 'ReusableTask<{ city: string; loud?: boolean | undefined; }, Promise<number>>' is not assignable to parameter of type '(data: { readonly days: Date[]; readonly input: undefined; }, context: TaskContext<never>) => Promise<number>'.
  //   Property 'city' is missing in type '{ readonly days: Date[]; readonly input: undefined; }' but required in type '{ city: string; loud?: boolean | undefined; }'.
  .run(greet)
  .addTask('next')
  .dependsOn('greeting')
  .run(({ greeting }) => greeting.toFixed());

cities
  .addTask('counted')
  .dependsOn('city')
  // @ts-expect-error TS2322 at city): Type 'string' is not assignable to type 'readonly Date[]'.
  .run(count, ({ city }) => city);

cities
  .addTask('counted')
  .dependsOn('city')
  // @ts-expect-error TS2339 at days }: Property 'days' does not exist on type '{ readonly city: string; readonly input: undefined; }'.
  .run(count, ({ days }) => days);

// @ts-expect-error TS2322 at 'none': Type 'string' is not assignable to type 'number | Promise<number> | PromiseLike<number>'.
task({ name: 'wrong', output: z.number(), run: () => 'none' });

// @ts-expect-error TS2741 at {: Property 'name' is missing in type '{ run: () => number; }' but required in type 'ReusableTaskOptions<…>'.
task({ run: () => 1 });
