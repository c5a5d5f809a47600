import {
  type AnyTask,
  type FanOutSummary,
  fragment,
  graph,
  type Settled,
  skip,
  type Task,
  type Workflow,
  workflow,
} from '@wf-sdk/core';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

import { after, type Failures, gate, type Stubs, testRun } from '../index.ts';

declare function stub<In, T extends AnyTask, Out, Input>(
  workflow: Workflow<In, T, Out, Input>,
  stubs: Stubs<Input, T>,
): void;
declare function fail<In, T extends AnyTask, Out>(
  workflow: Workflow<In, T, Out>,
  failures: Failures<T>,
): void;

interface Row {
  readonly mm: number;
}
const shop = workflow('shop', {
  input: z.object({ day: z.string(), since: z.string().transform((text) => new Date(text)) }),
})
  .addTask('rows')
  .run(async (): Promise<Row[]> => [])
  .addTask('kind')
  .dependsOn('rows')
  .run((): 'csv' | 'xml' => 'csv')
  .addTask('maybe')
  .dependsOn('rows', 'kind')
  .when(() => true)
  .run(() => new Date())
  .addTask('sent')
  .dependsOn('maybe', 'rows')
  .triggerRule('all_done')
  .run(() => undefined)
  .addTask('express')
  .onBranch('kind', 'csv')
  .run(() => true)
  .addTask('undo')
  .teardownOf('maybe')
  .run(() => {});

// A stub is an output, or a function of the handler's data and context, at once or as a promise.
stub(shop, {});
stub(shop, { rows: [{ mm: 1 }], kind: 'xml', maybe: new Date(), sent: undefined, undo: undefined });
stub(shop, { rows: () => [], kind: () => 'xml', undo: () => {} });
stub(shop, { rows: async () => [{ mm: 1 }], kind: async () => 'xml' as const, undo: async () => {} });
stub(shop, {
  rows: (data, context) => {
    expectTypeOf(data).toEqualTypeOf<{ readonly input: { day: string; since: Date } }>();
    expectTypeOf(context.attempt).toEqualTypeOf<number>();
    return [{ mm: data.input.since.getTime() }];
  },
  kind: ({ rows }) => {
    expectTypeOf(rows).toEqualTypeOf<Row[]>();
    return rows.length > 0 ? 'csv' : 'xml';
  },
  // A task that may be skipped gives its output all the same, and what depends on it reads that.
  maybe: ({ rows, kind }) => new Date(`${rows.length} ${kind}`),
  // Under another rule it reads what became of each dependency.
  sent: ({ maybe, rows }) => {
    expectTypeOf(rows.status).toEqualTypeOf<'succeeded' | 'failed' | 'upstream_failed' | 'cancelled'>();
    expectTypeOf(maybe).toEqualTypeOf<
      Settled<Date, 'succeeded' | 'failed' | 'upstream_failed' | 'cancelled' | 'skipped'>
    >();
    return undefined;
  },
  express: ({ kind }) => {
    expectTypeOf(kind).toEqualTypeOf<'csv'>();
    return false;
  },
  undo: ({ maybe }) => {
    expectTypeOf(maybe).toEqualTypeOf<Date>();
  },
});

// It can take its time, or wait for the test.
stub(shop, { rows: after('5s', [{ mm: 1 }]), kind: after('1d', 'csv'), sent: after(5, undefined) });
stub(shop, { rows: after('5s', () => []), kind: after('5s', async ({ rows }) => (rows[0] ? 'csv' : 'xml')) });
stub(shop, { rows: gate(), kind: gate<'csv'>(), undo: gate() });
const held = gate<Row[]>();
stub(shop, { rows: held });

