import type { FanOutSummary } from '../model/fan-out.ts';
import type { Settled } from '../model/settled.ts';
import type { TriggerRule } from '../model/trigger-rule.ts';
import type { Skip } from '../model/skip.ts';
import type { Known, Mark } from './types.ts';

/*
 * What was said of a task so far, as far as its types depend on it, in one type that goes from step to step. A task of
 * which nothing special is said shares that one type with all others, so that it costs the type checker nothing.
 */

/** What was said of a task. */
export interface Facts {
  readonly rule: TriggerRule;
  /** The rule, should the task always run. */
  readonly always: TriggerRule;
  /** The rules that can still be chosen; else the sentence that says why none can. */
  readonly rules: string;
  /** Why the output may be missing, apart from what the dependencies bring about. */
  readonly mark: Mark;
  /** What the handler may return. */
  readonly returns: unknown;
  /** The output schema's output. */
  readonly made: unknown;
  /** What the undo function takes. */
  readonly undone: unknown;
  /** What can stand in for the output: a fallback, a recovery rule's value. */
  readonly instead: unknown;
  readonly fan: Fan;
  /** How it is remembered what the handler reads: as the dependencies' IDs, or with entries of its own. */
  readonly reads: 'ids' | 'entries';
  /** The names of the secrets it needs. */
  readonly secrets: string;
}

/** What is true of a task of which nothing was said. */
export interface Fresh<M extends Mark = never> extends Facts {
  readonly rule: 'all_success';
  readonly always: 'all_done';
  readonly rules: TriggerRule;
  readonly mark: M;
  readonly made: Unset;
  readonly instead: never;
  readonly fan: 'one';
  readonly reads: 'ids';
  readonly secrets: never;
}

/** No output schema was given. */
export interface Unset {
  readonly '~unset': never;
}

/** These facts, some of them changed. */
export type Said<F extends Facts, Change> = {
  readonly [K in keyof Facts]: K extends keyof Change ? Change[K] : F[K];
};

/** What becomes of the outputs: there is one; all of them; what became of each item; or only their number. */
export type Fan = 'one' | 'all' | 'settled' | 'summary';

/** The output that dependents get. */
export type OutputOf<Returned, F extends Facts> = Joined<Made<Returned, F['made']>, F['instead']>[F['fan']];

/** What a handler makes: what its output schema gives, else what it returns or its promise resolves to. */
export type Made<Returned, SchemaOut> = SchemaOut extends Unset ? Known<Awaited<Returned>> : SchemaOut;

interface Joined<Item, Instead> {
  readonly one: Item | Instead;
  readonly all: Item[] | Instead;
  readonly settled: Settled<Item, 'succeeded' | 'failed'>[] | Instead;
  readonly summary: FanOutSummary | Instead;
}

/** How the items' outputs are joined, by what was said of the fan-out. */
export type FanOf<Join, Collect> = Collect extends false ? 'summary' : Join extends 'all' ? 'all' : 'settled';

/** The mark of a task for which this can stand in, if that can be `skip`. */
export type SkipIn<V> = unknown extends V
  ? 'skipped'
  : [Extract<V, Skip>] extends [never]
    ? never
    : 'skipped';

/** A function was given that reads the data as the rule makes it. */
export interface Read {
  readonly rules: 'Error: say .triggerRule(), .runAlways() and .teardownOf() before .when(), .forEach(), .compensate() and .pool() with options, which read the data as the rule makes it';
}

/** What the handler reads is more than, or not just, the outputs of its dependencies. */
export interface ReadsMore {
  readonly reads: 'entries';
}

/** What a step that changes the rule can be called on: anything, else the sentence that says why nothing. */
export type Early<F extends Facts> = F['rules'] extends TriggerRule ? unknown : F['rules'];

/** The rule of a teardown. */
export interface OwnRule extends ReadsMore {
  readonly rule: 'all_done';
  readonly always: 'all_done';
  readonly rules: 'Error: a teardown has a trigger rule of its own: its setup has succeeded, and whatever uses it has ended';
}

/** An undo function was given that takes this output: the handler must give it, where no schema does. */
export interface Undone<F extends Facts, Out> extends Read {
  readonly returns: F['made'] extends Unset ? Out | Promise<Out> | PromiseLike<Out> : F['returns'];
  readonly undone: F['made'] extends Unset ? Out : F['undone'];
}
