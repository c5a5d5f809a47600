import type { TaskDefinition } from '../model/definition.ts';
import type { Fresh } from './facts.ts';
import type { Detached } from './reads.ts';
import type { Scope } from './scope.ts';
import type { AnyTask, Mark, Select, Selected, Task } from './types.ts';

/** The scope of a fragment's tasks: they read the input that the fragment needs. */
export interface FragmentScope<Needs> extends Scope {
  readonly kind: 'fragment';
  readonly accepts: Needs;
  readonly input: InputNeed<Needs>;
  readonly facts: Fresh;
}

/** The tasks a fragment expects to find in the workflow that uses it. */
export type NeededTasks<Needs> = {
  [Id in keyof Needs & string]: Id extends 'input' ? never : Task<Id, Needs[Id], 'inherited', 'input'>;
}[keyof Needs & string];

/** A part of a workflow: some tasks, what they need from outside, and which of them others may depend on. */
export interface Fragment<Needs, X extends AnyTask> {
  /** Only for the type checker; nothing is there at run time. */
  readonly '~types'?: { readonly needs: Needs; readonly exports: X } | undefined;
  readonly tasks: readonly TaskDefinition[];
}

/** Accepts a fragment whose needs are met; for another it is the sentence the user reads. */
export type FragmentFor<Needs, X extends AnyTask, Input, T extends AnyTask> = [Input] extends [
  InputNeed<Needs>,
]
  ? [Missing<Needs, T>] extends [never]
    ? [Misfit<Needs, T>] extends [never]
      ? Fragment<Needs, X>
      : `Error: the fragment needs task '${Misfit<Needs, T>}' with another type of output`
    : `Error: the fragment needs task '${Missing<Needs, T>}', which this workflow does not have yet`
  : `Error: the fragment needs an input that this workflow's input does not fit`;

/** What a fragment that has these tasks exports under these IDs. What it needs will be found in the workflow. */
export type Exported<T extends AnyTask, Id, Needs> = Detached<Selected<T, Id>, T, keyof Needs>;

/** What a fragment exports, as the workflow sees it: `inherited` becomes what is true there of the needed tasks. */
export type Used<X extends AnyTask, Needs, T extends AnyTask, M extends Mark> = X extends AnyTask
  ? Task<X['id'], X['out'], M | MarkIn<T, keyof Needs>[X['mark']], X['reads']>
  : never;

interface MarkIn<T extends AnyTask, Ids> {
  readonly skipped: 'skipped';
  readonly failed: 'failed';
  readonly inherited: Selected<T, Ids>['mark'];
}

type InputNeed<Needs> = Needs extends { readonly input: infer Input } ? Input : unknown;

type Missing<Needs, T extends AnyTask> = {
  [Id in keyof Needs & string]: Id extends 'input' ? never : [Select<T, Id>] extends [never] ? Id : never;
}[keyof Needs & string];

type Misfit<Needs, T extends AnyTask> = {
  [Id in keyof Needs & string]: Id extends 'input'
    ? never
    : Select<T, Id> extends { readonly out: Needs[Id] }
      ? never
      : Id;
}[keyof Needs & string];
