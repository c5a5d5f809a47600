import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import {
  type AnyTask,
  type OutputsOf,
  type Settled,
  type Task,
  type TriggerRule,
  workflow,
} from '../index.ts';

const shop = workflow('shop', { input: z.object({ day: z.string() }) })
  .addTask('order')
  .run(() => ({ id: 'o-1', total: 5 }))
  .addTask('route')
  .dependsOn('order')
  .run((): 'express' | 'standard' | 'refuse' => 'express')
  .addTask('coupon')
  .dependsOn('order')
  .when(({ order, input }) => order.total > 10 && input.day !== '')
  .run(() => 'SAVE10')
  .addTask('mail')
  .allowFailure()
  .run(async () => true);
type Tasks<W extends { readonly '~types'?: { readonly tasks: AnyTask } | undefined }> = Entries<
  NonNullable<W['~types']>['tasks']
>;
// Without what they read.
type Entries<T extends AnyTask> = T extends AnyTask ? Task<T['id'], T['out'], T['mark']> : never;

// A task that may be skipped, or may fail without failing the run, may be missing from one that succeeded.
expectTypeOf<OutputsOf<typeof shop>>().toEqualTypeOf<{
  readonly order: { id: string; total: number };
  readonly route: 'express' | 'standard' | 'refuse';
  readonly coupon: string | undefined;
  readonly mail: boolean | undefined;
}>();
expectTypeOf<Tasks<typeof shop>>().toEqualTypeOf<
  | Task<'order', { id: string; total: number }>
  | Task<'route', 'express' | 'standard' | 'refuse'>
  | Task<'coupon', string, 'skipped'>
  | Task<'mail', boolean, 'failed'>
>();
shop.output(({ order, coupon, mail, input }) => {
  expectTypeOf(order.id).toEqualTypeOf<string>();
  expectTypeOf(coupon).toEqualTypeOf<string | undefined>();
  expectTypeOf(mail).toEqualTypeOf<boolean | undefined>();
  expectTypeOf(input).toEqualTypeOf<{ day: string }>();
});

// Under all_success a handler reads the output itself, and hands the marks of what it read on.
const handed = shop
  .addTask('both')
  .dependsOn('coupon', 'mail', 'order')
  .run(({ coupon, mail }) => {
    expectTypeOf(coupon).toEqualTypeOf<string>();
    expectTypeOf(mail).toEqualTypeOf<boolean>();
    return 1;
  })
  .addTask('plain')
  .dependsOn('order')
  .run(() => 1);
expectTypeOf<Extract<Tasks<typeof handed>, { id: 'both' | 'plain' }>>().toEqualTypeOf<
  Task<'both', number, 'skipped' | 'failed'> | Task<'plain', number>
>();

// Under another rule it reads what became of each; a rule said again replaces; the input is as it is.
shop
  .addTask('close')
  .triggerRule('all_failed')
  .dependsOn('order', 'coupon')
  .triggerRule('all_done')
  .run(({ order, coupon, input }) => {
    expectTypeOf(input).toEqualTypeOf<{ day: string }>();
    expectTypeOf(order.status).toEqualTypeOf<'succeeded' | 'failed' | 'upstream_failed' | 'cancelled'>();
    expectTypeOf(coupon.status).toEqualTypeOf<
      'succeeded' | 'failed' | 'upstream_failed' | 'cancelled' | 'skipped'
    >();
    if (order.status === 'failed') expectTypeOf(order.error).toEqualTypeOf<Error>();
    if (order.status === 'upstream_failed') expectTypeOf(order.cause).toEqualTypeOf<string>();
    if (coupon.status === 'skipped') expectTypeOf(coupon.reason).toExtend<string>();
    return order.status === 'succeeded' ? order.value.id : order.status;
  });
shop
  .addTask('either')
  .triggerRule('none_failed')
  .dependsOn('order')
  .run(({ order }) =>
    expectTypeOf(order).toEqualTypeOf<Settled<{ id: string; total: number }, 'succeeded'>>(),
  );
shop
  .addTask('back')
  .dependsOn('order')
  .triggerRule('all_done')
  .triggerRule('all_success')
  .run(({ order }) => order.total.toFixed());

