import { isKnownDead, systemClock } from '../execute/system.ts';
import { LeaseLostError } from '../model/durable-error.ts';
import type { Message, Store } from '../model/store.ts';
import type { Line, Turn } from './turn.ts';
import { freeIfDead } from '../store/dead-lease.ts';

/** So often is asked whether a run of another process has ended, in milliseconds. */
const LOOK_MS = 500;

/** Who in this process waits for runs of a store. */
const waiting = new WeakMap<Store, Set<(hasEnded: boolean) => void>>();

/** A run of a store that waits for its turn. */
export interface StoreLine extends Line {
  /** What was said to the run that it has not heard, up to that it is cancelled: nothing, where it is not. */
  untilCancelled(): Promise<readonly Message[]>;
}

/**
 * The line of a run that this process holds, among all runs of its workflow that the store has.
 *
 * @param heard The number of the last message that the run has heard.
 */
export function lineIn(store: Store, turn: Turn, run: string, owner: string, heard: number): StoreLine {
  const untilCancelled = async (): Promise<readonly Message[]> => {
    const unheard = await store.receive(run, heard);
    return unheard.slice(0, unheard.findLastIndex(({ type }) => type === 'cancel') + 1);
  };
  let ahead: readonly string[] = [run];
  const start = async (): Promise<readonly string[]> => {
    const runs = await store.start(run, owner, turn.limit, systemClock.now());
    if (runs !== undefined) return (ahead = runs);
    const kept = await store.find(run);
    if (kept === undefined || kept.lease !== undefined) throw new LeaseLostError(run);
    // Its process leaves it, and has given its lease back: it waits on, for whoever takes it up.
    return ahead;
  };
  return {
    async ask() {
      const runs = await start();
      // Nobody waits for the turn of a run whose process is known to be dead.
      return (await freeDead(store, runs)) ? start() : runs;
    },
    isCalledOff: async () => (await untilCancelled()).length > 0,
    listen(callback) {
      const others = waiting.get(store) ?? new Set();
      waiting.set(store, others.add(callback));
      // Unlike most that looks again and again, this keeps the process alive: it has nothing else to do.
      const disarm = systemClock.setTimer(LOOK_MS, () => callback(false));
      return () => {
        disarm();
        others.delete(callback);
      };
    },
    untilCancelled,
  };
}

/** Frees those that are pending, and whose process is known to have died. @returns Whether there was one */
async function freeDead(store: Store, runs: readonly string[]): Promise<boolean> {
  let found = false;
  for (const id of runs) {
    const run = await store.find(id);
    if (run?.state === 'pending' && (await freeIfDead(store, run, isKnownDead))) found = true;
  }
  return found;
}

/** A run of this process has ended: others of the store need not wait until they look again. */
export function callWaiting(store: Store): void {
  for (const callback of waiting.get(store) ?? []) callback(true);
}
