import { didYouMean, type Plan } from '@wf-sdk/core';
import { TestKitError } from '../run/test-kit-error.ts';

/** @throws TestKitError where the workflow has no such task. */
export function checkTask({ id, indexOf }: Plan, task: string, option: string): void {
  if (indexOf.has(task)) return;
  const hint = didYouMean(task, indexOf.keys());
  throw new TestKitError(`${option}: workflow '${id}' has no task '${task}'${hint}`);
}
