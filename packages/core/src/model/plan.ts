import type { Diagnostic } from './diagnostic.ts';
import type { Dependency, Handler, TaskDefinition, WorkflowDefinition } from './definition.ts';
import type { RetryPolicy } from './policy.ts';

/** A task's number in a plan: its place in the order of definition, from 0. */
export type TaskIndex = number;

/** A read-only row of numbers. */
export interface Indices extends Iterable<number> {
  readonly length: number;
  readonly [index: number]: number;
}

/** One task of a plan: checked, with every duration in milliseconds. */
export interface PlannedTask {
  readonly index: TaskIndex;
  readonly id: string;
  readonly definition: TaskDefinition;
  /** Gives the output, checked where the task has an output schema. */
  readonly handler: Handler;
  /** Whether the handler declares a parameter, and so its data must be there when it is called. */
  readonly readsData: boolean;
  readonly dependencies: readonly Dependency[];
  /** The tasks waited for, each once, in the order of declaration. */
  readonly dependsOn: Indices;
  /** The tasks that wait for this one. */
  readonly dependents: Indices;
  /** The longest way to here from a task without dependencies, counted in edges. */
  readonly level: number;
  /** The number of tasks on the longest way from here to an end, this one included. */
  readonly rank: number;
  /** Where the task stands among ready tasks: priority first, then rank, then the order of definition. */
  readonly place: number;
  readonly retry: RetryPolicy | undefined;
  readonly timeoutMs: number | undefined;
  readonly deadlineMs: number | undefined;
}

/** A definition that was checked and indexed: all that a run needs to know, found by number. Immutable. */
export interface Plan {
  readonly id: string;
  readonly version: string;
  readonly definition: WorkflowDefinition;
  readonly tasks: readonly PlannedTask[];
  readonly indexOf: ReadonlyMap<string, TaskIndex>;
  /** Every task after those it depends on; among equals the order of definition. */
  readonly order: Indices;
  /** The task at each place: the inverse of `PlannedTask.place`. */
  readonly byPlace: Indices;
  /** What is odd but not wrong. */
  readonly warnings: readonly Diagnostic[];
}
