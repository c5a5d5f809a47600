import type { WorkflowDefinition } from '../model/definition.ts';

/*
 * How a workflow remembers its tasks. Each task is one entry `Task<Id, Out, Mark, Reads>` of a flat union, and the IDs are
 * a second union beside it. `dependsOn` picks the entries it names at once into a small union, and only that reaches
 * the handler's types. What was measured to fail instead, and why this shape is kept, is in docs/decisions.
 */

/**
 * Why a task's output may be missing from a run that succeeded: it can be `skipped`; it can be `failed`, or cancelled or
 * upstream_failed, without failing the run. In a fragment `inherited` stands for what is true of the tasks it needs.
 */
export type Mark = 'skipped' | 'failed' | 'inherited';

/** What the types know of any task. */
export interface AnyTask {
  readonly id: string;
  readonly out: unknown;
  readonly mark: Mark;
  /** What its handler reads, as far as that is remembered. */
  readonly reads: unknown;
}

/**
 * What the types know of a task: its ID, its output, and why that may be missing; by default it may not. The last is what
 * its handler reads, of which by default nothing is known.
 */
export interface Task<
  Id extends string = string,
  Out = unknown,
  M extends Mark = never,
  R = unknown,
> extends AnyTask {
  readonly id: Id;
  readonly out: Out;
  readonly mark: M;
  readonly reads: R;
}

/** What a handler reads beside its dependencies, such as the input: always there, whatever the rule. */
export interface Given<Id extends string = string, Out = unknown> extends Task<Id, Out> {
  readonly given: true;
}

/** What is in place of an output that may be missing, by the reason. */
export interface Missing {
  readonly skipped: undefined;
  readonly failed: undefined;
  readonly inherited: undefined;
}

/** The outputs of these tasks, by ID, in a run that succeeded. */
export type Outputs<T extends AnyTask> = { readonly [E in T as E['id']]: E['out'] | Missing[E['mark']] };

/** Those entries whose ID is one of `Id`. */
export type Select<T, Id> = T extends { readonly id: Id } ? T : never;

/** The same, put off until `Id` is known: else the type checker would go through all of `T` twice. */
export type Selected<T, Id> = [Id] extends [never] ? never : Select<T, Id>;

/** Those entries that belong to the whole task: a fan-out's items come later. */
export type OutsideItems<E extends AnyTask> = E extends { readonly id: 'item' | 'index' | 'matrix' }
  ? never
  : E;

/** These entries without the one of this ID. */
export type Without<E extends AnyTask, Id> = E extends { readonly id: Id } ? never : E;

/** The labels of a task's branches: its output, if that is a union of literals; else the sentence the user reads. */
export type LabelOf<E extends AnyTask> = [NotLiteral<E['out']>] extends [never]
  ? E['out']
  : `Error: the output of task '${E['id']}' is not a union of literals such as 'yes' | 'no', so it has no branches`;

type NotLiteral<T> = T extends string | number | boolean ? ({} extends { [K in `${T}`]: 1 } ? T : never) : 1;

/** These entries with one more mark. */
export type Marked<T extends AnyTask, M extends Mark> = [M] extends [never]
  ? T
  : T extends AnyTask
    ? Task<T['id'], T['out'], T['mark'] | M, T['reads']>
    : never;

/** `any` stops here: what is read from an untyped output is `unknown` until it is checked. */
export type Known<T> = 0 extends 1 & T ? unknown : T;

/** IDs that mean something else in a handler's data. */
export type ReservedId = 'input' | 'item' | 'index' | 'matrix' | '__proto__';

/** Accepts a literal ID that is still free; anything else becomes the sentence the user reads. */
export type NewTaskId<Id extends string, Ids extends string> = {} extends { [K in Id]: 1 }
  ? 'Error: a task ID in a chain must be a string literal; for computed IDs build the tasks by reference with graph()'
  : Id extends Ids
    ? `Error: task '${Id}' is already defined in this workflow`
    : Id extends ReservedId
      ? `Error: '${Id}' is reserved; choose another task ID`
      : Id;

/** The IDs a task can depend on; in the first task the sentence the user reads. */
export type DependencyId<Ids extends string> = [Ids] extends [never]
  ? 'Error: no task is defined before this one, so there is nothing to depend on'
  : Ids;

/** A workflow of any shape: what a run takes, its tasks, its output, and what handlers read as `input`. */
export interface Workflow<In = unknown, T extends AnyTask = AnyTask, Out = unknown, Input = unknown> {
  /** Only for the type checker; nothing is there at run time. */
  readonly '~types'?:
    | { readonly accepts: In; readonly tasks: T; readonly output: Out; readonly input: Input }
    | undefined;
  /** The frozen plain data that `compile` checks. */
  readonly definition: WorkflowDefinition;
}

/** What a run of this workflow takes as its input. */
export type InputOf<W> = W extends { readonly '~types'?: { readonly accepts: infer In } | undefined }
  ? In
  : never;

/** The outputs of a workflow's tasks, by ID, in a run that succeeded. */
export type OutputsOf<W> = W extends {
  readonly '~types'?: { readonly tasks: infer T extends AnyTask } | undefined;
}
  ? Outputs<T>
  : never;
