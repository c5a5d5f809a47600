import { isKnownDead, systemClock } from '../execute/system.ts';
import type { StoredRun } from '../model/store.ts';

/**
 * Who drives a kept run, as a text for people: `process 4711 on host`. Nobody does whose lease is over, and no process of
 * this machine that is known to have ended, though it could not say so: one that `kill -9` took.
 *
 * @param now Milliseconds since the epoch. @default this instant
 * @returns `undefined` where nobody drives it: if it has not ended, it goes on when it is resumed.
 */
export function driverOf({ lease }: StoredRun, now: number = systemClock.now()): string | undefined {
  if (lease === undefined || lease.until <= now || isKnownDead(lease.owner)) return undefined;
  // The owner's last word tells two runs of one process apart.
  return lease.owner.replace(/ [\da-z]{26}$/, '');
}
