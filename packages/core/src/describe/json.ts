import type {
  Branch,
  Fallback,
  SleepLength,
  TaskDefinition,
  WorkflowDefinition,
} from '../model/definition.ts';
import type { CacheOptions } from '../model/cache.ts';
import type { FanOut, FanOutOptions } from '../model/fan-out.ts';
import type { IsolateOptions, Pool, ResourceDemand } from '../model/placement.ts';
import type { BreakerOptions, Duration, RetryOptions } from '../model/policy.ts';
import type { OnSignalTimeout, SignalWait } from '../model/signal.ts';
import { isSkip } from '../model/skip.ts';
import type { TriggerRule } from '../model/trigger-rule.ts';

/**
 * A workflow's structure as JSON. What JSON cannot hold, functions and schemas, is named where it belongs, by `true`, so
 * that `fromJSON` can ask for each of them.
 */
export interface WorkflowJson {
  readonly format: 'wf-sdk/workflow@1';
  readonly id: string;
  readonly version: string;
  readonly description?: string;
  readonly onFailure?: WorkflowDefinition['onFailure'];
  readonly failurePolicy?: WorkflowDefinition['failurePolicy'];
  readonly maxActiveRuns?: number;
  readonly module?: string;
  readonly tasks: readonly TaskJson[];
  /** There is an input schema to bind. */
  readonly input?: true;
  /** There is an output function to bind. */
  readonly output?: true;
}

export interface TaskJson {
  readonly id: string;
  readonly dependsOn?: readonly string[];
  /** The name of the handler to bind. @default the task's ID */
  readonly handler?: string;
  readonly triggerRule?: TriggerRule;
  /** There are conditions to bind. */
  readonly conditions?: true;
  readonly branches?: readonly Branch[];
  readonly runAlways?: boolean;
  readonly teardownOf?: string;
  readonly allowFailure?: boolean;
  readonly fanOut?: FanOutJson;
  /** There is a workflow to bind, which the task runs. */
  readonly child?: true;
  /** A length; an instant; or there is a function to bind. */
  readonly sleep?: Duration | { readonly until: string } | true;
  /** The signal it waits for; there is its schema to bind. */
  readonly signal?: SignalJson;
  readonly retry?: Omit<RetryOptions, 'retryIf'> & { readonly retryIf?: true };
  readonly timeout?: Duration;
  readonly deadline?: Duration;
  readonly queueTimeout?: Duration;
  readonly sla?: Duration;
  readonly breaker?: string | (Omit<BreakerOptions, 'countIf'> & { readonly countIf?: true });
  /** A value that JSON holds; `skip`; or there is a fallback to bind. */
  readonly fallback?: { readonly value: unknown } | 'skip' | true;
  /** There are recovery rules to bind. */
  readonly recover?: true;
  /** There is an undo function, with its policies, to bind. */
  readonly compensate?: true;
  readonly cache?: Omit<CacheOptions, 'key'> & { readonly key?: true };
  readonly priority?: number;
  readonly pools?: readonly PoolJson[];
  readonly resources?: ResourceDemand;
  readonly isolate?: IsolateOptions;
  readonly secrets?: readonly string[];
  /** There is an output schema to bind. */
  readonly output?: true;
}

/** Of a fan-out over items there is what selects them to bind; a matrix has its axes here, where JSON holds them. */
type FanOutJson = FanOutOptions &
  ({ readonly kind: 'each' } | { readonly kind: 'matrix'; readonly axes: MatrixAxes | true });
type MatrixAxes = Readonly<Record<string, readonly unknown[]>>;

interface SignalJson {
  readonly name: string;
  readonly timeout?: Duration;
  /** @default 'fail' */
  readonly onTimeout?: 'fail' | 'skip' | { readonly value: unknown } | true;
}

interface PoolJson {
  readonly pool: Pool;
  readonly slots?: number | undefined;
  /** There is a key function to bind. */
  readonly key?: true;
}

/** What a definition says that is JSON already. */
const HEADER = ['description', 'onFailure', 'failurePolicy', 'maxActiveRuns', 'module'] as const;
const PLAIN = [
  'triggerRule',
  'branches',
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
  'secrets',
] as const;
/** What is only named. */
const BOUND = ['conditions', 'child', 'recover', 'compensate', 'output'] as const;

