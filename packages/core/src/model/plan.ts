import type { Diagnostic } from './diagnostic.ts';
import type { Handler, TaskDefinition, WorkflowDefinition } from './definition.ts';
import type { CachePolicy } from './cache.ts';
import type { CompensateOptions } from './compensation.ts';
import type { Placement } from './placement.ts';
import type { BreakerPolicy, RetryPolicy } from './policy.ts';
import type { SecretNeed } from './secret.ts';
import type { TriggerRule } from './trigger-rule.ts';

/** A task's number in a plan: its place in the order of definition, from 0. */
export type TaskIndex = number;

/** A read-only row of numbers. */
export interface Indices extends Iterable<number> {
  readonly length: number;
  readonly [index: number]: number;
}

/** A trigger rule, or a teardown's own: its setup succeeded and everything else has ended. */
export type PlannedRule = TriggerRule | 'teardown';

/** What a scheduler has to know of a task beside its edges and its rule; bits, added up. */
export const CONDITIONAL = 1;
/** Its being queued does not make it ready: it has to be admitted as well. */
export const GATED = 2;
/** Runs in a cancelled run too. */
export const RUNS_ALWAYS = 4;
/** Its failure does not fail the run. */
export const MAY_FAIL = 8;
/** It is a teardown: it does not count among the leaves. */
export const TEARDOWN = 16;

/** One task of a plan: checked, with every duration in milliseconds. */
export interface PlannedTask {
  readonly index: TaskIndex;
  readonly id: string;
  readonly definition: TaskDefinition;
  /** Gives the output, checked where the task has an output schema. */
  readonly handler: Handler;
  /** False only where the handler cannot see what it is called with: no data is put together for it. */
  readonly readsData: boolean;
  /** The tasks waited for: those of `reads` in their order; then, in a teardown, whatever uses its setup. */
  readonly dependsOn: Indices;
  /** The IDs under which the handler reads its dependencies. */
  readonly reads: readonly string[];
  readonly rule: PlannedRule;
  /** The task a teardown belongs to. */
  readonly setup: TaskIndex | undefined;
  /** The longest way to here from a task without dependencies, counted in edges. */
  readonly level: number;
  /** The number of tasks on the longest way from here to an end, this one included. */
  readonly rank: number;
  readonly retry: RetryPolicy | undefined;
  readonly timeoutMs: number | undefined;
  readonly deadlineMs: number | undefined;
  readonly queueTimeoutMs: number | undefined;
  readonly slaMs: number | undefined;
  readonly breaker: BreakerPolicy | undefined;
  readonly compensate: PlannedCompensation | undefined;
  readonly placement: Placement | undefined;
  readonly cache: CachePolicy | undefined;
}

/** How a task is undone, with its times in milliseconds. */
export interface PlannedCompensation {
  readonly undo: CompensateOptions['undo'];
  readonly retry: RetryPolicy | undefined;
  readonly timeoutMs: number | undefined;
}

/** What is made for a run only where a task asks for it. */
interface PlanNeeds {
  /** The breakers of its tasks, each once. */
  readonly breakers: readonly BreakerPolicy[];
  /** A task takes slots of a pool, or a share of the machine. */
  readonly admission: boolean;
  /** A task is isolated. */
  readonly dispatcher: boolean;
  /** The secrets that its tasks need, and those of the workflows below it as far as these are known. */
  readonly secrets: readonly SecretNeed[];
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
  /** The bits of each task; absent where every task has none. */
  readonly traits: Uint8Array | undefined;
  /** What a run of it needs before it can begin. */
  readonly needs: PlanNeeds;
  /** Whether any task has a time limit. */
  readonly timed: boolean;
  /** Whether every task's rule is `all_success`. */
  readonly plainRules: boolean;
  /** Every task after those it depends on; among equals the order of definition. */
  readonly order: Indices;
  /** Each task's place among ready tasks: priority first, then rank, then the order of definition … */
  readonly place: Indices;
  /** … and the task at each place: the inverse. */
  readonly byPlace: Indices;
  /** What is odd but not wrong. */
  readonly warnings: readonly Diagnostic[];
}
