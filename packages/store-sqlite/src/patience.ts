import { setTimeout as delay } from 'node:timers/promises';

import { isBusy } from './failure.ts';

/** Between two tries, at most so long, in milliseconds. */
const LONGEST_PAUSE = 20;

/**
 * Tries until the file is not locked by another process, or the time is over. The event loop goes on between two tries:
 * a process that waits still renews its leases.
 *
 * @throws What the last try threw.
 */
export async function patiently<T>(busyTimeoutMs: number, attempt: () => T): Promise<T> {
  const begun = performance.now();
  for (let tries = 0; ; tries++) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() - begun >= busyTimeoutMs) throw error;
    }
    // Not in step with others that wait.
    await delay(Math.min(LONGEST_PAUSE, 1 + tries) * (0.5 + Math.random()));
  }
}
