import { madeOf } from '../lib/source.ts';
import type { Handler, TaskDefinition } from '../model/definition.ts';
import type { ReusableTask, ReusableTaskPolicies } from './task.ts';

/** A definition that its maker still writes to. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What nearly every task says, or may soon be: copied at every step of every task, so the list is kept short. */
export type Common = Pick<
  TaskDefinition,
  'id' | 'dependsOn' | 'handler' | 'handlerName' | 'output' | 'retry' | 'timeout' | 'deadline' | 'priority'
>;

/** What few tasks say. */
export type Rare = Partial<Omit<TaskDefinition, keyof Common>>;

/** The beginning of a task. */
export function emptyTask(id: string): Common {
  return copyOf({ id, dependsOn: NO_DEPENDENCIES });
}

const NO_DEPENDENCIES: readonly string[] = Object.freeze([]);

/** Written out: spreading would cost ten times as much. */
export function copyOf(task: Common): Mutable<Common> {
  return {
    id: task.id,
    dependsOn: task.dependsOn,
    handler: task.handler,
    handlerName: task.handlerName,
    output: task.output,
    retry: task.retry,
    timeout: task.timeout,
    deadline: task.deadline,
    priority: task.priority,
  };
}

/** A definition of its own, which can be written to. */
export function whole(task: Common, rare: Rare | undefined): Mutable<TaskDefinition> {
  const copy: Mutable<TaskDefinition> = copyOf(task);
  return rare === undefined ? copy : Object.assign(copy, rare);
}

/** The same task, waiting for one more if it did not yet. */
export function depending(task: Common, dependency: string): Common {
  if (task.dependsOn.includes(dependency)) return task;
  const copy = copyOf(task);
  copy.dependsOn = added(task.dependsOn, dependency);
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
  task.handler =
    map === undefined
      ? reusable
      : madeOf<Handler>((data, context) => reusable(map(data) as never, context), [map, reusable]);
  task.handlerName = reusable.taskName;
  const own: Readonly<Record<string, unknown>> = { ...reusable.policies };
  for (const key of Object.keys(own)) {
    if (task[key as keyof ReusableTaskPolicies] === undefined) Object.assign(task, { [key]: own[key] });
  }
}
