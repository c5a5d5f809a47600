import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { driverOf, readLog, type RunMessage, send, type Store, type StoredRun } from '@wf-sdk/core';
import { hasRunEnded } from './run-family.ts';

/** So often it is looked for an answer, and so long, in milliseconds. */
const LOOK_MS = 50;
const PATIENCE_MS = 10_000;

/**
 * What came of something said to a run: its process has done it, or has refused to; nobody drives the run, and it hears of
 * it when it goes on; its process has not answered yet; the run ended before it heard of it.
 */
export type Reply =
  | { readonly type: 'done' | 'kept' | 'unanswered' | 'ended' }
  | { readonly type: 'refused'; readonly why: string };

/**
 * Says something to a run, in the name of the user, and waits for what comes of it.
 *
 * @throws RunNotFoundError, StoreError
 */
export async function tell(store: Store, run: StoredRun, message: RunMessage): Promise<Reply> {
  const id = randomUUID();
  await send(store, run.id, message, { id, by: userName() });
  const seq = (await store.receive(run.id)).find((kept) => kept.id === id)?.seq;
  const until = performance.now() + PATIENCE_MS;
  let read = run.length;
  for (;;) {
    const now = await store.find(run.id);
    let told = false;
    for await (const event of readLog(store, run.id, read)) {
      read++;
      if (event.type !== 'run.told' || event.message !== seq) continue;
      if (event.refused !== undefined) return { type: 'refused', why: event.refused };
      told = true;
    }
    if (told) return { type: 'done' };
    if (now === undefined || hasRunEnded(now)) return { type: 'ended' };
    if (driverOf(now, Date.now()) === undefined) return { type: 'kept' };
    // Of what is said to a run that waits for its turn it hears at once only that it is cancelled.
    const hearsLater = now.state === 'pending' && message.type !== 'cancel';
    if (hearsLater || performance.now() >= until) return { type: 'unanswered' };
    await sleep(LOOK_MS);
  }
}

/** Who says something: a container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    const uid = process.getuid?.();
    return process.env['USER'] ?? (uid === undefined ? 'somebody' : `user ${uid}`);
  }
}
