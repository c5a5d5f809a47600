/** As many expired starts are kept before the list of them is shortened. */
const KEPT = 64;

/**
 * Counts starts in a window that slides: at no time do more than `limit` of them lie within one interval.
 *
 * A request counts from when it is let in, not only once it has started: it may still have to wait elsewhere, and all
 * that wait there may start at the same moment. Times are the clock's, which never goes back.
 */
export class RateWindow {
  readonly #limit: number;
  readonly #intervalMs: number;
  /** Let in, not started yet. */
  #pending = 0;
  /** When the others started, the oldest first, from `#oldest` on. */
  #starts: number[] = [];
  #oldest = 0;

  constructor(limit: number, intervalMs: number) {
    this.#limit = limit;
    this.#intervalMs = intervalMs;
  }

  hasRoom(now: number): boolean {
    this.#forget(now);
    return this.#pending + this.#starts.length - this.#oldest < this.#limit;
  }

  /** When the oldest start leaves the window, so that there may be room; `undefined` if only time cannot make room. */
  get nextRoomAt(): number | undefined {
    const oldest = this.#starts[this.#oldest];
    return oldest === undefined ? undefined : oldest + this.#intervalMs;
  }

  /** Another one is let in; there must be room. */
  admit(): void {
    this.#pending++;
  }

  /** One of those let in starts. */
  start(now: number): void {
    this.#pending--;
    this.#starts.push(now);
  }

  /** One of those let in will not start. */
  withdraw(): void {
    this.#pending--;
  }

  #forget(now: number): void {
    for (let at = this.nextRoomAt; at !== undefined && at <= now; at = this.nextRoomAt) this.#oldest++;
    if (this.#oldest < KEPT || this.#oldest * 2 < this.#starts.length) return;
    this.#starts = this.#starts.slice(this.#oldest);
    this.#oldest = 0;
  }
}
