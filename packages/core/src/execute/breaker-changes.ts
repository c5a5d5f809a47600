import { systemWarn } from './system.ts';

/** Who is told what has changed. */
export interface Listener<Change> {
  hear(change: Change): void;
}

/**
 * Tells listeners what has changed, each of them everything in the same order: what a listener brings about is told
 * when all have heard what came before it.
 */
export class Changes<Change> {
  readonly #listeners = new Set<Listener<Change>>();
  readonly #untold: Change[] = [];
  #telling = false;

  add(listener: Listener<Change>): void {
    this.#listeners.add(listener);
  }

  delete(listener: Listener<Change>): void {
    this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    this.#untold.push(change);
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift())
      this.#tellAll(next);
    this.#telling = false;
  }

  /** Those who listen now: one that ends listening is not told, one that begins is told of the next change. */
  #tellAll(change: Change): void {
    for (const listener of Array.from(this.#listeners)) {
      if (!this.#listeners.has(listener)) continue;
      try {
        listener.hear(change);
      } catch (error) {
        systemWarn(`a listener to a breaker's changes threw: ${String(error)}`);
      }
    }
  }
}
