import type { TriggerRule } from '../model/trigger-rule.ts';
import type { Facts, Fan } from './facts.ts';
import type { AnyTask, Given, Select, Selected, Task } from './types.ts';
import type { Views } from './views.ts';

/*
 * What a task's handler reads, as far as the types remember it when the task is done: a test's stubs are typed by it.
 * Remembered is not the data but where its parts are found, because whatever is in a task's entry is gone through again
 * at each later step. A dependency that is a task of the same workflow is an ID; any other is an entry of its own.
 */

/** What is remembered where a handler reads more, or otherwise, than the outputs of its dependencies. */
export interface Reads<What, Rule extends TriggerRule, F extends Fan> {
  /** The union of what it reads: IDs, `input` too, and entries. */
  readonly what: What;
  readonly rule: Rule;
  readonly fan: F;
}

/** What is remembered of a task in a chain: looked up, so that an ordinary task costs next to nothing. */
export interface ReadsInChain<E extends AnyTask, F extends Facts> {
  readonly ids: E['id'];
  readonly entries: Reads<Kept<E>, F['rule'], F['fan']>;
}

/** What is remembered of a task by reference. It can come without its dependencies, so their entries are kept. */
export interface ReadsInGraph<E extends AnyTask, F extends Facts> {
  readonly ids: Kept<E>;
  readonly entries: Reads<Kept<E>, F['rule'], F['fan']>;
}

/** Entries of which nothing is remembered are no tasks of this chain, or not as they were: items, a branch's label. */
type Kept<E extends AnyTask> = E extends { readonly id: 'input' }
  ? 'input'
  : unknown extends E['reads']
    ? E
    : E['id'];

/** These tasks without the others in `T`, except for those of the IDs `Known`: of each that is read here, the entry is kept. */
export type Detached<X extends AnyTask, T extends AnyTask, Known> = DetachedFrom<
  X,
  Entries<T, Exclude<What<X['reads']>, X['id'] | Known>>
>;

type DetachedFrom<X extends AnyTask, T extends AnyTask> = [T] extends [never]
  ? X
  : X extends AnyTask
    ? Task<X['id'], X['out'], X['mark'], DetachedReads<X['reads'], T>>
    : never;

type DetachedReads<R, T extends AnyTask> = unknown extends R
  ? unknown
  : [R] extends [Reads<infer What, infer Rule, infer F>]
    ? Reads<Select<T, What> | Exclude<What, T['id']>, Rule, F>
    : Select<T, R> | Exclude<R, T['id']>;

type What<R> = R extends Reads<infer What, TriggerRule, Fan> ? What : R;

/** The entries of these IDs, of which nothing more is remembered. Put off, as `Selected` is, until the IDs are known. */
type Entries<T extends AnyTask, Id> = [Id] extends [never] ? never : Entry<T, Id>;
type Entry<T extends AnyTask, Id> = T extends { readonly id: Id }
  ? Task<T['id'], T['out'], T['mark']>
  : never;

/**
 * The data that the handler of `E` reads, in a workflow of the tasks `T` whose handlers read this input. Where nothing is
 * remembered, as in a workflow with a type of its own, anything may be there.
 */
export type DataOf<E extends AnyTask, T extends AnyTask, Input> = unknown extends E['reads']
  ? Readonly<Record<string, unknown>>
  : [E['reads']] extends [Reads<infer What, infer Rule, Fan>]
    ? Views<Found<What, T, Input>>[Rule]
    : Views<Found<E['reads'], T, Input>>['all_success'];

type Found<What, T extends AnyTask, Input> =
  | Selected<T, What>
  | Extract<What, AnyTask>
  | Given<'input', Input>;
