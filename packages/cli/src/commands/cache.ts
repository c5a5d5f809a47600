import { EXIT } from '../exit-codes.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { count } from '../show/format.ts';
import { print } from './print.ts';
import { say } from './say.ts';

interface ClearFlags extends StoreFlags {
  readonly workflow?: string;
  readonly task?: string;
  readonly json?: true;
}

/** `wf-sdk cache clear`: forgets the outputs that are kept for later runs. Gives the exit code. */
export async function clearCache(flags: ClearFlags): Promise<number> {
  const { workflow, task, json = false } = flags;
  const which = { ...(workflow !== undefined && { workflow }), ...(task !== undefined && { task }) };
  return withStore(flags, 'write', async (store) => {
    const cleared = await store.clearCache(which);
    if (json) print(JSON.stringify({ ...which, cleared }));
    else say(`${count(cleared, 'cached output')} cleared${of(workflow, task)}`);
    return EXIT.succeeded;
  });
}

function of(workflow: string | undefined, task: string | undefined): string {
  const parts = [
    task === undefined ? undefined : `task ${task}`,
    workflow === undefined ? undefined : `workflow ${workflow}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? '' : ` of ${parts.join(' of ')}`;
}
