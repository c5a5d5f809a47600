import type { CompensateOptions } from '../model/compensation.ts';
import type { Branch, ChildWorkflow, Fallback, Handler, SleepLength, TaskDefinition } from '../model/definition.ts';
import type { FanOut } from '../model/fan-out.ts';
import type { PoolDemand } from '../model/placement.ts';
import type { BreakerOptions, RetryOptions } from '../model/policy.ts';
import type { RecoveryRule } from '../model/recovery.ts';
import type { Schema } from '../model/schema.ts';
import { skip } from '../model/skip.ts';
import { isObject, type JsonReader, lookUp } from './json-reader.ts';

/** What one task has that JSON cannot hold; each is asked for only where the JSON says that there is one. */
export interface TaskBindings {
  readonly conditions?: NonNullable<TaskDefinition['conditions']>;
  /** What `forEach` takes its items from. */
  readonly select?: (data: never) => unknown;
  /** A matrix's axes, where their values are not JSON. */
  readonly axes?: Readonly<Record<string, readonly unknown[]>>;
  readonly child?: ChildWorkflow;
  readonly sleep?: SleepLength;
  readonly countIf?: NonNullable<BreakerOptions['countIf']>;
  readonly fallback?: Fallback;
  readonly recover?: readonly RecoveryRule[];
  readonly compensate?: CompensateOptions;
  /** The key functions by the pool's name. */
  readonly keys?: Readonly<Record<string, NonNullable<PoolDemand['key']>>>;
}

interface AllBindings {
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly outputs?: Readonly<Record<string, Schema>>;
  readonly retryIf?: Readonly<Record<string, NonNullable<RetryOptions['retryIf']>>>;
  readonly tasks?: Readonly<Record<string, TaskBindings>>;
}

/** What is taken as it is: what is wrong with it is for `compile` to say. */
const PLAIN: ReadonlySet<string> = new Set([
  'triggerRule',
  'runAlways',
  'teardownOf',
  'allowFailure',
  'timeout',
  'deadline',
  'queueTimeout',
  'sla',
  'priority',
  'resources',
  'isolate',
]);