// Of a fan-out a value is the whole output; a function is for each item.
const fanned = workflow('fanned')
  .addTask('all')
  .forEach(() => ['a', 'b'])
  .run(({ item }) => item.length)
  .addTask('settled')
  .forEach(() => ['a', 'b'], { join: 'allSettled' })
  .fallback(null)
  .run(({ item }) => item.length)
  .addTask('tolerant')
  .matrix({ os: ['linux', 'macos'] }, { join: { tolerate: 1 } })
  .triggerRule('all_done')
  .run(({ matrix }) => matrix.os)
  .addTask('counted')
  .forEach(() => ['a', 'b'], { collect: false })
  .run(({ item }) => item.length)
  .addTask('checked')
  .forEach(() => [1])
  .output(z.string().transform(Number))
  .run(({ item }) => String(item));
const summary: FanOutSummary = { items: 2, succeeded: 2, failed: 0 };
stub(fanned, {
  all: [1, 2],
  settled: [{ status: 'succeeded', value: 1 }],
  tolerant: [{ status: 'failed', error: new Error('no') }],
  counted: summary,
  checked: [1],
});
stub(fanned, {
  all: ({ item, index, input }) => {
    expectTypeOf(input).toEqualTypeOf<undefined>();
    return item.length + index;
  },
  settled: async ({ item }) => item.length,
  tolerant: ({ matrix }) => matrix.os,
  counted: ({ item }) => item,
  checked: ({ item }) => item,
});
stub(fanned, { all: after('1s', [1]), settled: after('1s', null), checked: after('1s', ({ item }) => item) });
stub(fanned, { all: gate(), counted: gate() });

// A sleep is stubbed with nothing, a run of another workflow with its output.
const child = workflow<number>('child')
  .addTask('one')
  .run(() => 1)
  .output(({ one }) => ({ one }));
const parent = workflow('parent')
  .addTask('pause')
  .sleep('1d')
  .addTask('below')
  .dependsOn('pause')
  .runWorkflow(child, () => 1)
  .addTask('each')
  .dependsOn('below')
  .forEach(({ below }) => [below.one])
  .runWorkflow(child, ({ item }) => item);
stub(parent, { pause: undefined, below: { one: 2 }, each: [{ one: 1 }] });
stub(parent, {
  pause: () => undefined,
  below: ({ pause }) => {
    expectTypeOf(pause).toEqualTypeOf<undefined>();
    return { one: 1 };
  },
  each: ({ item, below }) => ({ one: item + below.one }),
});

// What a fallback or a rule can put in the place of the output can be stubbed too.
const rescued = workflow('rescued')
  .addTask('text')
  .fallback(null)
  .run(() => 'x')
  .addTask('skipping')
  .fallback(skip)
  .run(() => 1);
stub(rescued, { text: null, skipping: 2 });

// Fragments and tasks by reference read what they did where they were made.
const part = fragment<{ rows: readonly Row[] }>()
  .addTask('own')
  .dependsOn('rows')
  .run(() => 1)
  .addTask('mean')
  .dependsOn('own', 'rows')
  .run(({ own, rows }) => own / rows.length)
  .exports('mean');
const g = graph<{ day: string }>();
const first = g.addTask('first').run(({ input }) => input.day);
const second = g
  .addTask('second')
  .dependsOn(first)
  .run(({ first }) => first.length);
const mixed = workflow<{ day: string }>('mixed')
  .addTask('rows')
  .run((): Row[] => [])
  .use(part)
  .addTasks(second);
stub(mixed, {
  mean: ({ own, rows }) => own + rows.length,
  second: ({ first, input }) => first.length + input.day.length,
});
const shards = [1, 2].map((shard) => g.addTask(`shard-${shard}`).run(() => shard));
stub(workflow<{ day: string }>('sharded').addTasks(...shards), {
  'shard-1': 1,
  'shard-2': ({ input }) => input.day.length,
});

// Of a workflow with a type of its own it is not known what handlers read; of an untyped one not even the IDs.
const annotated: Workflow<undefined, Task<'answer', number> | Task<'anything'>, number> = workflow(
  'annotated',
)
  .addTask('question')
  .run(() => 'what')
  .addTask('answer')
  .dependsOn('question')
  .run(() => 42)
  .addTask('anything')
  .run(() => 1)
  .output(({ answer }) => answer) as never;
