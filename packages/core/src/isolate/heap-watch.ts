import type { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';
import { LIVE_HEAP } from './live-heap.ts';

const INTERVAL_MS = 50;
/** The inspector is left when nobody was watched for so long. Each time it is entered it keeps some 16 kB for good. */
const IDLE_MS = 30_000;
/** Garbage is collected when so much of the limit was allocated since the last time, so that it costs little. */
const SHARE = 0.5;

interface Watched {
  readonly threadId: number;
  readonly limitBytes: number;
  readonly outgrown: () => void;
  asking: boolean;
  /** How much was in use when garbage was last collected. */
  usedBytes: number;
}

/** What the inspector answers. */
interface Answer {
  readonly id: number;
  readonly result?: { readonly usedSize?: number; readonly result?: { readonly value?: unknown } };
}

type Result = NonNullable<Answer['result']>;

interface Question {
  readonly sessionId: string;
  readonly answer: (result: Result) => void;
}

/** `undefined` where threads cannot be watched: from a thread, and in a Node that was built without inspector. */
export async function createHeapWatch(): Promise<HeapWatch | undefined> {
  if (!isMainThread) return undefined;
  try {
    return new HeapWatch((await import('node:inspector')).Session);
  } catch {
    return undefined;
  }
}

/**
 * Looks at the heaps of threads in use, and says when one has outgrown its limit. V8 has a limit of its own, but ends
 * the whole process, not the thread, when one allocation leads far past it, as that of a growing array does. What a
 * thread is doing does not matter: the inspector gets its answers between two statements of a loop without end.
 *
 * Source: https://github.com/nodejs/node/issues/47224
 */
export class HeapWatch {
  readonly #Session: typeof Session;
  #session: Session | undefined;
  readonly #watched = new Set<Watched>();
  /** The inspector's name for each thread; its `workerId` is not the thread's, but counts what it attaches to. */
  readonly #threads = new Map<number, string>();
  readonly #questions = new Map<number, Question>();
  #asked = 0;
  #interval: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(session: typeof Session) {
    this.#Session = session;
  }

  /** Watches a thread until what is returned is called. */
  enter(threadId: number, limitBytes: number, outgrown: () => void): () => void {
    const watched: Watched = { threadId, limitBytes, outgrown, asking: false, usedBytes: 0 };
    this.#watched.add(watched);
    if (this.#watched.size === 1) this.#begin();
    return () => {
      if (this.#watched.delete(watched) && this.#watched.size === 0) this.#rest();
    };
  }

  /** Lets go of the inspector. */
  close(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#idle);
    this.#session?.disconnect();
    this.#session = undefined;
    this.#threads.clear();
    this.#questions.clear();
  }

  #begin(): void {
    clearTimeout(this.#idle);
    if (this.#session === undefined) this.#open();
    this.#interval = setInterval(() => this.#look(), INTERVAL_MS).unref();
  }

  #rest(): void {
    clearInterval(this.#interval);
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
  }

  /** The inspector attaches to every thread of the process. */
  #open(): void {
    const session = new this.#Session();
    session.connect();
    this.#session = session;
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      const threadId = /^\[worker (\d+)\]/.exec(params.workerInfo.title)?.[1];
      this.#threads.set(Number(threadId), params.sessionId);
    });
    session.on('NodeWorker.detachedFromWorker', ({ params }) => this.#forget(params.sessionId));
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const { id, result = {} } = JSON.parse(params.message) as Answer;
      this.#questions.get(id)?.answer(result);
      this.#questions.delete(id);
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  #forget(ended: string): void {
    for (const [thread, sessionId] of this.#threads) if (sessionId === ended) this.#threads.delete(thread);
    for (const [id, { sessionId }] of this.#questions) if (sessionId === ended) this.#questions.delete(id);
  }

  #look(): void {
    for (const watched of this.#watched) {
      if (!watched.asking) void this.#lookAt(watched);
    }
  }

  async #lookAt(watched: Watched): Promise<void> {
    const { threadId, limitBytes, outgrown } = watched;
    watched.asking = true;
    const { usedSize = 0 } = await this.#ask(threadId, 'Runtime.getHeapUsage');
    if (usedSize > Math.max(limitBytes, watched.usedBytes + limitBytes * SHARE)) {
      // Part of it may be garbage that V8 has had no reason to collect.
      const { result } = await this.#ask(threadId, 'Runtime.evaluate', { expression: LIVE_HEAP });
      if (typeof result?.value === 'number') watched.usedBytes = result.value;
      if (watched.usedBytes > limitBytes && this.#watched.has(watched)) outgrown();
    }
    watched.asking = false;
  }

  /** Never settled for a thread that ends before it has answered. */
  #ask(threadId: number, method: string, params: object = {}): Promise<Result> {
    const sessionId = this.#threads.get(threadId);
    if (this.#session === undefined || sessionId === undefined) return Promise.resolve({});
    const id = ++this.#asked;
    const message = JSON.stringify({ id, method, params });
    return new Promise((resolve) => {
      this.#questions.set(id, { sessionId, answer: resolve });
      this.#session?.post('NodeWorker.sendMessageToWorker', { message, sessionId }, (error) => {
        if (error === null) return;
        this.#questions.delete(id);
        resolve({});
      });
    });
  }
}
