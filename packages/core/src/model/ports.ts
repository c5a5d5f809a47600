import type { LogFields, LogLevel, RunInfo } from './context.ts';
import type { RunEvent } from './event.ts';
import type { Measured } from './metrics.ts';

/** Where time comes from. The default is the machine's; a test's may be virtual. */
export interface Clock {
  /** Milliseconds since the epoch, fractions allowed; never goes back. */
  now(): number;
  /**
   * Calls `callback` once, when `delayMs` (any finite length from 0) have passed, at most a millisecond too early, and of
   * timers due at once that which was set first. Gives what cancels it.
   */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** Calls `callback` after pending I/O, timers and signals had their turn. */
  yieldTurn(callback: () => void): void;
}

/**
 * Is told each event of a run, in order, right after it became true. It must not throw, and cannot delay the run. What it
 * does not know, a type of event or a member of one, it passes over: a later version has more of them.
 */
export type Observer = (event: RunEvent) => void;

/** One attempt to be made somewhere else than on this thread. What is in it can be cloned or sent as JSON. */
export interface DispatchRequest {
  /** The URL of the module that exports the workflow. */
  readonly module: string;
  readonly workflow: string;
  readonly task: string;
  readonly attempt: number;
  readonly item: number | undefined;
  readonly run: RunInfo;
  /** What the handler gets as `idempotencyKey`. @default made from run, task and item */
  readonly idempotencyKey?: string;
  readonly data: unknown;
  readonly memoryBytes: number | undefined;
  readonly env: Readonly<Record<string, string>> | undefined;
  /** How long the handler may take to end once the run is cancelled. @default no longer than after a timeout */
  readonly graceMs?: number;
  /** Where its spans belong: headers as of HTTP (`traceparent`, `tracestate`, `baggage`). Absent where the run is not traced. */
  readonly trace?: Readonly<Record<string, string>>;
  /** Somebody collects the metrics that the handler tells. Absent where nobody does. */
  readonly metered?: true;
  /** What the handler reads as `ctx.secrets`: nothing of it may be written anywhere. Absent where the task names none. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Hears what a dispatched attempt writes to its log, and the metrics that it tells. */
export interface DispatchObserver {
  log(level: LogLevel, message: string, fields: LogFields | undefined): void;
  /** Absent where nobody collects metrics. */
  measure?(measured: Measured): void;
}

/**
 * Makes an attempt somewhere: on a worker thread, on another machine. The promise gives the handler's output or rejects
 * with its error; once the signal is aborted nothing of the attempt goes on.
 */
export interface Dispatcher {
  /**
   * How many attempts it makes at once. What is dispatched beyond that waits for its turn, and the time of its attempt
   * runs. @default no limit
   */
  readonly slots?: number;
  dispatch(request: DispatchRequest, observer: DispatchObserver, signal: AbortSignal): Promise<unknown>;
}
