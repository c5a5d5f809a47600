import type { RunEvent } from '../model/event.ts';

type Next = IteratorResult<RunEvent, undefined>;

/** Events as an async iterator: kept until they are read, at the reader's own pace. */
export class EventStream implements AsyncIterableIterator<RunEvent, undefined> {
  readonly #onClose: () => void;
  #kept: RunEvent[] = [];
  #read = 0;
  #waiting: ((next: Next) => void)[] = [];
  #ended = false;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  readonly push = (event: RunEvent): void => {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#kept.push(event);
    else waiting({ value: event, done: false });
  };

  /** No more events will come; those kept can still be read. */
  end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting) waiting({ value: undefined, done: true });
    this.#waiting = [];
  }

  next(): Promise<Next> {
    const event = this.#kept[this.#read];
    if (event !== undefined) {
      this.#read++;
      if (this.#read === this.#kept.length) {
        this.#kept = [];
        this.#read = 0;
      }
      return Promise.resolve({ value: event, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** The reader left its loop. */
  return(): Promise<Next> {
    this.#onClose();
    this.#kept = [];
    this.#read = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
