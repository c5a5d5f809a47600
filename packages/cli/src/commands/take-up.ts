import type { RunEvent, Store, StoredRun } from '@wf-sdk/core';
import { awaitDriver } from '../keep/await-driver.ts';
import { KeptRun } from '../keep/kept-run.ts';
import { hasRunEnded } from '../keep/run-family.ts';
import { RunEvents } from '../keep/run-events.ts';
import { formatAge } from '../show/age.ts';
import { say } from './say.ts';

/** A run that a store keeps, as a process takes it up or begins it. */
export interface Kept {
  readonly run: KeptRun;
  /** What has happened to it and those below it before; nothing, where it is new. */
  readonly past: AsyncIterable<RunEvent>;
  /** It had ended, and what it came to then is not what it comes to now. */
  readonly again?: true;
}

/** A run that the store does not have yet. */
export function beginAnew(store: Store): Kept {
  return { run: new KeptRun(store), past: nothing() };
}

/**
 * Makes sure that nobody drives the run, and tells the user what is done with it.
 *
 * @throws UsageError where a process that lives drives it
 */
export async function takeUp(store: Store, { id }: StoredRun, isQuiet: boolean): Promise<Kept> {
  await awaitDriver(store, id, say);
  const now = await store.find(id);
  if (now !== undefined && hasRunEnded(now) && !isQuiet)
    say(
      `run ${id} had ended already, ${formatAge(Date.now() - now.updatedAt)}: nothing is run, this is what it came to`,
    );
  return { run: new KeptRun(store), past: new RunEvents(store, id).read() };
}

/**
 * The same for a run that has ended and is to be run again.
 *
 * @throws UsageError where a process that lives drives it
 */
export async function takeUpAgain(store: Store, { id }: StoredRun): Promise<Kept> {
  await awaitDriver(store, id, say);
  return { run: new KeptRun(store), past: new RunEvents(store, id).read(), again: true };
}

async function* nothing(): AsyncGenerator<RunEvent, void> {}
