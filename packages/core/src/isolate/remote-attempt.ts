import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { isWorkflowError, NonRetryableError } from '../model/error.ts';
import type { DispatchObserver, DispatchRequest } from '../model/ports.ts';
import { findUnsendable } from './find-unsendable.ts';
import type { HeapWatch } from './heap-watch.ts';
import { type Loss, toIsolationError } from './loss.ts';
import type { Ending, FromThread, LastWords, ToThread } from './message.ts';
import { receiveError, sendError } from './sent-error.ts';
import { heapLimitOf } from './thread-limits.ts';
import type { ThreadPool } from './thread-pool.ts';

/** How long a handler has to end that timed out, before its thread is ended. */
const GRACE_MS = 200;

/** What an attempt needs beside what it is about. */
export interface RemoteAttemptHost {
  readonly pool: ThreadPool;
  readonly watch: HeapWatch | undefined;
  readonly loader: string | undefined;
}

/** One attempt, as seen from the thread that waits for it. */
export class RemoteAttempt {
  readonly #host: RemoteAttemptHost;
  readonly #request: DispatchRequest;
  readonly #observer: DispatchObserver;
  readonly #limitBytes: number;
  readonly #port: MessagePort;
  readonly #threadPort: MessagePort;
  /** Ends the thread. */
  readonly #kill = new AbortController();
  #thread: Worker | undefined;
  #leaveWatch: (() => void) | undefined;
  #ending: Ending | undefined;
  #lastWords: LastWords | undefined;
  #loss: Loss | undefined;

  constructor(host: RemoteAttemptHost, request: DispatchRequest, observer: DispatchObserver) {
    const { port1, port2 } = new MessageChannel();
    this.#host = host;
    this.#request = request;
    this.#observer = observer;
    this.#limitBytes = heapLimitOf(request.memoryBytes);
    this.#port = port1;
    this.#threadPort = port2;
  }

  /** Gives the handler's output or rejects, and in either case nothing of the attempt goes on. */
  async run(signal: AbortSignal): Promise<unknown> {
    let grace: NodeJS.Timeout | undefined;
    const abort = (): void => {
      this.#tell({ type: 'aborted', reason: sendError(signal.reason) });
      const graceMs = isCancellation(signal.reason) ? (this.#request.graceMs ?? GRACE_MS) : GRACE_MS;
      grace = setTimeout(() => this.#kill.abort(), graceMs);
    };
    try {
      signal.throwIfAborted();
      this.#assign();
      signal.addEventListener('abort', abort, { once: true });
      await this.#useThread();
    } finally {
      signal.removeEventListener('abort', abort);
      clearTimeout(grace);
      this.#leaveWatch?.();
      this.#port.close();
    }
    signal.throwIfAborted();
    return this.#result();
  }

  #assign(): void {
    const { module, workflow, task, attempt, item, run, idempotencyKey, data, secrets, trace, metered } =
      this.#request;
    const { loader } = this.#host;
    try {
      const assignment = {
        loader,
        module,
        workflow,
        task,
        attempt,
        item,
        run,
        data,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...(secrets !== undefined && { secrets }),
        ...(trace !== undefined && { trace }),
        ...(metered !== undefined && { metered }),
      };
      this.#tell({ type: 'assigned', assignment });
    } catch (cause) {
      const found = findUnsendable(data, 'data') ?? String(cause);
      const advice = 'Let what it depends on, or the input, give what can be cloned';
      throw new NonRetryableError(`task '${task}' cannot be sent to its thread: ${found}. ${advice}`, {
        cause,
      });
    }
  }

  async #useThread(): Promise<void> {
    this.#port.on('message', (message: FromThread) => this.#hear(message));
    const noThread = (cause: Error): void => this.#end({ kind: 'no_thread', cause });
    let crash: unknown;
    try {
      await this.#host.pool.run(this.#threadPort, this.#kill.signal, noThread);
    } catch (error) {
      crash = error;
    }
    this.#hearTheRest();
    if (crash !== undefined) this.#loss ??= this.#lossBy(crash);
    const spent = this.#ending?.type === 'failed' && this.#ending.spent;
    // It may have been told to end already: this waits until it has.
    if (spent || this.#kill.signal.aborted) await this.#thread?.terminate();
  }

  /** Not all that the thread told needs to have been delivered when it has done. */
  #hearTheRest(): void {
    for (;;) {
      const delivered: { message: FromThread } | undefined = receiveMessageOnPort(this.#port);
      if (delivered === undefined) return;
      this.#hear(delivered.message);
    }
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case 'began':
        this.#begin(message.threadId);
        return;
      case 'logged':
        this.#observer.log(message.level, message.message, message.fields);
        return;
      case 'measured':
        this.#observer.measure?.(message.measured);
        return;
      case 'succeeded':
      case 'failed':
      case 'unsendable':
        this.#ending = message;
        return;
      case 'exited':
      case 'crashed':
        this.#lastWords ??= message;
    }
  }

  #begin(threadId: number): void {
    const { pool, watch } = this.#host;
    this.#thread = pool.begun(this.#threadPort, threadId);
    const outgrown = (): void => this.#end({ kind: 'memory', limitBytes: this.#limitBytes });
    this.#leaveWatch = watch?.enter(threadId, this.#limitBytes, outgrown);
  }

  #end(loss: Loss): void {
    this.#loss ??= loss;
    this.#kill.abort();
  }

  #lossBy(crash: unknown): Loss {
    if ((crash as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return { kind: 'memory', limitBytes: this.#limitBytes };
    }
    switch (this.#lastWords?.type) {
      case 'exited':
        return { kind: 'exit', code: this.#lastWords.code };
      case 'crashed':
        return { kind: 'crash', cause: receiveError(this.#lastWords.error) };
      case undefined:
        return { kind: 'crash', cause: crash };
    }
  }

  #result(): unknown {
    const { task } = this.#request;
    const ending = this.#ending;
    switch (ending?.type) {
      case 'succeeded':
        return ending.output;
      case 'failed':
        throw receiveError(ending.error);
      case 'unsendable':
        throw new NonRetryableError(
          `the output of task '${task}' cannot be sent from its thread: ${ending.found}. Let it give what can be cloned`,
        );
      case undefined:
        throw toIsolationError(task, this.#loss ?? { kind: 'crash', cause: 'it gave no answer' });
    }
  }

  #tell(message: ToThread): void {
    this.#port.postMessage(message);
  }
}

function isCancellation(reason: unknown): boolean {
  return isWorkflowError(reason) && reason.code === 'cancelled';
}
