import type { Diagnostic } from './diagnostic.ts';
import type { Handler, TaskDefinition, WorkflowDefinition } from './definition.ts';
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
  /** False only where the handler cannot see what it is called with: no data is put together for it. */
  readonly readsData: boolean;
  /** The tasks waited for, in the order of `definition.dependsOn`. */
  readonly dependsOn: Indices;
  /** The longest way to here from a task without dependencies, counted in edges. */
  readonly level: number;
  /** The number of tasks on the longest way from here to an end, this one included. */
  readonly rank: number;
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
  /** Each task's dependents. */
  readonly dependents: readonly Indices[];
  readonly indexOf: ReadonlyMap<string, TaskIndex>;
  /** Every task after those it depends on; among equals the order of definition. */
  readonly order: Indices;
  /** Each task's place among ready tasks: priority first, then rank, then the order of definition … */
  readonly place: Indices;
  /** … and the task at each place: the inverse. */
  readonly byPlace: Indices;
  /** What is odd but not wrong. */
  readonly warnings: readonly Diagnostic[];
}