stub(annotated, { answer: 1 });
stub(annotated, { answer: () => 1, anything: gate() });
stub(annotated, { answer: ({ question }) => (question === 'what' ? 1 : 2), anything: null });
stub(annotated, { answer: after('1s', ({ question }) => Number(question)), anything: after('1s', () => 1) });
declare const untyped: Workflow;
stub(untyped, { a: 1, b: ({ a }) => a, c: gate() });

fail(shop, { rows: new Error('no'), kind: ['timeout', undefined, 'hang'] });
fail(fanned, { all: { items: { 1: 'hang' } }, settled: ({ attempt }) => (attempt > 1 ? 'hang' : undefined) });

// All of this in a test run.
const options = { input: { day: 'monday', since: '2026-11-20' } };
void testRun(shop, { ...options, stubs: { kind: ({ rows }) => (rows[0] ? 'csv' : 'xml'), rows: gate() } });
void testRun(shop, { ...options, stubs: { kind: after('1s', ({ rows }) => (rows[0] ? 'csv' : 'xml')) } });
void testRun(shop, { stubAll: true, stubs: { rows: ({ input }) => [{ mm: input.since.getTime() }] } });
void testRun(fanned, { stubs: { all: ({ item }) => item.length } });
void testRun(fanned);

// --- What the user reads -------------------------------------------------------------------------------------

// @ts-expect-error TS2561 at rws: Object literal may only specify known properties, but 'rws' does not exist in type 'Stubs<…>'. Did you mean to write 'rows'?
stub(shop, { rws: [] });
// @ts-expect-error TS2353 at other: Object literal may only specify known properties, and 'other' does not exist in type 'Stubs<…>'.
stub(shop, { other: () => 1 });
// @ts-expect-error TS2561 at rws: Object literal may only specify known properties, but 'rws' does not exist in type 'Failures<…>'. Did you mean to write 'rows'?
fail(shop, { rws: 'hang' });
// @ts-expect-error TS2561 at rws: Object literal may only specify known properties, but 'rws' does not exist in type 'Stubs<…>'. Did you mean to write 'rows'?
void testRun(shop, { ...options, stubs: { rws: [] } });
// @ts-expect-error TS2322 at kind: Type '"pdf"' is not assignable to type 'Stub<"csv" | "xml", …>…'.
void testRun(shop, { ...options, stubs: { kind: 'pdf' } });

// @ts-expect-error TS2345 at shop: Argument of type 'Flow<…' is not assignable to parameter of type '"Error: this workflow takes an input: say testRun(workflow, { input: … })"'.
void testRun(shop);
// @ts-expect-error TS2322 at day: Type 'number' is not assignable to type 'string'.
void testRun(shop, { ...options, input: { day: 1, since: '' } });

// @ts-expect-error TS2322 at rows: Type 'number' is not assignable to type 'Stub<Row[], …>…'.
stub(shop, { rows: 1 });
// @ts-expect-error TS2322 at mm: Type 'string' is not assignable to type 'number'.
stub(shop, { rows: [{ mm: 'none' }] });
// @ts-expect-error TS2322 at sent: Type 'null' is not assignable to type 'Stub<undefined, …>…'.
stub(shop, { sent: null });
// @ts-expect-error TS2322 at rows: Type '() => number' is not assignable to type 'Stub<Row[], …>…'.
//   Type 'number' is not assignable to type 'Row[] | PromiseLike<Row[]>'.
stub(shop, { rows: () => 1 });
// @ts-expect-error TS2322 at kind: Type '() => Promise<"pdf">' is not assignable to type 'Stub<"csv" | "xml", …>…'.
stub(shop, { kind: async () => 'pdf' as const });

