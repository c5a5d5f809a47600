import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { type FanOutSummary, type OutputsOf, type Settled, workflow } from '../index.ts';

const shop = workflow('shop')
  .addTask('rows')
  .run(() => [{ city: 'Oslo', mm: 1 }])
  .addTask('factor')
  .when(() => true)
  .run(() => 2);

type Item<T> = Settled<T, 'succeeded' | 'failed'>;

// One run of the handler for each item: it reads `item` and `index` beside the dependencies; the output is a list.
const each = shop
  .addTask('all')
  .dependsOn('rows', 'factor')
  .forEach(({ rows, factor, input }) => {
    expectTypeOf(input).toEqualTypeOf<undefined>();
    return rows.map(({ mm }) => mm * factor);
  })
  .run(async (data) => {
    expectTypeOf(data).toEqualTypeOf<{
      readonly input: undefined;
      readonly rows: { city: string; mm: number }[];
      readonly factor: number;
      readonly item: number;
      readonly index: number;
    }>();
    return String(data.item);
  })
  .addTask('settled')
  .forEach(() => new Set(['a']), { concurrency: 4, join: 'allSettled' })
  .run(({ item }) => item.length)
  .addTask('tolerant')
  .forEach(async () => new Map([['a', 1]]), { join: { tolerate: '5%' } })
  .run(({ item: [key, value] }) => key.repeat(value))
  .addTask('summary')
  .forEach(
    async function* () {
      yield new Date();
    },
    { collect: false, join: 'allSettled' },
  )
  .run(({ item }) => item.getTime())
  .addTask('reduce')
  .dependsOn('all', 'settled', 'summary')
  .run(({ all, settled, summary }) => {
    expectTypeOf(all).toEqualTypeOf<string[]>();
    expectTypeOf(summary).toEqualTypeOf<FanOutSummary>();
    return settled.map((one) => (one.status === 'succeeded' ? one.value : one.error.message));
  });
expectTypeOf<Omit<OutputsOf<typeof each>, 'rows' | 'factor'>>().toEqualTypeOf<{
  readonly all: string[] | undefined;
  readonly settled: Item<number>[];
  readonly tolerant: Item<string>[];
  readonly summary: FanOutSummary;
  readonly reduce: (string | number)[] | undefined;
}>();

// A matrix has a point for each combination; its axes keep their literals.
const matrix = shop
  .addTask('build')
  .matrix({ os: ['linux', 'macos'], node: [20, 22], debug: [true] }, { concurrency: 2 })
  .run((data) => {
    expectTypeOf(data).toEqualTypeOf<{
      readonly input: undefined;
      readonly matrix: {
        readonly os: 'linux' | 'macos';
        readonly node: 20 | 22;
        readonly debug: true;
      };
      readonly index: number;
    }>();
    return data.matrix.os;
  })
  .addTask('some')
  .matrix({ os: ['linux', 'macos'] }, { join: { tolerate: 1 } })
  .run(({ matrix }) => matrix.os)
  .addTask('none')
  .matrix({ shard: Array.from({ length: 3 }, (_, shard) => shard) }, { collect: false })
  .run(({ matrix }) => expectTypeOf(matrix).toEqualTypeOf<{ readonly shard: number }>());
expectTypeOf<Pick<OutputsOf<typeof matrix>, 'build' | 'some' | 'none'>>().toEqualTypeOf<{
  readonly build: ('linux' | 'macos')[];
  readonly some: Item<'linux' | 'macos'>[];
  readonly none: FanOutSummary;
}>();

// A schema is for one item; what stands in is for the whole task; conditions and branches come before the items.
const mixed = shop
  .addTask('checked')
  .dependsOn('rows')
  .forEach(({ rows }) => rows)
  .output(z.string().transform(Number))
  .fallback(null)
  .run(({ item }) => item.city)
  .addTask('asked')
  .dependsOn('rows')
  .forEach(({ rows }) => rows)
  .when((data) => {
    expectTypeOf<keyof typeof data>().toEqualTypeOf<'input' | 'rows'>();
    return data.rows.length > 0;
  })
  .run(({ item }) => item.mm)
  .addTask('waiting')
  .dependsOn('rows')
  .triggerRule('all_done')
  .forEach(({ rows }) => (rows.status === 'succeeded' ? rows.value : []))
  .run(({ item, rows }) => [item.mm, rows.status] as const)
  .addTask('again')
  .forEach(() => [1])
  .forEach(() => ['x'])
  .run(({ item }) => expectTypeOf(item).toEqualTypeOf<string>());
expectTypeOf<Pick<OutputsOf<typeof mixed>, 'checked' | 'asked'>>().toEqualTypeOf<{
  readonly checked: number[] | null;
  readonly asked: number[] | undefined;
}>();

// Options that are not known exactly leave open what the output is.
declare const collect: boolean;
declare const join: 'all' | 'allSettled';
const open = shop
  .addTask('open')
  .forEach(() => [1], { collect, join })
  .run(({ item }) => item);
expectTypeOf<OutputsOf<typeof open>['open']>().toEqualTypeOf<number[] | Item<number>[] | FanOutSummary>();

// --- What the user reads -------------------------------------------------------------------------------------

shop
  .addTask('next')
  .dependsOn('rows')
  // @ts-expect-error TS2322 at rows.length: Type 'number' is not assignable to type '…'.
  .forEach(({ rows }) => rows.length);

shop
  .addTask('next')
  .dependsOn('rows')
  .forEach(({ rows }) => rows)
  // @ts-expect-error TS2339 at town: Property 'town' does not exist on type '{ city: string; mm: number; }'.
  .run(({ item }) => item.town);

shop
  .addTask('next')
  .dependsOn('rows')
  // @ts-expect-error TS2339 at item }): Property 'item' does not exist on type '{ readonly rows: { city: string; mm: number; }[]; readonly input: undefined; }'.
  .run(({ item }) => item);

// @ts-expect-error TS2561 at concurency: Object literal may only specify known properties, but 'concurency' does not exist in type '…'. Did you mean to write 'concurrency'?
shop.addTask('next').forEach(() => [1], { concurency: 2 });
// @ts-expect-error TS2322 at join: Type '"some"' is not assignable to type '…'.
shop.addTask('next').forEach(() => [1], { join: 'some' });
// @ts-expect-error TS2322 at tolerate: Type '"few"' is not assignable to type 'Tolerance'.
shop.addTask('next').matrix({ os: ['linux'] }, { join: { tolerate: 'few' } });
// @ts-expect-error TS2322 at os: Type 'string' is not assignable to type 'readonly unknown[]'.
shop.addTask('next').matrix({ os: 'linux' });

shop
  .addTask('next')
  .matrix({ os: ['linux', 'macos'] })
  // @ts-expect-error TS2367 at matrix.os: This comparison appears to be unintentional because the types '"linux" | "macos"' and '"windows"' have no overlap.
  .run(({ matrix }) => matrix.os === 'windows');
