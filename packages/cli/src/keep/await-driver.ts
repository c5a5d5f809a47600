import { setTimeout as sleep } from 'node:timers/promises';
import { driverOf, type Lease, type Store, type StoredRun } from '@wf-sdk/core';
import { formatDuration } from '../show/format.ts';
import { UsageError } from '../usage-error.ts';
import { hasRunEnded, runsBelow } from './run-family.ts';

/** So often it is looked whether its driver still lives, in milliseconds. */
const LOOK_MS = 100;

/**
 * Waits until nobody drives a run nor those below it. A process that lives says so again before its lease has run out;
 * one that died does not, and the run is free then.
 *
 * @param say Is told what is waited for, once.
 * @throws UsageError as soon as the driver is known to live
 */
export async function awaitDriver(store: Store, id: string, say: (text: string) => void): Promise<void> {
  const first = new Map<string, Lease>();
  let said = false;
  for (;;) {
    const now = Date.now();
    const held = await heldRuns(store, id, now);
    for (const { run, lease, driver } of held) {
      const before = first.get(run.id);
      if (before !== undefined && (before.owner !== lease.owner || before.until !== lease.until))
        throw new UsageError(
          `run ${id} is being run by ${driver}: wait until it ends, watch it (wf-sdk status ${id} --watch), or cancel it`,
        );
      first.set(run.id, lease);
    }
    const [one] = held;
    if (one === undefined) return;
    const left = Math.max(...held.map(({ lease }) => lease.until)) - now;
    if (!said)
      say(
        `run ${id} was last driven by ${one.driver}: unless that is heard of within ${formatDuration(left)}, it has died, and the run goes on here`,
      );
    said = true;
    await sleep(Math.min(LOOK_MS, left));
  }
}

interface Held {
  readonly run: StoredRun;
  readonly lease: Lease;
  readonly driver: string;
}

async function heldRuns(store: Store, id: string, now: number): Promise<readonly Held[]> {
  const run = await store.find(id);
  const family = run === undefined ? [] : [run, ...(await runsBelow(store, id))];
  return family.flatMap((member) => {
    const driver = driverOf(member, now);
    return driver === undefined || member.lease === undefined || hasRunEnded(member)
      ? []
      : [{ run: member, lease: member.lease, driver }];
  });
}
