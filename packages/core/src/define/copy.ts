import type { TaskDefinition } from '../model/definition.ts';
import type { ReusableTask, ReusableTaskPolicies } from './task.ts';

/** A definition that its maker still writes to. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The beginning of a task. */
export function emptyTask(id: string): TaskDefinition {
  return copyOf({ id, dependsOn: NO_DEPENDENCIES });
}

const NO_DEPENDENCIES: readonly string[] = Object.freeze([]);

/** Written out: spreading would cost ten times as much, and this is done at every step of every task. */
export function copyOf(task: TaskDefinition): Mutable<TaskDefinition> {
  return {
    id: task.id,
    dependsOn: task.dependsOn,
    handler: task.handler,
    handlerName: task.handlerName,
    output: task.output,
    triggerRule: task.triggerRule,
    conditions: task.conditions,
    branches: task.branches,
    runAlways: task.runAlways,
    teardownOf: task.teardownOf,
    allowFailure: task.allowFailure,
    fanOut: task.fanOut,
    child: task.child,
    sleep: task.sleep,
    retry: task.retry,
    timeout: task.timeout,
    deadline: task.deadline,
    queueTimeout: task.queueTimeout,
    sla: task.sla,
    breaker: task.breaker,
    fallback: task.fallback,
    recover: task.recover,
    compensate: task.compensate,
    priority: task.priority,
    pools: task.pools,
    resources: task.resources,
    isolate: task.isolate,
  };
}

/** A copy that waits for one task more, if it did not yet. */
export function depending(task: TaskDefinition, dependency: string): Mutable<TaskDefinition> {
  const copy = copyOf(task);
  if (!task.dependsOn.includes(dependency)) copy.dependsOn = added(task.dependsOn, dependency);
  return copy;
}

/** A list with one item more. */
export function added<Item>(items: readonly Item[] | undefined, item: Item): readonly Item[] {
  return Object.freeze([...(items ?? []), item]);
}

/** Makes a reusable task the handler. Its own policies hold where the chain says nothing. */
export function useReusable(
  task: Mutable<TaskDefinition>,
  reusable: ReusableTask<never, unknown>,
  map: ((data: never) => unknown) | undefined,
): void {
  task.handler = map === undefined ? reusable : (data, context) => reusable(map(data) as never, context);
  task.handlerName = reusable.taskName;
  const own: Readonly<Record<string, unknown>> = { ...reusable.policies };
  for (const key of Object.keys(own)) {
    if (task[key as keyof ReusableTaskPolicies] === undefined) Object.assign(task, { [key]: own[key] });
  }
}
