import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { type AnyTask, type OutputsOf, type Pool, type Workflow, workflow } from '../index.ts';

const priced = workflow('priced', { input: z.object({ id: z.number(), loud: z.boolean().default(false) }) })
  .addTask('price')
  .run(({ input }) => input.id * 2)
  .output(({ price }) => ({ price }));
const bare = workflow('bare')
  .addTask('one')
  .run(() => 1);
const optional = workflow<number | undefined, number>('optional')
  .addTask('one')
  .run(() => 1)
  .output(({ one }) => one);

const shop = workflow('shop')
  .addTask('order')
  .run(() => ({ id: 1, dueAt: new Date() }))
  .addTask('coupon')
  .when(() => true)
  .run(() => 'SAVE10');

// Another workflow as a task: its output is the task's, and its input is made from the data.
const parent = shop
  .addTask('priced')
  .dependsOn('order')
  .retry({ attempts: 2 })
  .runWorkflow(priced, ({ order }) => ({ id: order.id }))
  .addTask('bare')
  .dependsOn('coupon')
  .runWorkflow(bare)
  .addTask('optional')
  .runWorkflow(optional)
  .addTask('given')
  .dependsOn('order')
  .runWorkflow(optional, ({ order }) => order.id)
  .addTask('each')
  .dependsOn('order')
  .forEach(({ order }) => [order.id])
  .fallback(null)
  .runWorkflow(priced, ({ item, index }) => ({ id: item + index, loud: true }))
  .addTask('checked')
  .output(z.object({ price: z.number().transform(String) }))
  .runWorkflow(priced, () => ({ id: 1 }))
  .addTask('later')
  .runWorkflow(
    () => priced,
    () => ({ id: 1 }),
  );
expectTypeOf<Omit<OutputsOf<typeof parent>, 'order' | 'coupon'>>().toEqualTypeOf<{
  readonly priced: { price: number };
  readonly bare: undefined;
  readonly optional: number;
  readonly given: number;
  readonly each: { price: number }[] | null;
  readonly checked: { price: string };
  readonly later: { price: number };
}>();

// One that runs itself is given by a function, and says its own type.
const countdown: Workflow<number, AnyTask, number> = workflow<number>('countdown')
  .addTask('rest')
  .when(({ input }) => input > 0)
  .runWorkflow(
    () => countdown,
    ({ input }) => input - 1,
  )
  .output(({ rest = 0 }) => rest + 1);

// Sleeping gives nothing; what it hands on are the marks.
const slept = shop
  .addTask('soon')
  .sleep('5s')
  .addTask('then-on')
  .dependsOn('coupon')
  .sleep(new Date(0))
  .addTask('due')
  .dependsOn('order')
  .triggerRule('none_failed')
  .sleep(({ order }) => order.value.dueAt);
expectTypeOf<Pick<OutputsOf<typeof slept>, 'soon' | 'due'>>().toEqualTypeOf<{
  readonly soon: undefined;
  readonly due: undefined;
}>();

// Policies change nothing in the types; a pool's key reads the data, and an item's.
declare const db: Pool;
shop
  .addTask('placed')
  .dependsOn('order')
  .queueTimeout('1m')
  .sla('10m')
  .breaker('payments')
  .breaker({ name: 'payments', failureRate: 0.3, window: '1m' })
  .resources({ cpu: 2, memory: '512MB' })
  .isolate()
  .isolate({ memory: '1GiB', env: { TZ: 'UTC' } })
  .pool(db)
  .triggerRule('all_done')
  .pool(db, { slots: 2, key: ({ order }) => order.status })
  .run(({ order }) => order.status)
  .addTask('each')
  .forEach(() => ['a'])
  .pool(db, { key: ({ item }) => item })
  .run(({ item }) => item);

// --- What the user reads -------------------------------------------------------------------------------------

// @ts-expect-error TS2554 at runWorkflow: Expected 2 arguments, but got 1.
shop.addTask('next').runWorkflow(priced);

shop
  .addTask('next')
  .dependsOn('order')
  // @ts-expect-error TS2741 at ({}): Property 'id' is missing in type '{}' but required in type '…'.
  .runWorkflow(priced, () => ({}));

shop
  .addTask('next')
  .dependsOn('order')
  // @ts-expect-error TS2339 at ordr }) =>: Property 'ordr' does not exist on type '{ readonly order: { id: number; dueAt: Date; }; readonly input: undefined; }'.
  .runWorkflow(priced, ({ ordr }) => ({ id: ordr }));

// @ts-expect-error TS2345 at 'priced': …
shop.addTask('next').runWorkflow('priced');

// @ts-expect-error TS2345 at '5 sec': Argument of type '"5 sec"' is not assignable to parameter of type '…'.
shop.addTask('next').sleep('5 sec');

shop
  .addTask('next')
  .dependsOn('order')
  // @ts-expect-error TS2345 at ({ order: Argument of type '({ order }: …) => string' is not assignable to parameter of type '…'.
  .sleep(({ order }) => order.id.toFixed());

// @ts-expect-error TS2322 at key: Type '() => number' is not assignable to type '(data: { readonly input: undefined; }) => string'.
shop.addTask('next').pool(db, { key: () => 1 });
// @ts-expect-error TS2345 at 'db': Argument of type 'string' is not assignable to parameter of type 'Pool'.
shop.addTask('next').pool('db');
// @ts-expect-error TS2322 at memory: Type '"much"' is not assignable to type '…'.
shop.addTask('next').resources({ memory: 'much' });

// A signal's payload is what its schema gives; what stands for it widens it, or it may be missing.
const signalled = workflow('signalled')
  .addTask('paid')
  .waitForSignal('paid', z.object({ at: z.string().transform((text) => new Date(text)) }))
  .addTask('fails')
  .waitForSignal('a', z.number(), { timeout: '1d' })
  .addTask('said')
  .waitForSignal('b', z.number(), { timeout: '1d', onTimeout: 'fail' })
  .addTask('rated')
  .waitForSignal('c', z.number(), { timeout: '1d', onTimeout: 'skip' })
  .addTask('tip')
  .waitForSignal('d', z.number(), { timeout: '1d', onTimeout: 'none' })
  .addTask('nothing')
  .waitForSignal('e', z.number(), { timeout: '1d', onTimeout: null })
  .addTask('reads')
  .dependsOn('paid', 'tip')
  .run(({ paid, tip }) => [paid.at.getTime(), tip] as const);
expectTypeOf<OutputsOf<typeof signalled>>().toEqualTypeOf<{
  readonly paid: { at: Date };
  readonly fails: number;
  readonly said: number;
  readonly rated: number | undefined;
  readonly tip: number | 'none';
  readonly nothing: number | null;
  readonly reads: readonly [number, number | 'none'];
}>();
