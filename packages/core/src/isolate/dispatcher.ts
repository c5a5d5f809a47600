import { availableParallelism } from 'node:os';
import { CancelledError, OptionError } from '../model/error.ts';
import type { Dispatcher, DispatchObserver, DispatchRequest } from '../model/ports.ts';
import { threadFile } from './thread-file.ts';
import type { Threads } from './threads.ts';

/** How isolated tasks get their threads. */
export interface ThreadDispatcherOptions {
  /** How many attempts may be made at once, from 1; more wait for their turn. @default one for each core */
  readonly threads?: number;
  /**
   * The URL of a module whose `load(url)` imports a workflow's module on a thread and gives its exports.
   * @default what `import()` gives
   */
  readonly loader?: string;
}

/** Makes attempts on worker threads of this process, which are made when they are needed and end when they idle. */
export interface ThreadDispatcher extends Dispatcher {
  readonly slots: number;
  /** Ends every thread. Attempts that have not ended, and any that come, reject with a `CancelledError`. */
  close(): Promise<void>;
}

/** @throws OptionError for an option that is not usable. */
export function createThreadDispatcher(options: ThreadDispatcherOptions = {}): ThreadDispatcher {
  return new Dispatching(options, threadFile);
}

/** @param file The URL of the module that threads run: `attempt.thread.ts`, as it was built. */
export class Dispatching implements ThreadDispatcher {
  readonly slots: number;
  readonly #loader: string | undefined;
  readonly #file: string;
  readonly #live = new Set<AbortController>();
  #threads: Promise<Threads> | undefined;
  #closed: CancelledError | undefined;

  constructor(options: ThreadDispatcherOptions, file: string) {
    const { threads = availableParallelism(), loader } = options;
    if (!(Number.isInteger(threads) && threads >= 1))
      throw new OptionError('threads', 'a whole number from 1', threads);
    this.slots = threads;
    this.#loader = loader;
    this.#file = file;
  }

  async dispatch(
    request: DispatchRequest,
    observer: DispatchObserver,
    signal: AbortSignal,
  ): Promise<unknown> {
    signal.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed;
    const live = new AbortController();
    const abort = (): void => live.abort(signal.reason);
    signal.addEventListener('abort', abort);
    this.#live.add(live);
    try {
      // Worker threads, their pool and the inspector are not imported before a task needs them.
      const threads = await (this.#threads ??= this.#open());
      return await threads.attempt(request, observer, live.signal);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#live.delete(live);
    }
  }

  async close(): Promise<void> {
    this.#closed ??= new CancelledError('its threads were closed');
    for (const live of this.#live) live.abort(this.#closed);
    await (await this.#threads)?.close();
  }

  async #open(): Promise<Threads> {
    const { openThreads } = await import('./threads.ts');
    return openThreads({ file: this.#file, threads: this.slots, loader: this.#loader });
  }
}
