import { createId } from '../lib/id.ts';
import { systemClock } from '../execute/system.ts';
import { RunNotFoundError } from '../model/durable-error.ts';
import type { RunMessage } from '../model/message.ts';
import type { Store } from '../model/store.ts';
import { toMessage } from './messages.ts';

/**
 * What is said in this process to a run that waits for its turn. The log of such a run has no start yet that anything could follow,
 * so it is kept as what other processes say is, and the run hears it like that: whoever drives it by then.
 */
export class OwnMail {
  readonly #store: Store;
  readonly #run: string;
  readonly #broken: (error: Error) => void;
  readonly #unheard = new Set<string>();
  #waits = true;
  #sent: Promise<void> = Promise.resolve();

  /** @param broken Is told where something cannot be kept. */
  constructor(store: Store, run: string, broken: (error: Error) => void) {
    this.#store = store;
    this.#run = run;
    this.#broken = broken;
  }

  /**
   * Whether the run will hear it from its store. Once the run has its turn that is so as long as something said before has not
   * been heard: nothing overtakes it.
   *
   * @throws UnstorableError
   */
  take(message: RunMessage, by: string | undefined): boolean {
    if (!this.#waits && this.#unheard.size === 0) return false;
    const kept = toMessage(message, { id: createId(systemClock.now()), ...(by !== undefined && { by }) });
    this.#unheard.add(kept.id);
    const post = async (): Promise<void> => {
      if ((await this.#store.send(this.#run, kept)) === undefined) throw new RunNotFoundError(this.#run);
    };
    // One after the other: they are heard in the order in which they were said.
    this.#sent = this.#sent.then(post).catch(this.#broken);
    return true;
  }

  /** Settles when all that was said so far is kept. It never rejects. */
  get sent(): Promise<void> {
    return this.#sent;
  }

  /** The run has its turn. */
  close(): void {
    this.#waits = false;
  }

  heard(id: string): void {
    this.#unheard.delete(id);
  }
}
