import { DefinitionError } from '../model/error.ts';

const LOADING = Symbol.for('wf-sdk.loading');

interface Marked {
  [LOADING]?: string | undefined;
}

/** Loads a module on a thread; while that goes on, workflows must not be run. */
export async function whileLoading<T>(module: string, load: () => Promise<T>): Promise<T> {
  const marked = globalThis as Marked;
  marked[LOADING] = module;
  try {
    return await load();
  } finally {
    marked[LOADING] = undefined;
  }
}

/**
 * Refuses to run a workflow that a module runs while a thread loads it for an isolated task: with each such task it
 * would be run again, on one more thread, without end.
 *
 * @throws DefinitionError
 */
export function refuseWhileLoading(workflow: string): void {
  const module = (globalThis as Marked)[LOADING];
  if (module === undefined) return;
  throw new DefinitionError(workflow, [
    {
      code: 'bad_isolation',
      message: `${module} runs it while a thread loads that module for an isolated task. Define workflows in one module and run them from another, or run this one behind if (isMainThread), from node:worker_threads`,
    },
  ]);
}
