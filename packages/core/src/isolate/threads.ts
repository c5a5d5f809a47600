import type { DispatchObserver, DispatchRequest } from '../model/ports.ts';
import { createHeapWatch, type HeapWatch } from './heap-watch.ts';
import { RemoteAttempt } from './remote-attempt.ts';
import { resourceLimitsOf } from './thread-limits.ts';
import { ThreadPool } from './thread-pool.ts';
import { Turns } from './turns.ts';

export interface ThreadsOptions {
  /** The URL of the module that threads run. */
  readonly file: string;
  /** How many may be in use at once. */
  readonly threads: number;
  readonly loader: string | undefined;
}

export async function openThreads(options: ThreadsOptions): Promise<Threads> {
  return new Threads(options, await createHeapWatch());
}

/** The threads of one dispatcher. Limits and environment are given to a thread when it is made: each pair has a pool. */
export class Threads {
  readonly #file: string;
  readonly #threads: number;
  readonly #loader: string | undefined;
  readonly #watch: HeapWatch | undefined;
  readonly #turns: Turns;
  readonly #pools = new Map<string, ThreadPool>();

  constructor({ file, threads, loader }: ThreadsOptions, watch: HeapWatch | undefined) {
    this.#file = file;
    this.#threads = threads;
    this.#loader = loader;
    this.#watch = watch;
    this.#turns = new Turns(threads);
  }

  /** Makes an attempt when it is its turn: turns go over all pools, which together must not use more than the cores. */
  async attempt(request: DispatchRequest, observer: DispatchObserver, signal: AbortSignal): Promise<unknown> {
    await this.#turns.take(signal);
    try {
      const host = { pool: this.#poolFor(request), watch: this.#watch, loader: this.#loader };
      return await new RemoteAttempt(host, request, observer).run(signal);
    } finally {
      this.#turns.end();
    }
  }

  async close(): Promise<void> {
    this.#watch?.close();
    await Promise.all(Array.from(this.#pools.values(), (pool) => pool.close()));
  }

  #poolFor({ memoryBytes, env }: DispatchRequest): ThreadPool {
    const variables = Object.entries(env ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([memoryBytes, env !== undefined, variables]);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const limits = resourceLimitsOf(memoryBytes, this.#watch !== undefined);
      pool = new ThreadPool({ file: this.#file, threads: this.#threads, limits, env });
      this.#pools.set(key, pool);
    }
    return pool;
  }
}
