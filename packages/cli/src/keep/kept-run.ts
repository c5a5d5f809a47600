import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent, Store } from '@wf-sdk/core';

/** What was told last is looked for in the store so often, and so long, in milliseconds. */
const LOOK_MS = 5;
const PATIENCE_MS = 5_000;

/** What this process has told of one run that it drives. */
interface Told {
  last: RunEvent;
  /** The number of the last message that the run has heard. */
  heard: number;
}

/** A run that this process drives and that a store keeps, with those below it: so that the process can leave it. */
export class KeptRun {
  readonly store: Store;
  /** In the order in which they began: those above first. */
  readonly #open = new Map<string, Told>();

  constructor(store: Store) {
    this.store = store;
  }

  readonly observe = (event: RunEvent): void => {
    const told = this.#open.get(event.run);
    if (event.type === 'run.finished') this.#open.delete(event.run);
    else if (told === undefined) this.#open.set(event.run, { last: event, heard: heardIn(event) });
    else {
      told.last = event;
      told.heard = Math.max(told.heard, heardIn(event));
    }
  };

  /** Whether something was said to one of them that it has not heard yet. */
  async hasUnheard(): Promise<boolean> {
    for (const [id, { heard }] of this.#open)
      if ((await this.store.receive(id, heard)).length > 0) return true;
    return false;
  }

  /** Gives the runs up as they are, once all that was told of them is kept: another process can go on with them. */
  async leave(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (const [id, { last }] of this.#open) {
      while (!(await this.#isKept(id, last)) && performance.now() < until) await sleep(LOOK_MS);
    }
    // Those below first: who takes up a run takes up those below it.
    for (const id of [...this.#open.keys()].toReversed()) {
      const lease = (await this.store.find(id))?.lease;
      if (lease !== undefined) await this.store.release(id, lease.owner);
    }
  }

  async #isKept(id: string, { type, at }: RunEvent): Promise<boolean> {
    const length = (await this.store.find(id))?.length ?? 0;
    const [entry] = await this.store.read(id, length - 1, 1);
    return entry !== undefined && entry.type === type && entry.at === at;
  }
}

function heardIn(event: RunEvent): number {
  if (event.type === 'run.retried') return event.messages;
  return event.type === 'run.told' ? event.message : 0;
}
