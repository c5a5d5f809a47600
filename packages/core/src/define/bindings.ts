import type { CacheOptions } from '../model/cache.ts';
import type { CompensateOptions } from '../model/compensation.ts';
import type { ChildWorkflow, Fallback, Handler, SleepLength, TaskDefinition } from '../model/definition.ts';
import type { PoolDemand } from '../model/placement.ts';
import type { BreakerOptions, RetryOptions } from '../model/policy.ts';
import type { RecoveryRule } from '../model/recovery.ts';
import type { Schema } from '../model/schema.ts';

/** The functions and schemas that a serialised workflow names. */
export interface Bindings {
  /** Handlers by name: a reusable task's name, else the task's ID. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** The workflow's input schema. */
  readonly input?: Schema;
  /** Tasks' output schemas by task ID. */
  readonly outputs?: Readonly<Record<string, Schema>>;
  /** Tasks' `retryIf` by task ID. */
  readonly retryIf?: Readonly<Record<string, NonNullable<RetryOptions['retryIf']>>>;
  /** Whatever else a task has that JSON cannot hold, by task ID. */
  readonly tasks?: Readonly<Record<string, TaskBindings>>;
  /** The workflow's output function. */
  readonly output?: (outputs: never) => unknown;
}

/** What one task has that JSON cannot hold; each is asked for only where the JSON says that there is one. */
export interface TaskBindings {
  readonly conditions?: NonNullable<TaskDefinition['conditions']>;
  /** What `forEach` takes its items from. */
  readonly select?: (data: never) => unknown;
  /** A matrix's axes, where their values are not JSON. */
  readonly axes?: Readonly<Record<string, readonly unknown[]>>;
  readonly child?: ChildWorkflow;
  readonly sleep?: SleepLength;
  /** The schema of the signal it waits for. */
  readonly signal?: Schema;
  /** What stands for the signal when its time is over, where that is not JSON. */
  readonly onTimeout?: unknown;
  readonly countIf?: NonNullable<BreakerOptions['countIf']>;
  readonly fallback?: Fallback;
  readonly recover?: readonly RecoveryRule[];
  readonly compensate?: CompensateOptions;
  /** The key of its cache. */
  readonly cacheKey?: NonNullable<CacheOptions['key']>;
  /** The key functions by the pool's name. */
  readonly keys?: Readonly<Record<string, NonNullable<PoolDemand['key']>>>;
}
