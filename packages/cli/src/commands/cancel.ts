import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { refuseEnded } from '../keep/refuse-ended.ts';
import { tell } from '../keep/tell.ts';
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
    refuseEnded(run);
    const message = {
      type: 'cancel',
      ...(reason !== undefined && { reason }),
      ...(force === true && { force }),
    } as const;
    const done = `run ${run.id} is being cancelled: running tasks have been told to stop`;
    return sayReply(run, message, done, await tell(store, run, message), flags);
  });
}
