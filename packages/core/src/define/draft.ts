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
    return this.with({ ...this.task, retry });
  }

  timeout(timeout: Duration): this {
    return this.with({ ...this.task, timeout });
  }

  deadline(deadline: Duration): this {
    return this.with({ ...this.task, deadline });
  }

  priority(priority: number): this {
    return this.with({ ...this.task, priority });
  }

  output(output: Schema): this {
    return this.with({ ...this.task, output });
  }

  run(work: Handler, map?: (data: never) => unknown): Next {
    const task = isReusableTask(work) ? withReusable(this.task, work, map) : { ...this.task, handler: work };
    return this.finish(Object.freeze(task));
  }

  protected abstract with(task: TaskDefinition): this;
  protected abstract finish(task: TaskDefinition): Next;
}

/** The reusable task's own policies hold where the chain says nothing. */
function withReusable(
  task: TaskDefinition,
  reusable: ReusableTask<never, unknown>,
  map: ((data: never) => unknown) | undefined,
): TaskDefinition {
  const handler: Handler =
    map === undefined ? reusable : (data, context) => reusable(map(data) as never, context);
  return { ...reusable.policies, ...task, handler, handlerName: reusable.taskName };
}
