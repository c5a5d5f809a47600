import { expectTypeOf } from 'expect-type';

import { type Given, type Settled, type Task, type TriggerRule, type Workflow, workflow } from '../index.ts';
import type { MarksUnder } from './marks.ts';
import type { ARMS, MARKS } from './rules.oracle.ts';

// Every rule over every kind of dependency, held to a table of its own.

const base = workflow('rules')
  .addTask('sure')
  .run(() => 1)
  .addTask('skippable')
  .when(() => true)
  .run(() => 'x')
  .addTask('failing')
  .allowFailure()
  .run(() => true)
  .addTask('either')
  .when(() => true)
  .allowFailure()
  .run(() => new Date());

interface Outs {
  readonly sure: number;
  readonly skippable: string;
  readonly failing: boolean;
  readonly either: Date;
}

interface Statuses {
  readonly S: 'succeeded';
  readonly K: 'skipped';
  readonly F: 'failed' | 'upstream_failed' | 'cancelled';
  readonly P: 'pending';
}
type StatusOf<Letters> = Letters extends `${infer First extends keyof Statuses}${infer Rest}`
  ? Statuses[First] | StatusOf<Rest>
  : never;

/** What a handler reads, as the table says. */
type Read<Rule extends TriggerRule> = {
  readonly [Id in 'input' | keyof Outs]: Id extends keyof Outs
    ? (typeof ARMS)[Rule][Id] extends 'plain'
      ? Outs[Id]
      : Settled<Outs[Id], StatusOf<(typeof ARMS)[Rule][Id]>>
    : undefined;
};

const after = base.addTask('after').dependsOn('sure', 'skippable', 'failing', 'either');
after.triggerRule('all_success').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'all_success'>>());
after.triggerRule('all_failed').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'all_failed'>>());
after.triggerRule('all_done').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'all_done'>>());
after
  .triggerRule('all_done_min_one_success')
  .run((data) => expectTypeOf(data).toEqualTypeOf<Read<'all_done_min_one_success'>>());
after.triggerRule('all_skipped').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'all_skipped'>>());
after.triggerRule('one_success').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'one_success'>>());
after.triggerRule('one_failed').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'one_failed'>>());
after.triggerRule('one_done').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'one_done'>>());
after.triggerRule('none_failed').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'none_failed'>>());
after
  .triggerRule('none_failed_min_one_success')
  .run((data) => expectTypeOf(data).toEqualTypeOf<Read<'none_failed_min_one_success'>>());
after.triggerRule('none_skipped').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'none_skipped'>>());
after.triggerRule('always').run((data) => expectTypeOf(data).toEqualTypeOf<Read<'always'>>());

// The rule said first is the same rule.
base
  .addTask('after')
  .triggerRule('all_done')
  .dependsOn('sure', 'skippable')
  .dependsOn('failing')
  .dependsOn('either')
  .run((data) => expectTypeOf(data).toEqualTypeOf<Read<'all_done'>>());

// Why a task may be missing from a run that succeeded: every rule over one or two dependencies.
interface Kinds {
  readonly sure: Task<'sure', number>;
  readonly skippable: Task<'skippable', string, 'skipped'>;
  readonly failing: Task<'failing', boolean, 'failed'>;
  readonly either: Task<'either', Date, 'skipped' | 'failed'>;
}
type DependenciesOf<Names> = Names extends `${infer First extends keyof Kinds} ${infer Rest}`
  ? Kinds[First] | DependenciesOf<Rest>
  : Kinds[Names & keyof Kinds];
type MarkOf<Letters> = Letters extends `${infer First}${infer Rest}`
  ? (First extends 'K' ? 'skipped' : 'failed') | MarkOf<Rest>
  : never;

expectTypeOf<{
  readonly [Rule in TriggerRule]: {
    readonly [Names in keyof (typeof MARKS)[Rule]]: MarksUnder<
      Given<'input', undefined> | DependenciesOf<Names>
    >[Rule];
  };
}>().toEqualTypeOf<{
  readonly [Rule in TriggerRule]: {
    readonly [Names in keyof (typeof MARKS)[Rule]]: MarkOf<(typeof MARKS)[Rule][Names]>;
  };
}>();

// The same, as a workflow has it.
const marked = base
  .addTask('all_success')
  .dependsOn('either')
  .triggerRule('all_success')
  .run(() => 1)
  .addTask('all_failed')
  .dependsOn('either')
  .triggerRule('all_failed')
  .run(() => 1)
  .addTask('all_done')
  .dependsOn('either')
  .triggerRule('all_done')
  .run(() => 1)
  .addTask('all_done_min_one_success')
  .dependsOn('either')
  .triggerRule('all_done_min_one_success')
  .run(() => 1)
  .addTask('all_skipped')
  .dependsOn('either')
  .triggerRule('all_skipped')
  .run(() => 1)
  .addTask('one_success')
  .dependsOn('either')
  .triggerRule('one_success')
  .run(() => 1)
  .addTask('one_failed')
  .dependsOn('either')
  .triggerRule('one_failed')
  .run(() => 1)
  .addTask('one_done')
  .dependsOn('either')
  .triggerRule('one_done')
  .run(() => 1)
  .addTask('none_failed')
  .dependsOn('either')
  .triggerRule('none_failed')
  .run(() => 1)
  .addTask('none_failed_min_one_success')
  .dependsOn('either')
  .triggerRule('none_failed_min_one_success')
  .run(() => 1)
  .addTask('none_skipped')
  .dependsOn('either')
  .triggerRule('none_skipped')
  .run(() => 1)
  .addTask('always')
  .dependsOn('either')
  .triggerRule('always')
  .run(() => 1);
type Marks<W> = W extends Workflow<infer _In, infer T> ? { readonly [E in T as E['id']]: E['mark'] } : never;
expectTypeOf<Omit<Marks<typeof marked>, keyof Outs>>().toEqualTypeOf<{
  readonly [Rule in TriggerRule]: MarkOf<(typeof MARKS)[Rule]['either']>;
}>();