// A task that always runs waits for all, unless it says another rule; its output is always there.
const always = shop
  .addTask('report')
  .dependsOn('order')
  .runAlways()
  .run(({ order }) => order.status)
  .addTask('first')
  .runAlways()
  .dependsOn('coupon')
  .triggerRule('one_success')
  .run(({ coupon }) => coupon.status)
  .addTask('last')
  .triggerRule('all_success')
  .when(() => true)
  .runAlways()
  .dependsOn('order')
  .run(({ order }) => order.id);
expectTypeOf<Pick<OutputsOf<typeof always>, 'report' | 'first' | 'last'>>().toEqualTypeOf<{
  readonly report: 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled';
  readonly first:
    | 'succeeded'
    | 'failed'
    | 'upstream_failed'
    | 'cancelled'
    | 'pending'
    | 'skipped'
    | undefined;
  readonly last: string | undefined;
}>();

// A teardown reads its setup's output itself, and what became of the others.
const torn = shop
  .addTask('use')
  .dependsOn('order')
  .run(() => 1)
  .addTask('drop')
  .dependsOn('use', 'order')
  .teardownOf('order')
  .when(({ order }) => order.total > 0)
  .run((data) => {
    expectTypeOf(data).toEqualTypeOf<{
      readonly input: { day: string };
      readonly order: { id: string; total: number };
      readonly use: Settled<number, 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled'>;
    }>();
    return data.order.id;
  })
  .addTask('forget')
  .teardownOf('coupon')
  .run(({ coupon }) => coupon.length);
expectTypeOf<Extract<Tasks<typeof torn>, { id: 'drop' | 'forget' }>>().toEqualTypeOf<
  Task<'drop', string, 'skipped'> | Task<'forget', number, 'skipped'>
>();

// Conditions read the dependencies and the input, as the rule makes them; more of them may be asked, and asynchronously.
const conditional = shop
  .addTask('send')
  .dependsOn('order')
  .triggerRule('all_done')
  .when(({ order }) => order.status === 'succeeded')
  .when(async ({ order }) => order.status === 'succeeded')
  .dependsOn('route')
  .run((data) => expectTypeOf<keyof typeof data>().toEqualTypeOf<'input' | 'order' | 'route'>());
expectTypeOf<OutputsOf<typeof conditional>['send']>().toEqualTypeOf<true | undefined>();

// A branch adds the dependency, and leaves of its labels those that were named.
const branched = shop
  .addTask('express')
  .onBranch('route', 'express')
  .run(({ route }) => expectTypeOf(route).toEqualTypeOf<'express'>())
  .addTask('paid')
  .dependsOn('route')
  .dependsOn('order')
  .onBranch('route', 'express', 'standard')
  .run(({ route, order }) => {
    expectTypeOf(route).toEqualTypeOf<'express' | 'standard'>();
    return order.total;
  })
  .addTask('truth')
  .onBranch('mail', true)
  .run(({ mail }) => expectTypeOf(mail).toEqualTypeOf<true>())
  .addTask('settled')
  .onBranch('route', 'refuse')
  .triggerRule('all_done')
  .run(({ route }) =>
    route.status === 'succeeded' ? expectTypeOf(route.value).toEqualTypeOf<'refuse'>() : 0,
  )
  .addTask('join')
  .dependsOn('express', 'paid')
  .triggerRule('none_failed_min_one_success')
  .run(({ paid }) => (paid.status === 'succeeded' ? paid.value : paid.reason))
  .addTask('count')
  .output(z.union([z.literal(1), z.literal(2), z.literal(3)]))
  .run(() => 2 as const)
  .addTask('two')
  .onBranch('count', 2, 3)
  .run(({ count }) => expectTypeOf(count).toEqualTypeOf<2 | 3>());
expectTypeOf<Extract<Tasks<typeof branched>, { id: 'express' | 'paid' | 'truth' }>>().toEqualTypeOf<
  | Task<'express', true, 'skipped'>
  | Task<'paid', number, 'skipped'>
  | Task<'truth', true, 'skipped' | 'failed'>
>();

// Where the leaves decide whether a run failed, any task may have failed in one that succeeded.
const leaves = workflow('leaves', {
  failurePolicy: 'leaves',
  onFailure: 'fail-fast',
  module: import.meta.url,
})
  .addTask('fetch')
  .run(() => 1)
  .addTask('mend')
  .dependsOn('fetch')
  .triggerRule('all_failed')
  .run(({ fetch }) => fetch.status);
