import type { CacheOptions } from '../model/cache.ts';
import type { CompensationPolicies } from '../model/compensation.ts';
import type { TaskContext } from '../model/context.ts';
import type { FanOutOptions } from '../model/fan-out.ts';
import type { Pool } from '../model/placement.ts';
import type { Duration } from '../model/policy.ts';
import type { Schema } from '../model/schema.ts';
import type { SignalOptions } from '../model/signal.ts';
import type { Skip } from '../model/skip.ts';
import type { Early, Facts, FanOf, OutputOf, Read, ReadsMore, Said, SkipIn, Undone, Unset } from './facts.ts';
import type { MarksUnder } from './marks.ts';
import type { TaskPolicies } from './policies.ts';
import type { MarkOf, RecoveryRuleOf, ValueOf } from './recover.ts';
import type { AnyTask, Given, Known, Mark, OutsideItems, Workflow } from './types.ts';
import type { Views } from './views.ts';

/**
 * Where a task is declared, in a chain or by reference: says what goes on there. Each member is a type with parameters,
 * which TypeScript can only express as one that looks at `this`: {@link Step} and {@link End} fill them in.
 */
export interface Place {
  /** Has the parameters `entries` and `facts`. */
  readonly builder: unknown;
  /** Has the parameters `out`, `mark`, `entries` and `facts`. */
  readonly end: unknown;
}

/** The builder that goes on in the same place with these entries and facts. */
type Step<P extends Place, E extends AnyTask, F extends Facts> = (P & {
  readonly entries: E;
  readonly facts: F;
})['builder'];

/** What comes after a task with this output and mark, which was declared with these entries and facts. */
type End<P extends Place, Out, M extends Mark, E extends AnyTask, F extends Facts> = (P & {
  readonly out: Out;
  readonly mark: M;
  readonly entries: E;
  readonly facts: F;
})['end'];