// @ts-expect-error TS2339 at maybe }) =>: Property 'maybe' does not exist on type '{ readonly rows: Row[]; readonly input: { day: string; since: Date; }; }'.
stub(shop, { kind: ({ maybe }) => maybe });
// @ts-expect-error TS2339 at mm:: Property 'mm' does not exist on type 'Row[]'.
stub(shop, { kind: ({ rows: { mm: _ } }) => 'csv' });
// @ts-expect-error TS2339 at value: Property 'value' does not exist on type '…'.
stub(shop, { sent: ({ rows }) => rows.value });
// @ts-expect-error TS2322 at ({ rows }:: Type '({ rows }: { rows: string; }) => "csv"' is not assignable to type 'Stub<"csv" | "xml", …>…'.
stub(shop, { kind: ({ rows }: { rows: string }) => (rows === '' ? 'csv' : 'csv') });

// @ts-expect-error TS2322 at rows: Type 'Timed<number>' is not assignable to type 'Stub<Row[], …>…'.
stub(shop, { rows: after('1s', 1) });
// @ts-expect-error TS2322 at rows: Type 'Timed<() => number>' is not assignable to type 'Stub<Row[], …>…'.
stub(shop, { rows: after('1s', () => 1) });
// @ts-expect-error TS2339 at maybe }) =>: Property 'maybe' does not exist on type '…'.
stub(shop, { kind: after('1s', ({ maybe }) => maybe) });
// @ts-expect-error TS2322 at rows: Type 'Gate<string>' is not assignable to type 'Stub<Row[], …>…'.
stub(shop, { rows: gate<string>() });

// @ts-expect-error TS2322 at all: Type 'number' is not assignable to type 'Stub<number[], …>…'.
stub(fanned, { all: 1 });
// @ts-expect-error TS2322 at () => [1]: Type '() => number[]' is not assignable to type 'Stub<number[], …>…'.
stub(fanned, { all: () => [1] });
// @ts-expect-error TS2322 at all: Type 'Timed<number>' is not assignable to type 'Stub<number[], …>…'.
stub(fanned, { all: after('1s', 1) });
// @ts-expect-error TS2322 at settled: Type '() => { status: …; value: number; }' is not assignable to type 'Stub<…>…'.
stub(fanned, { settled: () => ({ status: 'succeeded' as const, value: 1 }) });
// @ts-expect-error TS2322 at tolerant: Type '() => "windows"' is not assignable to type 'Stub<…>…'.
stub(fanned, { tolerant: () => 'windows' as const });
// @ts-expect-error TS2322 at counted: Type 'number[]' is not assignable to type 'Stub<FanOutSummary, …>…'.
stub(fanned, { counted: [1] });
// @ts-expect-error TS2322 at checked: Type '() => string' is not assignable to type 'Stub<number[], …>…'.
stub(fanned, { checked: () => '1' });
// @ts-expect-error TS2339 at item }) =>: Property 'item' does not exist on type '…'.
stub(shop, { kind: ({ item }) => item });

// @ts-expect-error TS2322 at one: Type 'string' is not assignable to type 'number'.
stub(parent, { below: { one: 'x' } });
// @ts-expect-error TS2322 at pause: Type 'string' is not assignable to type 'Stub<undefined, …>…'.
stub(parent, { pause: '1d' });
// @ts-expect-error TS2353 at own: Object literal may only specify known properties, and 'own' does not exist in type 'Stubs<…>'.
stub(mixed, { own: 1 });
// @ts-expect-error TS2322 at second: Type '({ first }: { readonly first: string; readonly input: …; }) => string' is not assignable to type 'Stub<number, …>…'.
stub(mixed, { second: ({ first }) => first });
// @ts-expect-error TS2322 at answer: Type 'string' is not assignable to type 'Stub<number, Readonly<Record<string, unknown>>, number>…'.
stub(annotated, { answer: '42' });
// @ts-expect-error TS18046 at question.length: 'question' is of type 'unknown'.
stub(annotated, { answer: ({ question }) => question.length });
