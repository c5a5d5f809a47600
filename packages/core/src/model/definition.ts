import type { CodePlace } from '../lib/code-place.ts';
import type { TaskContext } from './context.ts';
import type { CacheOptions } from './cache.ts';
import type { CompensateOptions } from './compensation.ts';
import type { FanOut } from './fan-out.ts';
import type { IsolateOptions, PoolDemand, ResourceDemand } from './placement.ts';
import type { BreakerOptions, Duration, RetryOptions } from './policy.ts';
import type { RecoveryRule } from './recovery.ts';
import type { Schema } from './schema.ts';
import type { SignalWait } from './signal.ts';
import type { TriggerRule } from './trigger-rule.ts';

/**
 * What a task does: gets its dependencies' outputs by ID (and the run's `input`), gives its output.
 * This is the untyped core's view; the builder gives every handler its exact types.
 */
export type Handler = (data: never, context: TaskContext) => unknown;

/** Runs only where this task's output is one of these labels. */
export interface Branch {
  readonly task: string;
  readonly labels: readonly unknown[];
}

/** Another workflow as what a task does: which (looked up when first needed, where it is a function) and its input. */
export interface ChildWorkflow {
  readonly workflow:
    | { readonly definition: WorkflowDefinition }
    | (() => { readonly definition: WorkflowDefinition });
  /** @default the child is run without input */
  readonly input?: ((data: never) => unknown) | undefined;
}

/** How long a task sleeps: a length, an instant, or what a function of its data says. */
export type SleepLength = Duration | Date | ((data: never) => Duration | Date);

/** What stands in for a task's output when its last attempt has failed: a value, or what a function of the error and the task's data gives. */
export type Fallback =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'function'; readonly make: (error: Error, data: never) => unknown };

/** One task as it was declared: frozen plain data, not yet checked. */
export interface TaskDefinition {
  readonly id: string;
  /** The IDs of the tasks it waits for; its handler reads their outputs under these. */
  readonly dependsOn: readonly string[];
  /** Missing in a task that sleeps, waits for a signal or runs another workflow, and where untyped code left it out: `compile` reports it. */
  readonly handler?: Handler | undefined;
  /** The name under which `fromJSON` looks the handler up: a reusable task's name, else the task's ID. */
  readonly handlerName?: string | undefined;
  /** Checks what the handler gave. */
  readonly output?: Schema | undefined;

  /** @default 'all_success', and 'all_done' for a task that always runs */
  readonly triggerRule?: TriggerRule | undefined;
  /** All must say yes, after the rule said run. */
  readonly conditions?: readonly ((data: never) => unknown)[] | undefined;
  readonly branches?: readonly Branch[] | undefined;
  /** Runs in a cancelled run too. */
  readonly runAlways?: boolean | undefined;
  /** The task whose work this one undoes once everything that depends on that task has ended. */
  readonly teardownOf?: string | undefined;
  /** Its failure does not fail the run. */
  readonly allowFailure?: boolean | undefined;
  readonly fanOut?: FanOut | undefined;
  readonly child?: ChildWorkflow | undefined;
  readonly sleep?: SleepLength | undefined;
  readonly signal?: SignalWait | undefined;

  readonly retry?: RetryOptions | undefined;
  readonly timeout?: Duration | undefined;
  readonly deadline?: Duration | undefined;
  readonly queueTimeout?: Duration | undefined;
  readonly sla?: Duration | undefined;
  readonly breaker?: string | BreakerOptions | undefined;
  readonly fallback?: Fallback | undefined;
  readonly recover?: readonly RecoveryRule[] | undefined;
  readonly compensate?: CompensateOptions | undefined;
  readonly cache?: CacheOptions | undefined;

  readonly priority?: number | undefined;
  readonly pools?: readonly PoolDemand[] | undefined;
  readonly resources?: ResourceDemand | undefined;
  readonly isolate?: IsolateOptions | undefined;
  /** The names of the secrets that the handler, or the undo function, reads from its context. */
  readonly secrets?: readonly string[] | undefined;
  /** Where in the user's code it was added: known where a tracer provider was registered before. */
  readonly place?: CodePlace | undefined;
}

/** What a failed task does to the others: they go on, or whatever runs is cancelled. */
export type OnFailure = 'continue' | 'fail-fast';

/**
 * Which failures fail the run: any that nothing handled (`any`), or only those that reach a task on which nothing
 * depends (`leaves`, as in Airflow).
 */
export type FailurePolicy = 'any' | 'leaves';

/** A workflow as it was declared: frozen plain data behind the typed builder, not yet checked. */
export interface WorkflowDefinition {
  readonly id: string;
  readonly version: string;
  readonly description?: string | undefined;
  readonly input?: Schema | undefined;
  readonly onFailure?: OnFailure | undefined;
  readonly failurePolicy?: FailurePolicy | undefined;
  /** How many of its runs may be active at once. @default no limit */
  readonly maxActiveRuns?: number | undefined;
  /** Where the module stands that exports this workflow, as a URL: isolated tasks are loaded from it. */
  readonly module?: string | undefined;
  readonly tasks: readonly TaskDefinition[];
  /** Makes the workflow's output from its tasks' outputs, by ID. */
  readonly output?: ((outputs: never) => unknown) | undefined;
}
