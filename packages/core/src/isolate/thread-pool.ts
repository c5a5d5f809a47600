import type { MessagePort, ResourceLimits, Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';

/** A thread that is not used for so long is ended. */
const IDLE_MS = 10_000;

/** How the threads of a pool are made. */
export interface ThreadPoolOptions {
  /** The URL of the module whose default export is called on a thread, with a {@link ThreadTask}. */
  readonly file: string;
  /** The most there may be. */
  readonly threads: number;
  readonly limits: ResourceLimits;
  /** @default a copy of the process's */
  readonly env: Readonly<Record<string, string>> | undefined;
}

export interface ThreadTask {
  readonly port: MessagePort;
}

/**
 * Threads that are all made alike, as they are needed. Idle ones do not keep the process alive. What is run must never
 * be more than there may be threads: Piscina forgets what waits in its queue when the last thread of a pool is ended.
 */
export class ThreadPool {
  readonly #file: string;
  readonly #piscina: Piscina<ThreadTask, void>;
  readonly #starting = new Map<MessagePort, (error: Error) => void>();

  constructor({ file, threads, limits, env }: ThreadPoolOptions) {
    this.#file = file;
    this.#piscina = new Piscina<ThreadTask, void>({
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      // Otherwise an idle thread is blocked, and with it the timers and the connections of what it has loaded.
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: limits,
      ...(env !== undefined && { env }),
    });
    this.#piscina.on('error', (error: Error) => this.#onStrayError(error));
  }

  /**
   * Settled when the thread has done with it; rejected when the thread ended before, or was ended by the signal.
   *
   * @param noThread Called when no thread could be made for it; the caller then aborts the signal.
   */
  async run(port: MessagePort, signal: AbortSignal, noThread: (error: Error) => void): Promise<void> {
    this.#starting.set(port, noThread);
    try {
      await this.#piscina.run({ port }, { filename: this.#file, signal, transferList: [port] });
    } finally {
      this.#starting.delete(port);
    }
  }

  /** The thread that has begun with what was run under this port. */
  begun(port: MessagePort, threadId: number): Worker | undefined {
    this.#starting.delete(port);
    return this.#piscina.threads.find((thread) => thread.threadId === threadId);
  }

  close(): Promise<void> {
    return this.#piscina.destroy();
  }

  /** An error on a thread that had nothing to do: it could not be started, or what an attempt left behind failed later. */
  #onStrayError(error: Error): void {
    const [noThread] = this.#starting.values();
    if (noThread !== undefined) noThread(error);
    else process.emitWarning(`what an isolated task left behind on its thread failed: ${error.message}`);
  }
}
