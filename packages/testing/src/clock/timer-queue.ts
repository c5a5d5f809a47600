/** One call to be made at an instant. */
export interface Timer {
  readonly dueAt: number;
  /** Among timers due at once the one asked for first is first. */
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Timers, the next one first: a binary heap. Those that were cancelled stay in it until they would be next. */
export class TimerQueue {
  readonly #heap: Timer[] = [];
  #added = 0;
  #cancelled = 0;

  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  add(dueAt: number, callback: () => void): Timer {
    const timer = { dueAt, order: this.#added++, callback, cancelled: false };
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1, timer);
    return timer;
  }

  /** Nothing happens where the timer was taken or cancelled before. */
  cancel(timer: Timer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelled++;
  }

  peek(): Timer | undefined {
    while (this.#heap[0]?.cancelled === true) {
      this.#cancelled--;
      this.#shift();
    }
    return this.#heap[0];
  }

  take(): Timer | undefined {
    const timer = this.peek();
    if (timer === undefined) return undefined;
    this.#shift();
    // Whoever cancels it from now on is too late.
    timer.cancelled = true;
    return timer;
  }

  #shift(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#down(last);
  }

  #up(place: number, timer: Timer): void {
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || isBefore(parent, timer)) break;
      this.#heap[place] = parent;
      place = above;
    }
    this.#heap[place] = timer;
  }

  #down(timer: Timer): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      let child = heap[below];
      if (child === undefined) break;
      const other = heap[below + 1];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        below++;
      }
      if (isBefore(timer, child)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = timer;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.dueAt === other.dueAt ? one.order < other.order : one.dueAt < other.dueAt;
}
