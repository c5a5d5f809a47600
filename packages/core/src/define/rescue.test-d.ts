import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { on, type OutputsOf, type RecoveryRuleOf, skip, type TaskContext, workflow } from '../index.ts';

class PaymentError extends Error {
  readonly amount = 1;
}
class CardError extends PaymentError {
  readonly card = 'x';
}
abstract class HttpError extends Error {
  abstract readonly status: number;
}

const base = workflow('base')
  .addTask('order')
  .run(() => ({ id: 7 }));

// A fallback widens the output by its type; a literal widens, one that a function gives does not; a promise is awaited; `skip` marks the task instead.
const fallen = base
  .addTask('none')
  .fallback(null)
  .run(() => 1)
  .addTask('text')
  .fallback('none')
  .run(async () => 1)
  .addTask('same')
  .fallback(0)
  .run(() => 1)
  .addTask('made')
  .fallback((error) => ({ message: error.message }))
  .run(() => 1)
  .addTask('awaited')
  .fallback(async () => new Date())
  .run(() => 1)
  .addTask('skipped')
  .fallback(skip)
  .run(() => 1)
  .addTask('sometimes')
  .fallback((error) => (error.message === '' ? skip : 'empty'))
  .run(() => 1)
  .addTask('leaking')
  .fallback(() => JSON.parse('{}'))
  .run(() => 1)
  .addTask('checked')
  .output(z.string().transform(Number))
  .fallback([])
  .run(() => '1')
  .addTask('record')
  .fallback({})
  .run(() => 1)
  .addTask('listed')
  .fallback<string[]>([])
  .run(() => ['a']);
expectTypeOf<Omit<OutputsOf<typeof fallen>, 'order'>>().toEqualTypeOf<{
  readonly none: number | null;
  readonly text: number | string;
  readonly same: number;
  readonly made: number | { message: string };
  readonly awaited: number | Date;
  readonly skipped: number | undefined;
  readonly sometimes: number | 'empty' | undefined;
  readonly leaking: unknown;
  readonly checked: number | never[];
  readonly record: number | {};
  readonly listed: string[];
}>();
fallen
  .addTask('reader')
  .dependsOn('none', 'skipped')
  .run(({ none, skipped }) => {
    expectTypeOf(none).toEqualTypeOf<number | null>();
    expectTypeOf(skipped).toEqualTypeOf<number>();
  });

// Rules of recovery: a value widens the output, skip and escalate mark the task. Functions get the error that matched.
const recovered = base
  .addTask('mended')
  .recover([
    on(CardError).retry({ delay: '5s', times: 2 }),
    on(PaymentError).runThenRetry(async (error) => expectTypeOf(error).toEqualTypeOf<PaymentError>()),
    on('E_BUSY').retry(),
    on((error) => error.message === 'x').fail((error) => new TypeError(error.message)),
  ])
  .run(() => true)
  .addTask('valued')
  .recover([
    on(PaymentError).value((error) => error.amount),
    on(HttpError).value((error) => new Date(error.status)),
    on('E_NONE').value('none'),
    on((error): error is CardError => 'card' in error).value(async (error) => [error.card]),
  ])
  .run(() => true)
  .addTask('skipped')
  .recover([on('E_NONE').skip()])
  .run(() => true)
  .addTask('asked')
  .recover([on(Error).escalate('look at it')])
  .run(() => true)
  .addTask('both')
  .fallback(null)
  .recover([on(Error).value(0)])
  .run(() => true)
  .addTask('each')
  .forEach(() => [1])
  .recover([on(Error).value('none of them')])
  .run(({ item }) => item);
expectTypeOf<Omit<OutputsOf<typeof recovered>, 'order'>>().toEqualTypeOf<{
  readonly mended: boolean;
  readonly valued: boolean | number | Date | string | string[];
  readonly skipped: boolean | undefined;
  readonly asked: boolean | undefined;
  readonly both: boolean | null | number;
  readonly each: number[] | string;
}>();
expectTypeOf(on('E').value(1)).toEqualTypeOf<RecoveryRuleOf<number, never>>();
expectTypeOf(on('E').escalate()).toEqualTypeOf<RecoveryRuleOf<never, 'skipped'>>();
const shared = [on('E_BUSY').value(1), on(Error).skip()];
const reused = base
  .addTask('reused')
  .recover(shared)
  .run(() => true);
