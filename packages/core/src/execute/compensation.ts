import type { CompensationResult } from '../model/compensation.ts';
import { TimeoutError, ThrownValueError } from '../model/error.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { RetryPolicy } from '../model/policy.ts';
import type { Clock } from '../model/ports.ts';
import { onAbort } from '../lib/on-abort.ts';
import { Attempt, type AttemptHost, type Item } from './attempt.ts';
import { AttemptFailure, allowsRetry, delayAfter, leavesAttempt } from './backoff.ts';

/** Something that was done, and how it is undone. */
export interface Undo {
  readonly task: PlannedTask;
  readonly item: Item | undefined;
  readonly output: unknown;
  readonly data: unknown;
}

/** One try of an undo function: the context that it gets. */
export class UndoAttempt extends Attempt {
  constructor(host: AttemptHost, { task, item }: Undo, attempt: number) {
    super(host, task, attempt, item);
  }

  override get undoes(): boolean {
    return true;
  }

  /** Not the task's own: undoing is another effect. */
  override get idempotencyKey(): string {
    return `${super.idempotencyKey}/undo`;
  }
}

/** What compensating needs of the run. */
export interface CompensationHost {
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborted where the run is not to wait for compensation any more. */
  readonly signal: AbortSignal;
  /** How far this was undone in a process before this one. */
  past(undo: Undo): { readonly attempts: number; readonly end: 'succeeded' | Error | undefined } | undefined;
  /** Whether the run is left as it is, for another process to go on with: what is not undone yet, is undone there. */
  isLeft(): boolean;
  /** Settled when what was told so far is kept; never, where that fails. Undefined where nothing is kept. */
  kept(): Promise<void> | undefined;
  attempt(undo: Undo, attempt: number): UndoAttempt;
  /** Calls an undo function where its spans belong. */
  within<T>(attempt: UndoAttempt, call: () => T): T;
  started(undo: Undo, attempt: number): void;
  succeeded(undo: Undo, attempt: number): void;
  failed(undo: Undo, attempt: number, error: Error, retryInMs?: number): void;
}

/** Undoes what was done, the last first. One that cannot be undone is reported, and the others go on. */
export async function compensate(
  done: readonly Undo[],
  host: CompensationHost,
): Promise<CompensationResult[]> {
  const results: CompensationResult[] = [];
  for (const undo of done.toReversed()) {
    const result = await undoOne(undo, host);
    if (host.isLeft()) break;
    results.push(result);
  }
  return results;
}

async function undoOne(undo: Undo, host: CompensationHost): Promise<CompensationResult> {
  const { task, item } = undo;
  const policy = task.compensate?.retry;
  const past = host.past(undo);
  if (past?.end !== undefined) return pastResult(undo, past.attempts, past.end);
  // An attempt of which only the start is known is made again.
  for (let attempt = Math.max(1, past?.attempts ?? 1); ; attempt++) {
    const tried = !host.signal.aborted;
    const failure = await tryOnce(undo, attempt, host);
    const outcome = { task: task.id, item: item?.index, attempts: tried ? attempt : attempt - 1 };
    if (failure === undefined) return { ...outcome, state: 'succeeded', error: undefined };
    const { error } = failure;
    if (host.signal.aborted || !leavesAttempt(policy, error, attempt) || !allows(policy, failure)) {
      if (!host.isLeft()) host.failed(undo, attempt, error);
      return { ...outcome, state: 'failed', error };
    }
    const delayMs = delayAfter(failure, policy, host.clock.now(), host.random);
    host.failed(undo, attempt, error, delayMs);
    await pause(host, delayMs);
  }
}

function pastResult({ task, item }: Undo, attempts: number, end: 'succeeded' | Error): CompensationResult {
  const outcome = { task: task.id, item: item?.index, attempts };
  return end === 'succeeded'
    ? { ...outcome, state: 'succeeded', error: undefined }
    : { ...outcome, state: 'failed', error: end };
}

/** A `retryIf` that throws says no: there is nobody left to tell. */
function allows(policy: RetryPolicy, failure: AttemptFailure): boolean {
  try {
    return allowsRetry(policy, failure);
  } catch {
    return false;
  }
}

async function tryOnce(
  undo: Undo,
  attempt: number,
  host: CompensationHost,
): Promise<AttemptFailure | undefined> {
  const { task, output, data } = undo;
  const { undo: handler, timeoutMs } = task.compensate ?? {};
  if (host.signal.aborted) return new AttemptFailure(toError(task.id, host.signal.reason), attempt);
  host.started(undo, attempt);
  const kept = host.kept();
  if (kept !== undefined) await untilAborted(kept, host.signal);
  if (host.signal.aborted) return new AttemptFailure(toError(task.id, host.signal.reason), attempt);
  const own = host.attempt(undo, attempt);
  const limit =
    timeoutMs === undefined
      ? undefined
      : { timeoutMs, error: () => new TimeoutError(task.id, attempt, timeoutMs) };
  try {
    await limited(host, own, limit, () =>
      host.within(own, () => handler?.(output as never, data as never, own)),
    );
    host.succeeded(undo, attempt);
    return undefined;
  } catch (thrown) {
    return new AttemptFailure(toError(task.id, thrown), attempt);
  }
}

/** Waits for what may never come, as long as anybody waits for it. */
function untilAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const unfollow = onAbort(signal, () => resolve());
    void wait.then(() => {
      unfollow();
      resolve();
    });
  });
}

/** Waits for some work, until its time is up or nobody waits any more; then its signal is aborted. */
function limited(
  { clock, signal }: CompensationHost,
  own: UndoAttempt,
  limit: { readonly timeoutMs: number; readonly error: () => Error } | undefined,
  work: () => unknown,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = (reason: unknown): void => {
      done();
      own.abort(reason);
      reject(reason);
    };
    const hear = (): void => stop(signal.reason);
    signal.addEventListener('abort', hear, { once: true });
    const disarm =
      limit === undefined ? undefined : clock.setTimer(limit.timeoutMs, () => stop(limit.error()));
    const done = (): void => {
      signal.removeEventListener('abort', hear);
      disarm?.();
    };
    Promise.resolve().then(work).finally(done).then(resolve, reject);
  });
}

function pause({ clock, signal }: CompensationHost, delayMs: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const disarm = clock.setTimer(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    function stop(): void {
      disarm();
      resolve();
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}

function toError(task: string, thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new ThrownValueError(task, thrown);
}
