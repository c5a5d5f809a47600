import type { CacheOptions } from '../model/cache.ts';
import type { CompensateOptions, CompensationPolicies } from '../model/compensation.ts';
import type { ChildWorkflow, Fallback, Handler, SleepLength, TaskDefinition } from '../model/definition.ts';
import type { FanOut, FanOutOptions } from '../model/fan-out.ts';
import type { IsolateOptions, Pool, PoolDemand, ResourceDemand } from '../model/placement.ts';
import type { BreakerOptions, Duration, RetryOptions } from '../model/policy.ts';
import type { RecoveryRule } from '../model/recovery.ts';
import type { Schema } from '../model/schema.ts';
import type { OnSignalTimeout, SignalOptions } from '../model/signal.ts';
import { isSkip } from '../model/skip.ts';
import type { TriggerRule } from '../model/trigger-rule.ts';
import { added, type Common, copyOf, type Rare, useReusable, whole } from './copy.ts';
import { isReusableTask } from './task.ts';

/**
 * A task being declared: the untyped value behind the typed faces. It is never changed; each call gives a new one.
 * What a dependency is, and what comes after `.run()`, is for the subclass to say.
 */
export abstract class TaskDraft<Next> {
  protected readonly task: Common;
  protected readonly rare: Rare | undefined;

  constructor(task: Common, rare: Rare | undefined) {
    this.task = task;
    this.rare = rare;
  }

  triggerRule(rule: TriggerRule): this {
    return this.#add('triggerRule', rule);
  }

  runAlways(): this {
    return this.#add('runAlways', true);
  }

  when(condition: (data: never) => unknown): this {
    return this.#add('conditions', added(this.rare?.conditions, condition));
  }

  allowFailure(): this {
    return this.#add('allowFailure', true);
  }

  forEach(select: (data: never) => unknown, options?: FanOutOptions): this {
    return this.#fanOut({ ...options, kind: 'each', select });
  }

  matrix(axes: Readonly<Record<string, readonly unknown[]>>, options?: FanOutOptions): this {
    return this.#fanOut({ ...options, kind: 'matrix', axes });
  }

  retry(retry: RetryOptions): this {
    return this.#change('retry', retry);
  }

  timeout(timeout: Duration): this {
    return this.#change('timeout', timeout);
  }

  deadline(deadline: Duration): this {
    return this.#change('deadline', deadline);
  }

  queueTimeout(queueTimeout: Duration): this {
    return this.#add('queueTimeout', queueTimeout);
  }

  sla(sla: Duration): this {
    return this.#add('sla', sla);
  }

  breaker(breaker: string | BreakerOptions): this {
    return this.#add('breaker', breaker);
  }

  fallback(value: unknown): this {
    const fallback: Fallback = isFunction(value)
      ? { kind: 'function', make: value }
      : { kind: 'value', value };
    return this.#add('fallback', Object.freeze(fallback));
  }

  recover(rules: readonly RecoveryRule[]): this {
    return this.#add('recover', rules);
  }

  compensate(undo: CompensateOptions['undo'], policies?: CompensationPolicies): this {
    return this.#add('compensate', Object.freeze({ ...policies, undo }));
  }

  cache(cache: CacheOptions = {}): this {
    return this.#add('cache', cache);
  }

  priority(priority: number): this {
    return this.#change('priority', priority);
  }

  pool(pool: Pool, demand?: Omit<PoolDemand, 'pool'>): this {
    return this.#add('pools', added(this.rare?.pools, Object.freeze({ ...demand, pool })));
  }

  resources(resources: ResourceDemand): this {
    return this.#add('resources', resources);
  }

  isolate(options: IsolateOptions = {}): this {
    return this.#add('isolate', options);
  }

  secrets(...names: string[]): this {
    return this.#add('secrets', Object.freeze([...new Set([...(this.rare?.secrets ?? []), ...names])]));
  }

  output(output: Schema): this {
    return this.#change('output', output);
  }

  run(work: Handler, map?: (data: never) => unknown): Next {
    const task = whole(this.task, this.rare);
    if (isReusableTask(work)) useReusable(task, work, map);
    else task.handler = work;
    return this.finish(Object.freeze(task));
  }

  runWorkflow(workflow: ChildWorkflow['workflow'], input?: ChildWorkflow['input']): Next {
    const task = whole(this.task, this.rare);
    task.child = Object.freeze({ workflow, input });
    return this.finish(Object.freeze(task));
  }

  sleep(length: SleepLength): Next {
    const task = whole(this.task, this.rare);
    task.sleep = length;
    return this.finish(Object.freeze(task));
  }

  waitForSignal(name: string, schema: Schema, { timeout, onTimeout }: SignalOptions = {}): Next {
    const task = whole(this.task, this.rare);
    const then = onTimeout === undefined ? undefined : onSignalTimeout(onTimeout);
    task.signal = Object.freeze({ name, schema, timeout, onTimeout: then });
    return this.finish(Object.freeze(task));
  }

  /** Runs only where that task gave one of these labels. */
  protected onLabels(task: string, labels: readonly unknown[]): Rare {
    const branch = Object.freeze({ task, labels: Object.freeze(labels) });
    return { ...this.rare, branches: added(this.rare?.branches, branch) };
  }

  #fanOut(fanOut: FanOut): this {
    return this.#add('fanOut', Object.freeze(fanOut));
  }

  #change<Key extends keyof Common>(key: Key, value: Common[Key]): this {
    const task = copyOf(this.task);
    task[key] = value;
    return this.with(task, this.rare);
  }

  #add<Key extends keyof Rare>(key: Key, value: Rare[Key]): this {
    return this.with(this.task, { ...this.rare, [key]: value });
  }

  protected abstract with(task: Common, rare: Rare | undefined): this;
  protected abstract finish(task: TaskDefinition): Next;
}

function onSignalTimeout(given: unknown): OnSignalTimeout {
  if (given === 'skip' || isSkip(given)) return Object.freeze({ kind: 'skip' });
  return Object.freeze(given === 'fail' ? { kind: 'fail' } : { kind: 'value', value: given });
}

function isFunction(value: unknown): value is (error: Error) => unknown {
  return typeof value === 'function';
}
