import type { CompensateOptions, CompensationPolicies } from '../model/compensation.ts';
import type { ChildWorkflow, Fallback, Handler, SleepLength, TaskDefinition } from '../model/definition.ts';
import type { FanOut, FanOutOptions } from '../model/fan-out.ts';
import type { IsolateOptions, Pool, PoolDemand, ResourceDemand } from '../model/placement.ts';
import type { BreakerOptions, Duration, RetryOptions } from '../model/policy.ts';
import type { RecoveryRule } from '../model/recovery.ts';
import type { Schema } from '../model/schema.ts';
import type { TriggerRule } from '../model/trigger-rule.ts';
import { added, copyOf, depending, useReusable } from './copy.ts';
import { isReusableTask } from './task.ts';

/**
 * A task being declared: the untyped value behind the typed faces. It is never changed; each call gives a new one.
 * What a dependency is, and what comes after `.run()`, is for the subclass to say.
 */
export abstract class TaskDraft<Next> {
  protected readonly task: TaskDefinition;

  constructor(task: TaskDefinition) {
    this.task = task;
  }

  triggerRule(rule: TriggerRule): this {
    return this.#change('triggerRule', rule);
  }

  runAlways(): this {
    return this.#change('runAlways', true);
  }

  when(condition: (data: never) => unknown): this {
    return this.#change('conditions', added(this.task.conditions, condition));
  }

  allowFailure(): this {
    return this.#change('allowFailure', true);
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
    return this.#change('queueTimeout', queueTimeout);
  }

  sla(sla: Duration): this {
    return this.#change('sla', sla);
  }

  breaker(breaker: string | BreakerOptions): this {
    return this.#change('breaker', breaker);
  }

  fallback(value: unknown): this {
    const fallback: Fallback = isFunction(value)
      ? { kind: 'function', make: value }
      : { kind: 'value', value };
    return this.#change('fallback', Object.freeze(fallback));
  }

  recover(rules: readonly RecoveryRule[]): this {
    return this.#change('recover', rules);
  }

  compensate(undo: CompensateOptions['undo'], policies?: CompensationPolicies): this {
    return this.#change('compensate', Object.freeze({ ...policies, undo }));
  }

  priority(priority: number): this {
    return this.#change('priority', priority);
  }

  pool(pool: Pool, demand?: Omit<PoolDemand, 'pool'>): this {
    return this.#change('pools', added(this.task.pools, Object.freeze({ ...demand, pool })));
  }

  resources(resources: ResourceDemand): this {
    return this.#change('resources', resources);
  }

  isolate(options: IsolateOptions = {}): this {
    return this.#change('isolate', options);
  }

  output(output: Schema): this {
    return this.#change('output', output);
  }

  run(work: Handler, map?: (data: never) => unknown): Next {
    const task = copyOf(this.task);
    if (isReusableTask(work)) useReusable(task, work, map);
    else task.handler = work;
    return this.finish(Object.freeze(task));
  }

  runWorkflow(workflow: ChildWorkflow['workflow'], input?: ChildWorkflow['input']): Next {
    const task = copyOf(this.task);
    task.child = Object.freeze({ workflow, input });
    return this.finish(Object.freeze(task));
  }

  sleep(length: SleepLength): Next {
    const task = copyOf(this.task);
    task.sleep = length;
    return this.finish(Object.freeze(task));
  }

  /** Waits for a task, once, and runs only where that gave one of these labels. */
  protected branching(task: string, labels: readonly unknown[]): TaskDefinition {
    const copy = depending(this.task, task);
    copy.branches = added(this.task.branches, Object.freeze({ task, labels: Object.freeze(labels) }));
    return copy;
  }

  /** Waits for a task, once, and undoes what that set up. */
  protected tearingDown(setup: string): TaskDefinition {
    const copy = depending(this.task, setup);
    copy.teardownOf = setup;
    return copy;
  }

  #fanOut(fanOut: FanOut): this {
    return this.#change('fanOut', Object.freeze(fanOut));
  }

  #change<Key extends keyof TaskDefinition>(key: Key, value: TaskDefinition[Key]): this {
    const task = copyOf(this.task);
    task[key] = value;
    return this.with(task);
  }

  protected abstract with(task: TaskDefinition): this;
  protected abstract finish(task: TaskDefinition): Next;
}

function isFunction(value: unknown): value is (error: Error) => unknown {
  return typeof value === 'function';
}
