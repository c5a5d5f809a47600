import { systemWarn } from './system.ts';

/**
 * Tells listeners what has changed, each of them everything in the same order: what a listener brings about is told
 * when all have heard what came before it.
 */
export class Changes<Change> {
  readonly #listeners = new Set<{ readonly hear: (change: Change) => void }>();
  readonly #untold: Change[] = [];
  #telling = false;

  /** Gives what ends it. */
  listen(callback: (change: Change) => void): () => void {
    const listener = { hear: callback };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
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
