import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { fragment, type OutputsOf, workflow } from '../index.ts';

interface Row {
  readonly mm: number;
}

// It reads what it needs as if it were there, and hands out what it exports.
const statistics = fragment<{ input: { day: string }; rows: readonly Row[] }>()
  .addTask('sum')
  .dependsOn('rows')
  .run(({ rows, input }) => {
    expectTypeOf(rows).toEqualTypeOf<readonly Row[]>();
    expectTypeOf(input).toEqualTypeOf<{ day: string }>();
    return rows.length;
  })
  .addTask('mean')
  .dependsOn('sum', 'rows')
  .run(async ({ sum, rows }) => sum / rows.length)
  .addTask('label')
  .dependsOn('mean')
  .run(({ mean }) => mean.toFixed(1))
  .exports('mean', 'label');

// The workflow may have more than is needed, and more exactly typed.
const report = workflow('report', { input: z.object({ day: z.string(), city: z.string() }) })
  .addTask('rows')
  .run((): (Row & { day: string })[] => [])
  .use(statistics)
  .addTask('write')
  .dependsOn('label', 'rows')
  .run(({ label, rows }) => {
    expectTypeOf(label).toEqualTypeOf<string>();
    return rows.map(({ day }) => day);
  });
expectTypeOf<OutputsOf<typeof report>>().toEqualTypeOf<{
  readonly rows: (Row & { day: string })[];
  readonly mean: number;
  readonly label: string;
  readonly write: string[];
}>();

// One that needs nothing fits everywhere; its input is then unknown.
const free = fragment()
  .addTask('now')
  .run(({ input }) => {
    expectTypeOf(input).toEqualTypeOf<unknown>();
    return new Date();
  })
  .exports('now');
expectTypeOf<OutputsOf<ReturnType<typeof withFree>>>().toEqualTypeOf<{ readonly now: Date }>();
function withFree() {
  return workflow('free').use(free);
}

// A needed task may be skipped, or may fail, where the fragment is used: only there it is known.
const guarded = fragment<{ rows: number[]; limit: number }>()
  .addTask('sum')
  .dependsOn('rows')
  .run(({ rows }) => rows.length)
  .addTask('rest')
  .dependsOn('rows', 'limit')
  .triggerRule('all_done')
  .run(({ rows }) => {
    expectTypeOf(rows.status).toEqualTypeOf<
      'succeeded' | 'failed' | 'upstream_failed' | 'cancelled' | 'skipped'
    >();
    return rows.status;
  })
  .addTask('some')
  .when(() => true)
  .run(() => 1)
  .addTask('any')
  .dependsOn('rows', 'some')
  .triggerRule('none_failed')
  .run(() => 1)
  .exports('sum', 'rest', 'some', 'any');
const sure = workflow('sure')
  .addTask('rows')
  .run(() => [1])
  .addTask('limit')
  .run(() => 1)
  .use(guarded);
expectTypeOf<OutputsOf<typeof sure>>().toEqualTypeOf<{
  readonly rows: number[];
  readonly limit: number;
  readonly sum: number;
  readonly rest: 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled' | 'skipped';
  readonly some: number | undefined;
  readonly any: number;
}>();
const unsure = workflow('unsure')
  .addTask('rows')
  .when(() => true)
  .run(() => [1])
  .addTask('limit')
  .allowFailure()
  .run(() => 1)
  .use(guarded)
  .addTask('after')
  .dependsOn('sum')
  .triggerRule('none_failed')
  .run(({ sum }) => sum.status);
expectTypeOf<Omit<OutputsOf<typeof unsure>, 'rows' | 'limit'>>().toEqualTypeOf<{
  readonly sum: number | undefined;
  readonly rest: 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled' | 'skipped';
  readonly some: number | undefined;
  readonly any: number | undefined;
  readonly after: 'succeeded' | 'skipped' | undefined;
}>();
const leaves = workflow('leaves', { failurePolicy: 'leaves' }).use(free);
expectTypeOf<OutputsOf<typeof leaves>>().toEqualTypeOf<{ readonly now: Date | undefined }>();

// --- What the user reads -------------------------------------------------------------------------------------

const dated = workflow('dated', { input: z.object({ day: z.string() }) });

dated
  // @ts-expect-error TS2345 at statistics: Argument of type 'Fragment<{ input: { day: string; }; rows: readonly Row[]; }, Task<…>>' is not assignable to parameter of type '"Error: the fragment needs task 'rows', which this workflow does not have yet"'.
  .use(statistics)
  .addTask('next')
  .dependsOn('label')
  .run(({ label }) => label.length);

dated
  .addTask('rows')
  .run(() => ['1 mm'])
  // @ts-expect-error TS2345 at statistics: Argument of type 'Fragment<…>' is not assignable to parameter of type '"Error: the fragment needs task 'rows' with another type of output"'.
  .use(statistics);

workflow('undated')
  .addTask('rows')
  .run((): Row[] => [])
  // @ts-expect-error TS2345 at statistics: Argument of type 'Fragment<…>' is not assignable to parameter of type '"Error: the fragment needs an input that this workflow's input does not fit"'.
  .use(statistics);

workflow('closed')
  .use(free)
  .addTask('next')
  // @ts-expect-error TS2345 at 'sum': Argument of type '"sum"' is not assignable to parameter of type '"now"'.
  .dependsOn('sum');

const open = fragment<{ rows: Row[] }>()
  .addTask('sum')
  .run(() => 1);
// @ts-expect-error TS2345 at 'summ': Argument of type '"summ"' is not assignable to parameter of type '"sum" | "rows"'.
open.exports('summ');
// @ts-expect-error TS2345 at 'rows': Argument of type '"rows"' is not assignable to parameter of type '"Error: task 'rows' is already defined in this workflow"'.
open.addTask('rows');
// @ts-expect-error TS2741 at open: Property 'tasks' is missing in type 'FragmentFlow<…>' but required in type 'Fragment<…>'.
workflow('early').use(open);
