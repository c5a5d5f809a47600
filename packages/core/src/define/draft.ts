import type { Handler, TaskDefinition } from '../model/definition.ts';
import type { Duration, RetryOptions } from '../model/policy.ts';
import type { Schema } from '../model/schema.ts';
import { isReusableTask, type ReusableTask } from './task.ts';

/**
 * A task being declared: the untyped value behind the typed faces. It is never changed; each call gives a new one.
 * What a dependency is, and what comes after `.run()`, is for the subclass to say.
 */
export abstract class TaskDraft<Next> {
  protected readonly task: TaskDefinition;

  constructor(task: TaskDefinition) {
    this.task = task;
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

  priority(priority: number): this {
    return this.#change('priority', priority);
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

  #change<Key extends keyof TaskDefinition>(key: Key, value: TaskDefinition[Key]): this {
    const task = copyOf(this.task);
    task[key] = value;
    return this.with(task);
  }

  protected abstract with(task: TaskDefinition): this;
  protected abstract finish(task: TaskDefinition): Next;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

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
    retry: task.retry,
    timeout: task.timeout,
    deadline: task.deadline,
    priority: task.priority,
  };
}

/** The reusable task's own policies hold where the chain says nothing. */
function useReusable(
  task: Mutable<TaskDefinition>,
  reusable: ReusableTask<never, unknown>,
  map: ((data: never) => unknown) | undefined,
): void {
  task.handler = map === undefined ? reusable : (data, context) => reusable(map(data) as never, context);
  task.handlerName = reusable.taskName;
  task.retry ??= reusable.policies.retry;
  task.timeout ??= reusable.policies.timeout;
  task.deadline ??= reusable.policies.deadline;
}