/** The structure of a workflow as plain JSON. It need not be a valid one: `compile` says what is wrong with it. */
export function toJSON(workflow: { readonly definition: WorkflowDefinition }): WorkflowJson {
  const { definition } = workflow;
  return {
    format: 'wf-sdk/workflow@1',
    id: definition.id,
    version: definition.version,
    ...said(definition, HEADER),
    ...flags(definition, ['input', 'output']),
    tasks: definition.tasks.map(taskToJSON),
  };
}

function taskToJSON(task: TaskDefinition): TaskJson {
  const { id, dependsOn, handlerName, fanOut, sleep, signal, retry, breaker, fallback, cache, pools } = task;
  return {
    id,
    ...(dependsOn.length > 0 && { dependsOn: [...dependsOn] }),
    ...(handlerName !== undefined && { handler: handlerName }),
    ...said(task, PLAIN),
    ...(fanOut !== undefined && { fanOut: fanOutToJSON(fanOut) }),
    ...(sleep !== undefined && { sleep: sleepToJSON(sleep) }),
    ...(signal !== undefined && { signal: signalToJSON(signal) }),
    ...(retry !== undefined && { retry: named(retry, 'retryIf') }),
    ...(breaker !== undefined && {
      breaker: typeof breaker === 'string' ? breaker : named(breaker, 'countIf'),
    }),
    ...(fallback !== undefined && { fallback: fallbackToJSON(fallback) }),
    ...(cache !== undefined && { cache: named(cache, 'key') }),
    ...(pools !== undefined && { pools: pools.map((demand) => named(demand, 'key')) }),
    ...flags(task, BOUND),
  };
}

function fanOutToJSON(fanOut: FanOut): FanOutJson {
  if (fanOut.kind === 'matrix') return { ...fanOut, axes: isJson(fanOut.axes) ? fanOut.axes : true };
  const { select: _, ...rest } = fanOut;
  return rest;
}

function sleepToJSON(sleep: SleepLength): NonNullable<TaskJson['sleep']> {
  if (typeof sleep === 'function') return true;
  if (typeof sleep !== 'object') return sleep;
  return { until: Number.isNaN(sleep.getTime()) ? String(sleep) : sleep.toISOString() };
}

function signalToJSON({ name, timeout, onTimeout }: SignalWait): SignalJson {
  return {
    name,
    ...(timeout !== undefined && { timeout }),
    ...(onTimeout !== undefined && { onTimeout: onTimeoutToJSON(onTimeout) }),
  };
}

function onTimeoutToJSON(then: OnSignalTimeout): NonNullable<SignalJson['onTimeout']> {
  if (then.kind !== 'value') return then.kind;
  return isJson(then.value) ? { value: then.value } : true;
}

function fallbackToJSON(fallback: Fallback): NonNullable<TaskJson['fallback']> {
  if (fallback.kind === 'function') return true;
  if (isSkip(fallback.value)) return 'skip';
  return isJson(fallback.value) ? { value: fallback.value } : true;
}

/** Options of which one may be a function. */
function named<T extends object, Key extends keyof T>(options: T, key: Key): Omit<T, Key> & Flags<Key> {
  const { [key]: value, ...rest } = options;
  return (value === undefined ? rest : { ...rest, [key]: true }) as Omit<T, Key> & Flags<Key>;
}

/** Those of the properties that were said … */
function said<T extends object, Key extends keyof T>(from: T, keys: readonly Key[]): Said<Pick<T, Key>> {
  const entries = keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]));
  return Object.fromEntries(entries) as Said<Pick<T, Key>>;
}

type Said<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** … and that they were. */
function flags<Key extends PropertyKey>(
  from: { readonly [K in Key]?: unknown },
  keys: readonly Key[],
): Flags<Key> {
  return Object.fromEntries(
    keys.flatMap((key) => (from[key] === undefined ? [] : [[key, true]])),
  ) as Flags<Key>;
}

type Flags<Key extends PropertyKey> = { readonly [K in Key]?: true };

/** Whether JSON holds all of a value: it can be read back as it was. */
function isJson(value: unknown, above: readonly unknown[] = []): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null)
    return ['string', 'boolean', 'object'].includes(typeof value);
  if (above.includes(value) || !(Array.isArray(value) || isPlainObject(value))) return false;
  return Object.values(value).every((item) => isJson(item, [...above, value]));
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
