import type { RunEvent } from '@wf-sdk/core';
import { nameOf } from './run-view.ts';

/**
 * What stands before the tasks of a run below another: `ship[3] › `; nothing for the run itself.
 *
 * @param root The run itself.
 * @returns Of the run that an event is about. It has to hear all events, in order.
 */
export function prefixesOf(root: string): (event: RunEvent) => string {
  const prefixes = new Map([[root, '']]);
  return (event) => {
    const begins = event.type === 'run.pending' || event.type === 'run.started';
    if (begins && event.parent !== undefined && event.run !== root) {
      const { run, task, item } = event.parent;
      prefixes.set(event.run, `${prefixes.get(run) ?? ''}${nameOf(task, item)} › `);
    }
    return prefixes.get(event.run) ?? '';
  };
}
