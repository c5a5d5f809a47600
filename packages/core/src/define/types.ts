import type { WorkflowDefinition } from '../model/definition.ts';
import type { Schema } from '../model/schema.ts';

/*
 * How a workflow remembers its tasks. Each task is one entry `Task<Id, Out>` of a flat union, and the IDs are a
 * second union beside it. `dependsOn` picks the entries it names at once into a small union, and only that reaches
 * the handler's types. What was measured to fail instead, and why this shape is kept, is in docs/decisions.
 */

/** What the types know of a task: its ID and what its handler gives. */
export interface Task<Id extends string = string, Out = unknown> {
  readonly id: Id;
  readonly out: Out;
}

/** The outputs of these tasks, by ID. */
export type Outputs<T extends Task> = { readonly [E in T as E['id']]: E['out'] };

/** Those entries whose ID is one of `Id`. */
export type Select<T, Id> = T extends { readonly id: Id } ? T : never;

/** `any` stops here: what is read from an untyped output is `unknown` until it is checked. */
type Known<T> = 0 extends 1 & T ? unknown : T;

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

/** No output schema was given. */
export interface Unset {
  readonly '~unset': never;
}

/** The output that dependents get: the schema's, else what the handler returns or its promise resolves to. */
export type OutputOf<Returned, SchemaOut> = SchemaOut extends Unset ? Known<Awaited<Returned>> : SchemaOut;

/** What a run takes and what handlers read as `input`: they differ under a schema's defaults and transforms. */
export interface Scope {
  readonly kind: 'workflow' | 'fragment';
  readonly accepts: unknown;
  readonly input: unknown;
}

/** A workflow of any shape. */
export interface Workflow<In = unknown, T extends Task = Task, Out = unknown> {
  /** Only for the type checker; nothing is there at run time. */
  readonly '~types'?: { readonly accepts: In; readonly tasks: T; readonly output: Out } | undefined;
  /** The frozen plain data that `compile` checks. */
  readonly definition: WorkflowDefinition;
}

/** What a run of this workflow takes as its input. */
export type InputOf<W> = W extends { readonly '~types'?: { readonly accepts: infer In } | undefined }
  ? In
  : never;

/** The outputs of a workflow's tasks, by ID. */
export type OutputsOf<W> = W extends {
  readonly '~types'?: { readonly tasks: infer T extends Task } | undefined;
}
  ? Outputs<T>
  : never;

export interface WorkflowOptions<In, Input> {
  /** Changes when the workflow does, as semantic versioning says. @default '0.0.0' */
  readonly version?: string;
  /** One line on what the workflow is for. */
  readonly description?: string;
  /** Checks the run's input and gives it its type; zod 4, or any other Standard Schema. @default no input */
  readonly input?: Schema<In, Input>;
}
