import { describe, expect, test } from 'vitest';
import { dispatcherConformance, type DispatcherSubject, isolationConformance } from 'wf-sdk/testing';
import { Dispatching } from '../../packages/core/src/isolate/dispatcher.ts';
import { buildSource } from './build.ts';

const [thread, module] = await Promise.all([
  buildSource('core/src/isolate/attempt.thread.ts'),
  buildSource('testing/src/conformance/dispatched.thread.ts'),
]);

/** What `createThreadDispatcher` makes, but from the sources. */
const subject = (threads: number) => (): DispatcherSubject => {
  const dispatcher = new Dispatching({ threads }, thread);
  return { dispatcher, module, dispose: () => dispatcher.close() };
};

describe.each([1, 2])('the dispatcher to %i threads', (threads) => {
  test.each(dispatcherConformance.cases)('$name', async ({ run }) => {
    await expect(run(subject(threads))).resolves.toBeUndefined();
  });

  test.each(isolationConformance.cases)('keeps attempts apart: $name', async ({ run }) => {
    await expect(run(subject(threads))).resolves.toBeUndefined();
  });
});