expectTypeOf<OutputsOf<typeof reused>['reused']>().toEqualTypeOf<boolean | number | undefined>();

// An undo function takes what the handler gave: as the schema before it says, else as it says itself.
base
  .addTask('charge')
  .dependsOn('order')
  .compensate(
    async (charge: { id: string }, { order, input }, context) => {
      expectTypeOf(order.id).toEqualTypeOf<number>();
      expectTypeOf(input).toEqualTypeOf<undefined>();
      expectTypeOf(context).toEqualTypeOf<TaskContext>();
      return charge.id;
    },
    { retry: { attempts: 3 }, timeout: '5s' },
  )
  .run(async () => ({ id: 'c-1', amount: 5 }))
  .addTask('ship')
  .dependsOn('charge')
  .output(z.object({ parcel: z.string().transform(Number) }))
  .compensate(({ parcel }) => expectTypeOf(parcel).toEqualTypeOf<number>())
  .run(({ charge }) => {
    expectTypeOf(charge).toEqualTypeOf<{ id: string; amount: number }>();
    return { parcel: charge.id };
  })
  .addTask('parcels')
  .forEach(() => ['a'])
  .compensate((size: number, { item, index }) => [size, item.length, index])
  .run(({ item }) => item.length)
  .addTask('late')
  .compensate((made: { id: number }) => made.id)
  .output(z.object({ id: z.string().transform(Number) }))
  .run(() => ({ id: '7' }))
  .addTask('blind')
  .compensate(() => {})
  .run(() => 1)
  .addTask('reader')
  .dependsOn('parcels', 'blind')
  .run(({ parcels, blind }) => [...parcels, blind].map((number) => number.toFixed()));

// --- What the user reads -------------------------------------------------------------------------------------

base
  .addTask('price')
  .fallback(null)
  .run(() => 1)
  .addTask('next')
  .dependsOn('price')
  // @ts-expect-error TS18047 at price.: 'price' is possibly 'null'.
  .run(({ price }) => price.toFixed());

base
  .addTask('price')
  .recover([on(PaymentError).value('none')])
  .run(() => 1)
  .addTask('next')
  .dependsOn('price')
  // @ts-expect-error TS2339 at toFixed: Property 'toFixed' does not exist on type 'string | number'.
  .run(({ price }) => price.toFixed());

base
  .addTask('charge')
  .compensate((charge: { id: string }) => charge.id)
  // @ts-expect-error TS2322 at id: Type 'number' is not assignable to type 'string'.
  .run(() => ({ id: 1 }));

base
  .addTask('charge')
  .compensate((charge: { id: string }) => charge.id)
  // @ts-expect-error TS2345 at z.object: Argument of type 'ZodObject<…>' is not assignable to parameter of type 'Schema<{ id: number; }, { id: string; }>'.
  .output(z.object({ id: z.number() }));

base
  .addTask('charge')
  .output(z.object({ id: z.number() }))
  // @ts-expect-error TS2339 at no }): Property 'no' does not exist on type '{ id: number; }'.
  .compensate(({ no }) => no);

// @ts-expect-error TS2551 at amout: Property 'amout' does not exist on type 'PaymentError'. Did you mean 'amount'?
on(PaymentError).value((error) => error.amout);
// @ts-expect-error TS2561 at dely: Object literal may only specify known properties, but 'dely' does not exist in type 'RecoveryRetryOptions'. Did you mean to write 'delay'?
on(PaymentError).retry({ dely: '5s' });
// @ts-expect-error TS2345 at () => 'x': Argument of type '() => string' is not assignable to parameter of type '(error: PaymentError) => Error'.
on(PaymentError).fail(() => 'x');
// @ts-expect-error TS2769 at 404: …
on(404);
// @ts-expect-error TS2739 at on('E'): Type 'Recovery<Error>' is missing the following properties from type 'RecoveryRuleOf<unknown, Mark>': match, action
base.addTask('next').recover([on('E')]);
