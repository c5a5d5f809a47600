import type { AnyTask, Plan } from '@wf-sdk/core';
import type { Failure } from '../run/failures.ts';
import { checkTask } from './check-task.ts';

/** By task: how it fails, where it is made to fail. */
export type Errors<T extends AnyTask> = { readonly [E in T as E['id']]?: Failure };

/**
 * How each task fails that is made to.
 *
 * @throws TestKitError where a task is named that is not there.
 */
export function errorsFor(
  plan: Plan,
  errors: Readonly<Record<string, Failure | undefined>> = {},
): (task: string) => Failure {
  const known = new Map<string, Failure>();
  for (const [task, error] of Object.entries(errors)) {
    checkTask(plan, task, 'errors');
    if (error !== undefined) known.set(task, error);
  }
  return (task) => {
    const error = known.get(task) ?? new Error(`${task} is made to fail`);
    known.set(task, error);
    return error;
  };
}
