import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { hasRunEnded } from '../keep/run-family.ts';
import { tell } from '../keep/tell.ts';
import { UsageError } from '../usage-error.ts';
import { sayReply } from './say-reply.ts';

interface CancelFlags extends StoreFlags {
  readonly reason?: string;
  readonly force?: true;
  readonly json?: true;
}

/** `wf-sdk cancel <run>`. Gives the exit code. */
export async function cancelRun(given: string, flags: CancelFlags): Promise<number> {
  const { reason, force } = flags;
  return withStore(flags, 'write', async (store) => {
    const run = await findRun(store, given);
    if (hasRunEnded(run)) throw new UsageError(`run ${run.id} has ended already: it ${verb(run.state)}`);
    const message = {
      type: 'cancel',
      ...(reason !== undefined && { reason }),
      ...(force === true && { force }),
    } as const;
    const done = `run ${run.id} is being cancelled: running tasks have been told to stop`;
    return sayReply(run, message, done, await tell(store, run, message), flags);
  });
}

function verb(state: string): string {
  return state === 'cancelled' ? 'was cancelled' : state;
}
