// A loader that says by what it loads: its exports are made, whatever the module.
import { workflow } from '../../src/define/workflow.ts';

export function load(module: string): Promise<Readonly<Record<string, unknown>>> {
  const flow = workflow('threads')
    .addTask('where')
    .run(() => `loaded ${module}`);
  return Promise.resolve({ default: undefined, nothing: null, other: workflow('other'), flow });
}
