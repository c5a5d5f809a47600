import { setTimeout as sleep } from 'node:timers/promises';
import { readLog, type RunEvent, type Store } from '@wf-sdk/core';
import { hasRunEnded, runsBelow } from './run-family.ts';

/** So often it is looked for more, in milliseconds. */
const LOOK_MS = 200;

/** A log that is being read: its next event, and what gives the one after it. */
interface Source {
  readonly log: AsyncIterator<RunEvent>;
  head: RunEvent;
}

/** What the store has of a run and those below it, as one stream in the order of time. Each event is given once. */
export class RunEvents {
  readonly #store: Store;
  readonly #id: string;
  /** How many events of each run have been given. */
  readonly #given = new Map<string, number>();

  constructor(store: Store, id: string) {
    this.#store = store;
    this.#id = id;
  }

  /** What has been added since it was last read, at first everything. */
  async *read(): AsyncGenerator<RunEvent, void> {
    const root = await this.#store.find(this.#id);
    const runs = [...(root === undefined ? [] : [root]), ...(await runsBelow(this.#store, this.#id))];
    const unread = runs.filter(({ id, length }) => length > (this.#given.get(id) ?? 0));
    const sources: Source[] = [];
    for (;;) {
      const next = earliest(sources);
      // A log is opened when its turn has come: there may be thousands.
      const [waiting] = unread;
      if (waiting !== undefined && (next === undefined || waiting.createdAt <= next.head.at)) {
        unread.shift();
        const log = readLog(this.#store, waiting.id, this.#given.get(waiting.id));
        const first = await log.next();
        if (first.done !== true) sources.push({ log, head: first.value });
        continue;
      }
      if (next === undefined) return;
      const { head, log } = next;
      this.#given.set(head.run, (this.#given.get(head.run) ?? 0) + 1);
      yield head;
      const following = await log.next();
      if (following.done === true) sources.splice(sources.indexOf(next), 1);
      else next.head = following.value;
    }
  }

  /** The same, and what comes, up to the run's end. A run that nobody drives may never end. */
  async *follow(): AsyncGenerator<RunEvent, void> {
    for (;;) {
      // Looked at first: what ended a run is then read, too.
      const run = await this.#store.find(this.#id);
      yield* this.read();
      if (run === undefined || hasRunEnded(run)) return;
      await sleep(LOOK_MS);
    }
  }
}

/** Of two at the same instant that of the run which began first, the one above. */
function earliest(sources: readonly Source[]): Source | undefined {
  return sources.reduce<Source | undefined>(
    (found, source) => (found === undefined || source.head.at < found.head.at ? source : found),
    undefined,
  );
}
