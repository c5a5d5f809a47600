import { readEvent } from '../codec/event.ts';
import type { RunEvent } from '../model/event.ts';
import type { Store } from '../model/store.ts';

/** So many events are read at a time. */
const PAGE = 1_000;

/**
 * The events that a store has of one run, in order, up to the last it has now. Those of the runs below it are in logs of
 * their own. Of a run that a newer version of wf-sdk drove there may be events of a type that `RunEvent` does not have, and fields:
 * who reads passes over what it does not know.
 *
 * @param after Only events after this number: so many are passed over. @default 0
 * @throws UnreadableError where an event is damaged
 * @throws StoreError
 */
export async function* readLog(store: Store, run: string, after = 0): AsyncGenerator<RunEvent, void> {
  for (let read = after; ;) {
    const page = await store.read(run, read, PAGE);
    for (const entry of page) yield readEvent(run, entry);
    read += page.length;
    if (page.length < PAGE) return;
  }
}