expectTypeOf<Tasks<typeof leaves>>().toEqualTypeOf<
  | Task<'fetch', number, 'failed'>
  | Task<'mend', 'failed' | 'upstream_failed' | 'cancelled', 'skipped' | 'failed'>
>();

// --- What the user reads -------------------------------------------------------------------------------------

shop
  .addTask('next')
  .dependsOn('order')
  .triggerRule('all_done')
  // @ts-expect-error TS2339 at total: Property 'total' does not exist on type 'Settled<{ id: string; total: number; }, …>'.
  .run(({ order }) => order.total)
  .addTask('after')
  .dependsOn('next')
  .run(() => 1);

shop
  .addTask('next')
  .dependsOn('order')
  .triggerRule('all_failed')
  // @ts-expect-error TS2367 at order.status: This comparison appears to be unintentional because the types '…' and '"succeeded"' have no overlap.
  .run(({ order }) => order.status === 'succeeded');

// @ts-expect-error TS2345 at 'all_don': Argument of type '"all_don"' is not assignable to parameter of type 'TriggerRule'.
shop.addTask('next').triggerRule('all_don');
declare const rule: TriggerRule;
shop.addTask('next').dependsOn('order').triggerRule(rule);

shop
  .addTask('next')
  .dependsOn('order')
  .when(({ order }) => order.total > 0)
  // @ts-expect-error TS2345 at 'all_done': Argument of type '"all_done"' is not assignable to parameter of type '"Error: say .triggerRule(), .runAlways() and .teardownOf() before .when(), .forEach(), .compensate() and .pool() with options, which read the data as the rule makes it"'.
  .triggerRule('all_done');

// @ts-expect-error TS2684 at shop: The 'this' context of type 'TaskBuilder<…' is not assignable to method's 'this' of type '"Error: say .triggerRule(), .runAlways() and .teardownOf() before .when(), .forEach(), .compensate() and .pool() with options, which read the data as the rule makes it"'.
shop
  .addTask('next')
  .forEach(() => [1])
  .runAlways();

// @ts-expect-error TS2345 at 'always': Argument of type '"always"' is not assignable to parameter of type '"Error: a teardown has a trigger rule of its own: its setup has succeeded, and whatever uses it has ended"'.
shop.addTask('next').teardownOf('order').triggerRule('always');

// @ts-expect-error TS2345 at 'ordr': Argument of type '"ordr"' is not assignable to parameter of type '"order" | "route" | "coupon" | "mail"'.
shop.addTask('next').teardownOf('ordr');

shop
  .addTask('next')
  .dependsOn('order')
  // @ts-expect-error TS2322 at order.total: Type 'number' is not assignable to type 'boolean | PromiseLike<boolean>'.
  .when(({ order }) => order.total);

shop
  .addTask('next')
  // @ts-expect-error TS2339 at order }): Property 'order' does not exist on type '{ readonly input: { day: string; }; }'.
  .when(({ order }) => order);

shop
  .addTask('next')
  // @ts-expect-error TS2345 at 'slow': Argument of type '"slow"' is not assignable to parameter of type '"express" | "standard" | "refuse"'.
  .onBranch('route', 'express', 'slow')
  .run(({ route }) => route);

shop
  .addTask('next')
  // @ts-expect-error TS2345 at 'SAVE10': Argument of type '"SAVE10"' is not assignable to parameter of type '"Error: the output of task 'coupon' is not a union of literals such as 'yes' | 'no', so it has no branches"'.
  .onBranch('coupon', 'SAVE10')
  .run(({ coupon }) => coupon);

// @ts-expect-error TS2345 at 5): Argument of type '5' is not assignable to parameter of type '"Error: the output of task 'order' is not a union of literals such as 'yes' | 'no', so it has no branches"'.
shop.addTask('next').onBranch('order', 5);
// @ts-expect-error TS2345 at 'rout': Argument of type '"rout"' is not assignable to parameter of type '"order" | "route" | "coupon" | "mail"'.
shop.addTask('next').onBranch('rout', 'express');
// @ts-expect-error TS2555 at onBranch: Expected at least 2 arguments, but got 1.
shop.addTask('next').onBranch('route');

// @ts-expect-error TS18048 at coupon.: 'coupon' is possibly 'undefined'.
shop.output(({ coupon }) => coupon.length);

// @ts-expect-error TS2322 at failurePolicy: Type '"leafs"' is not assignable to type '…'.
workflow('typo', { failurePolicy: 'leafs' });