/** What can be said of a task that its own type or its handler's depends on, wherever it is declared. */
export interface TaskSteps<P extends Place, E extends AnyTask, F extends Facts> extends TaskPolicies {
  /**
   * When it runs, by the states of its dependencies. Under every rule but `all_success` its handler reads what became
   * of each dependency, a `Settled`. Said again, it replaces. @default 'all_success'
   */
  triggerRule<R extends F['rules']>(
    rule: R,
  ): Step<P, E, Said<F, ReadsMore & { rule: Extract<R, Facts['rule']>; always: Extract<R, Facts['rule']> }>>;
  /** Runs in a cancelled run too. Where no trigger rule is said, the rule is then `all_done`. */
  runAlways(
    this: [F['always']] extends [F['rule']] ? unknown : Early<F>,
  ): Step<P, E, Said<F, ReadsMore & { rule: F['always'] }>>;
  /**
   * Runs only if this says yes, asked after the rule said run; else the task is skipped. Said again, all must say yes.
   * One that throws fails the task with `ConditionError`.
   */
  when(
    condition: (data: Views<OutsideItems<E>>[F['rule']]) => boolean | PromiseLike<boolean>,
  ): Step<P, E, Said<F, Read & { mark: F['mark'] | 'skipped' }>>;
  /** Its failure does not fail the run; its output may then be missing. */
  allowFailure(): Step<P, E, Said<F, { mark: F['mark'] | 'failed' }>>;
  /**
   * Runs once for each item, in parallel: the handler reads `item` and `index`, and the task's output is the list of
   * outputs in the order of the items. An async iterable is pulled only as fast as items are done.
   */
  forEach<X, const J extends Join = 'all', C extends boolean = true>(
    select: (data: Views<OutsideItems<E>>[F['rule']]) => Items<X> | PromiseLike<Items<X>>,
    options?: FanOutOptions & { readonly join?: J; readonly collect?: C },
  ): Step<
    P,
    OutsideItems<E> | Given<'item', X> | Given<'index', number>,
    Said<F, ReadsMore & Read & { fan: FanOf<J, C> }>
  >;
  /** Runs once for each combination of the axes' values: the handler reads them as `matrix`, and `index`. */
  matrix<
    const A extends Readonly<Record<string, readonly unknown[]>>,
    const J extends Join = 'all',
    C extends boolean = true,
  >(
    axes: A,
    options?: FanOutOptions & { readonly join?: J; readonly collect?: C },
  ): Step<
    P,
    | OutsideItems<E>
    | Given<'matrix', { readonly [Axis in keyof A]: A[Axis][number] }>
    | Given<'index', number>,
    Said<F, ReadsMore & { fan: FanOf<J, C> }>
  >;
  /**
   * Checks what the handler returns, in a fan-out for each item; dependents get what the schema gives. A value that
   * does not fit fails the task.
   */
  output<In, Out extends F['undone']>(
    schema: Schema<In, Out>,
  ): Step<P, E, Said<F, { returns: In | Promise<In> | PromiseLike<In>; made: Out }>>;
  /**
   * The output if the last attempt fails: what a function of the error and the data gives. `skip` skips the task instead.
   * Its type widens the output's. Said again, it replaces.
   */
  fallback<V>(
    make: (error: Error, data: Views<OutsideItems<E>>[F['rule']]) => V,
  ): Step<P, E, Said<F, Read & Instead<F, V>>>;
  /** The output if the last attempt fails: a value, or `skip`. */
  fallback<V>(value: V): Step<P, E, Said<F, Instead<F, V>>>;
  /**
   * What is done about a failure that neither retries nor a fallback mended: the first rule that matches the error
   * decides. Rules are made with `on()`. Said again, it replaces.
   */
  recover<const R extends readonly RecoveryRuleOf<unknown, Mark>[]>(
    rules: R,
  ): Step<P, E, Said<F, { instead: F['instead'] | ValueOf<R[number]>; mark: F['mark'] | MarkOf<R[number]> }>>;
  /**
   * Undoes what it did, should the run fail or be cancelled after it succeeded; in a fan-out for each item. Such
   * functions are called in the reverse order of completion. Without an output schema before this, the type of `output` is
   * said here, and the handler must return it.
   */
  compensate<O>(
    undo: (
      output: F['made'] extends Unset ? O : F['made'],
      data: Views<E>[F['rule']],
      context: TaskContext<F['secrets']>,
    ) => unknown,
    policies?: CompensationPolicies,
  ): Step<P, E, Said<F, Undone<F, O>>>;
  /**
   * What it needs of the environment, or of the run's `secrets`: the handler reads these, and no others, from `ctx.secrets`.
   * A run does not start without them, and tells nobody their values. Said again, it adds to what was said.
   */
  secrets<N extends string>(...names: N[]): Step<P, E, Said<F, { secrets: F['secrets'] | N }>>;
  /**
   * An output that it gave before, in a run with the same store, stands for calling its handler, in a fan-out for each
   * item: where the workflow's ID and its own, its code (or `version`) and what `key` gives, by default all that the handler reads, are the same. Only what the
   * handler gave is kept. In a run without a store this changes nothing. Said again, it replaces.
   */
  cache(
    options?: Omit<CacheOptions, 'key'> & { readonly key?: (data: Views<E>[F['rule']]) => unknown },
  ): this;
  /** Takes a slot of a pool for each attempt. Said again, it takes from that pool too. */
  pool(pool: Pool): this;
  /** Takes `slots` of a pool for each attempt, on account of `key` where the pool limits by key. */
  pool(
    pool: Pool,
    demand: {
      /** @default 1 */
      readonly slots?: number;
      readonly key?: (data: Views<E>[F['rule']]) => string;
    },
  ): Step<P, E, Said<F, Read>>;
  /**
   * Runs another workflow, or the one a function gives: its output is the task's. `input` makes its input from the data;
   * it can be left out where that may be undefined.
   */
  runWorkflow<In, Out extends F['returns']>(
    child: Workflow<In, AnyTask, Out> | (() => Workflow<In, AnyTask, Out>),
    ...[input]: undefined extends In
      ? [input?: (data: Views<E>[F['rule']]) => NoInfer<In>]
      : [input: (data: Views<E>[F['rule']]) => NoInfer<In>]
  ): End<P, OutputOf<Out, F>, F['mark'] | MarksUnder<E>[F['rule']], E, F>;
  /** Waits for a length of time, or until an instant, and holds no slot meanwhile. Its output is undefined. */
  sleep(
    length: Duration | Date | ((data: Views<E>[F['rule']]) => Duration | Date),
  ): End<P, undefined, F['mark'] | MarksUnder<E>[F['rule']], E, F>;
  /**
   * Waits for a signal of this name, sent into the run from outside, and holds no slot meanwhile. Its output is the payload
   * as the schema gives it. One that was sent before is taken; one that does not fit is refused, and it waits on.
   */
  waitForSignal<In, Out, const V extends string | {} | null | undefined = 'fail'>(
    name: string,
    schema: Schema<In, Out>,
    options?: SignalOptions<V>,
  ): End<
    P,
    Known<Out> | Exclude<V, 'fail' | 'skip' | Skip>,
    F['mark'] | MarksUnder<E>[F['rule']] | ('skip' extends V ? 'skipped' : SkipIn<V>),
    E,
    F
  >;
}

/** What changes where this, or what it is a promise of, can stand in for the output. */
interface Instead<F extends Facts, V> {
  readonly instead: F['instead'] | Exclude<Known<Awaited<V>>, Skip>;
  readonly mark: F['mark'] | SkipIn<Awaited<V>>;
}

type Join = NonNullable<FanOutOptions['join']>;
type Items<X> = Iterable<X> | AsyncIterable<X>;
