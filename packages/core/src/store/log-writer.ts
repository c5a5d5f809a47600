import { LeaseLostError } from '../model/durable-error.ts';
import type { Store } from '../model/store.ts';
import type { RunLog } from './run-log.ts';

/** With so many events that are not stored, they are written without waiting for the end of the turn. */
const MOST_WAITING = 256;

/** What writing needs of the clock. */
interface Turns {
  yieldTurn(callback: () => void): void;
}

/**
 * Writes the logs of all runs that share a store. The first events after a pause are written as soon as the step that made
 * them is over; while the store is at it, and until the turn of the event loop has ended, what comes is gathered.
 */
export class LogWriter {
  readonly #store: Store;
  readonly #turns: Turns;
  #dirty = new Set<RunLog>();
  #entries = 0;
  #state: 'idle' | 'scheduled' | 'writing' | 'resting' = 'idle';

  constructor(store: Store, turns: Turns) {
    this.#store = store;
    this.#turns = turns;
  }

  add(log: RunLog): void {
    this.#dirty.add(log);
    this.#entries++;
    if (this.#state === 'idle' || (this.#state === 'resting' && this.#entries >= MOST_WAITING)) this.#soon();
  }

  #soon(): void {
    this.#state = 'scheduled';
    queueMicrotask(() => void this.#write());
  }

  async #write(): Promise<void> {
    this.#state = 'writing';
    const logs = this.#takeDirty();
    const appends = logs.map((log) => log.take());
    try {
      const refused = new Set(await this.#store.append(appends));
      for (const log of logs) log.written(refused.has(log.id) ? new LeaseLostError(log.id) : undefined);
    } catch (error) {
      for (const log of logs) log.written(error as Error);
    }
    this.#rest();
  }

  /** Each run once: what is refused is told by its ID. The log of a run that another one has taken over may still be here. */
  #takeDirty(): readonly RunLog[] {
    const taken = new Map<string, RunLog>();
    const left = new Set<RunLog>();
    for (const log of this.#dirty) {
      if (!log.isOpen) continue;
      if (taken.has(log.id)) left.add(log);
      else taken.set(log.id, log);
    }
    this.#dirty = left;
    this.#entries = left.size;
    return [...taken.values()];
  }

  #rest(): void {
    if (this.#entries >= MOST_WAITING) return this.#soon();
    this.#state = 'resting';
    this.#turns.yieldTurn(() => {
      if (this.#state !== 'resting') return;
      if (this.#dirty.size > 0) this.#soon();
      else this.#state = 'idle';
    });
  }
}
