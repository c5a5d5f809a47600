import { AsyncLocalStorage } from 'node:async_hooks';

/** What work has to do with time. */
interface Timekeeper {
  /** Something happened. */
  poke(): void;
  /** Time does not pass by itself until this is released. */
  hold(): () => void;
  /** Time may be passed over this work. */
  end(work: Work): void;
}

/** What goes on in a handler: its own work in real time, or a wait that the kit knows of. */
export class Work {
  readonly #time: Timekeeper;
  readonly #context: { readonly signal: AbortSignal };
  #waits = 0;

  constructor(time: Timekeeper, context: { readonly signal: AbortSignal }) {
    this.#time = time;
    this.#context = context;
  }

  /** Aborted when the handler is told to stop. */
  get signal(): AbortSignal {
    return this.#context.signal;
  }

  /** It waits for nothing but virtual time, or for the test: no real work goes on. */
  get isWaiting(): boolean {
    return this.#waits > 0;
  }

  /**
   * It has been at work for longer than there is patience: it is taken to wait until it is told to stop, and if it was told,
   * never to end.
   */
  giveUp(): void {
    if (this.isWaiting) return;
    if (this.signal.aborted) this.#time.end(this);
    else void this.waiting(aborted(this.signal));
  }

  /** What is waited for comes with virtual time. */
  async waiting<T>(promise: Promise<T>): Promise<T> {
    this.#waits++;
    this.#time.poke();
    try {
      return await promise;
    } finally {
      this.#waits--;
      this.#time.poke();
    }
  }

  /** What is waited for comes from the test: time does not pass by itself meanwhile. */
  async held<T>(promise: Promise<T>): Promise<T> {
    const release = this.#time.hold();
    try {
      return await this.waiting(promise);
    } finally {
      release();
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const current = new AsyncLocalStorage<Work>();

/** The work of the handler from which this is called, if it is one that the kit called. */
export function currentWork(): Work | undefined {
  return current.getStore();
}

export function runAs<T>(work: Work, call: () => T): T {
  return current.run(work, call);
}
