import type { TaskContext } from './context.ts';
import type { Duration, RetryOptions } from './policy.ts';
import type { Schema } from './schema.ts';

/**
 * What a task does: gets its dependencies' outputs by ID (and the run's `input`), gives its output.
 * This is the untyped core's view; the builder gives every handler its exact types.
 */
export type Handler = (data: never, context: TaskContext) => unknown;

/** One task as it was declared: frozen plain data, not yet checked. */
export interface TaskDefinition {
  readonly id: string;
  /** The IDs of the tasks it waits for; its handler reads their outputs under these. */
  readonly dependsOn: readonly string[];
  /** Missing only where untyped code left it out: `compile` reports it. */
  readonly handler?: Handler | undefined;
  /** The name under which `fromJSON` looks the handler up: a reusable task's name, else the task's ID. */
  readonly handlerName?: string | undefined;
  /** Checks what the handler gave. */
  readonly output?: Schema | undefined;
  readonly retry?: RetryOptions | undefined;
  readonly timeout?: Duration | undefined;
  readonly deadline?: Duration | undefined;
  readonly priority?: number | undefined;
}

/** A workflow as it was declared: frozen plain data behind the typed builder, not yet checked. */
export interface WorkflowDefinition {
  readonly id: string;
  readonly version: string;
  readonly description?: string | undefined;
  readonly input?: Schema | undefined;
  readonly tasks: readonly TaskDefinition[];
  /** Makes the workflow's output from its tasks' outputs, by ID. */
  readonly output?: ((outputs: never) => unknown) | undefined;
}
