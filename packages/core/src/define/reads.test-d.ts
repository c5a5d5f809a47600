import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import {
  type AnyTask,
  type DataOf,
  fragment,
  graph,
  type Settled,
  type Task,
  type Workflow,
  workflow,
} from '../index.ts';

// The data of a task's handler, found again in the type of the workflow.
type Data<W, Id extends string> =
  W extends Workflow<unknown, infer T extends AnyTask, unknown, infer Input>
    ? DataOf<Extract<T, { readonly id: Id }>, T, Input>
    : never;
type Ended<T> = Settled<T, 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled'>;

const shop = workflow('shop', { input: z.object({ day: z.string(), limit: z.number().default(1) }) })
  .addTask('order')
  .run(() => ({ total: 5 }))
  .addTask('route')
  .dependsOn('order')
  .run((): 'express' | 'standard' => 'express')
  .addTask('items')
  .dependsOn('order', 'route')
  .forEach(() => ['a'])
  .run(({ item }) => item.length)
  .addTask('build')
  .matrix({ os: ['linux', 'macos'] })
  .run(({ matrix }) => matrix.os)
  .addTask('send')
  .onBranch('route', 'express')
  .dependsOn('items')
  .run(() => true)
  .addTask('told')
  .dependsOn('send', 'order')
  .triggerRule('all_done')
  .run(() => 1)
  .addTask('ever')
  .dependsOn('send')
  .runAlways()
  .sleep('1s')
  .addTask('undo')
  .dependsOn('told')
  .teardownOf('send')
  .run(() => 1);

// The input is as the schema makes it; dependencies are as the rule and the steps make them.
interface Input {
  day: string;
  limit: number;
}
type Shop = typeof shop;
expectTypeOf<Data<Shop, 'order'>>().toEqualTypeOf<{ readonly input: Input }>();
expectTypeOf<Data<Shop, 'route'>>().toEqualTypeOf<{
  readonly input: Input;
  readonly order: { total: number };
}>();
expectTypeOf<Data<Shop, 'items'>>().toEqualTypeOf<{
  readonly input: Input;
  readonly order: { total: number };
  readonly route: 'express' | 'standard';
  readonly item: string;
  readonly index: number;
}>();
expectTypeOf<Data<Shop, 'build'>>().toEqualTypeOf<{
  readonly input: Input;
  readonly matrix: { readonly os: 'linux' | 'macos' };
  readonly index: number;
}>();
expectTypeOf<Data<Shop, 'send'>>().toEqualTypeOf<{
  readonly input: Input;
  readonly route: 'express';
  readonly items: number[];
}>();
expectTypeOf<Data<Shop, 'told'>>().toEqualTypeOf<{
  readonly input: Input;
  readonly order: Ended<{ total: number }>;
  readonly send: Ended<boolean> | Settled<boolean, 'skipped'>;
}>();
expectTypeOf<Data<Shop, 'ever'>>().toEqualTypeOf<{
  readonly input: Input;
  readonly send: Ended<boolean> | Settled<boolean, 'skipped'>;
}>();
expectTypeOf<Data<Shop, 'undo'>>().toEqualTypeOf<{
  readonly input: Input;
  readonly send: boolean;
  readonly told: Ended<number>;
}>();
const finished = shop.output(({ told }) => told);
expectTypeOf<Data<typeof finished, 'route'>>().toEqualTypeOf<Data<Shop, 'route'>>();

// What a fragment keeps to itself is known all the same; what it needs, and its input, are as the workflow has them.
const part = fragment<{ input: { day: string }; rows: readonly string[] }>()
  .addTask('trimmed')
  .dependsOn('rows')
  .run(({ rows }) => new Set(rows))
  .addTask('unique')
  .dependsOn('trimmed', 'rows')
  .run(({ trimmed }) => [...trimmed])
  .addTask('closed')
  .dependsOn('unique', 'trimmed')
  .triggerRule('all_done')
  .run(({ unique }) => unique.status)
  .exports('unique', 'closed');
const used = workflow<{ day: string; city: string }>('used')
  .addTask('rows')
  .run(() => ['a'])
  .use(part);
expectTypeOf<Data<typeof used, 'unique'>>().toEqualTypeOf<{
  readonly input: { day: string; city: string };
  readonly rows: string[];
  readonly trimmed: Set<string>;
}>();
expectTypeOf<Data<typeof used, 'closed'>>().toEqualTypeOf<{
  readonly input: { day: string; city: string };
  readonly unique: Ended<string[]>;
  readonly trimmed: Ended<Set<string>> | Settled<Set<string>, 'skipped'>;
}>();

// So is what a task by reference depends on, whether or not the workflow was given that by name.
const g = graph<{ day: string }>();
const first = g.addTask('first').run(() => new Date());
const second = g
  .addTask('second')
  .dependsOn(first)
  .run(() => 1);
const third = g
  .addTask('third')
  .dependsOn(first, second)
  .triggerRule('one_success')
  .forEach(() => [true])
  .run(({ item }) => item);
const months = [1, 2].map((month) => g.addTask(`month-${month}`).run(() => month));
const year = g
  .addTask('year')
  .dependsOn(...months)
  .run(() => 1);
const generated = workflow<{ day: string; city: string }>('generated')
  .addTasks(second, third)
  .addTask('last')
  .dependsOn('third')
  .run(() => 1);
const calendar = workflow<{ day: string }>('calendar').addTasks(year);
expectTypeOf<Data<typeof generated, 'second'>>().toEqualTypeOf<{
  readonly input: { day: string; city: string };
  readonly first: Date;
}>();
type Arm<T> = Settled<T, 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled' | 'pending'>;
expectTypeOf<Data<typeof generated, 'third'>>().toEqualTypeOf<{
  readonly input: { day: string; city: string };
  readonly first: Arm<Date>;
  readonly second: Arm<number>;
  readonly item: boolean;
  readonly index: number;
}>();
expectTypeOf<Data<typeof generated, 'last'>>().toEqualTypeOf<{
  readonly input: { day: string; city: string };
  readonly third: boolean[];
}>();
expectTypeOf<Data<typeof calendar, 'year'>>().toEqualTypeOf<{
  readonly [id: `month-${number}`]: number;
  readonly input: { day: string };
}>();

// A workflow can have a type of its own, of what its users need: what its handlers read is then not known.
const annotated: Workflow<
  { day: string; limit?: number | undefined },
  Task<'order', { total: number }> | AnyTask
> = shop;
expectTypeOf<Data<typeof annotated, 'order'>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();
const exact: Workflow<undefined, Task<'answer', number>, number> = workflow('exact')
  .addTask('answer')
  .run(() => 42)
  .output(({ answer }) => answer);
expectTypeOf<Data<typeof exact, 'answer'>>().toEqualTypeOf<Readonly<Record<string, unknown>>>();

// --- What the user reads -------------------------------------------------------------------------------------

// @ts-expect-error TS2322 at wrong: Type 'Flow<…>' is not assignable to type 'Workflow<…>'.
//   Type 'number' is not assignable to type 'string'.
const wrong: Workflow<undefined, Task<'answer', string>> = workflow('other')
  .addTask('answer')
  .run(() => 42);
