import type { RunState } from './state.ts';

/*
 * The port to where runs are kept. It knows nothing of workflows: an event is a line of text with a few columns by which
 * it is found. All times are milliseconds since the epoch and are the caller's. Texts are well-formed Unicode; those beside
 * the bodies have no NUL in them.
 */

/**
 * A run that a store keeps: `pending` where it waits for its turn, and has not started; `waiting` where everything left waits,
 * for a person, a signal or a timer.
 */
export type StoredRunState = 'pending' | 'running' | 'waiting' | RunState;

/** Where the workflow of a run can be loaded from again. */
export interface RunSource {
  /** The URL of the module. */
  readonly module: string;
  /** The name under which it exports the workflow. */
  readonly export: string;
}

/** A run that is to be kept. */
export interface NewRun {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  /** Of the workflow's structure: a run goes on only under the structure it was begun with, or one that an append gave it. */
  readonly structure: string;
  /** The run above it, where a task of another run runs this one. */
  readonly parent?: string;
  readonly source?: RunSource;
  readonly createdAt: number;
}

/** What is known of a run without reading its log. */
export interface StoredRun extends NewRun {
  readonly state: StoredRunState;
  /** How many events its log has: the number of the last one. */
  readonly length: number;
  /** When its last event was, or it was created. */
  readonly updatedAt: number;
  /** When the earliest of its timers is due, under `waiting`. */
  readonly wakeAt?: number;
  /** Who drives it, if anybody does. */
  readonly lease?: Lease;
}

/** One process at a time drives a run, and says so again before `until`: from that instant on, others may take it. */
export interface Lease {
  readonly owner: string;
  readonly until: number;
}

/** One event of a run's log. */
export interface NewLogEntry {
  readonly type: string;
  readonly at: number;
  readonly task?: string;
  /** The event as text. */
  readonly body: string;
}

export interface LogEntry extends NewLogEntry {
  /** Its number in the log, from 1, without gaps. */
  readonly seq: number;
}

/** What is added to the log of one run, and what that makes of the run. */
export interface Append {
  readonly run: string;
  /** How long the log was when this was decided: it is refused where that is no longer so. */
  readonly expected: number;
  /** It is refused where somebody else has the run's lease, be it over or not. @default nobody's lease is looked at */
  readonly owner?: string;
  readonly entries: readonly NewLogEntry[];
  readonly state: StoredRunState;
  /** @default there is none any more */
  readonly wakeAt?: number;
  /** The structure under which the run goes on. @default as it was */
  readonly structure?: string;
  /** The number of the last of its messages that the run has heard. @default as it was */
  readonly heard?: number;
}

/** Which runs are listed. */
export interface RunQuery {
  readonly workflow?: string;
  readonly states?: readonly StoredRunState[];
  /** Created then or later. */
  readonly since?: number;
  /** Whose ID begins so. */
  readonly prefix?: string;
  /** Only runs that no task runs, or only those below this run. @default all */
  readonly parent?: string | null;
  /** Only runs whose lease nobody holds at this instant, and that have not ended: those that can be claimed. */
  readonly unleasedAt?: number;
  /** Only runs that wait, and that have something to do at this instant: their `wakeAt` has come, or they have messages they have not heard. */
  readonly dueAt?: number;
  /** So many, the newest first. @default 100 */
  readonly limit?: number;
}

/** What is sent to a run from outside, by whom and when: to cancel it, to decide, a signal. */
export interface NewMessage {
  /** Chosen by the sender: sent twice it is kept once. */
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly by?: string;
  readonly body: string;
}

export interface Message extends NewMessage {
  /** Its number among the messages of its run, from 1. */
  readonly seq: number;
}

/** An output that is kept for later runs. */
export interface CacheEntry {
  readonly key: string;
  readonly task: string;
  readonly workflow: string;
  readonly storedAt: number;
  /** @default it is kept until it is cleared */
  readonly expiresAt?: number;
  readonly body: string;
}

/**
 * Keeps runs. What it has promised survives the process; who reads sees whole appends only.
 *
 * Every method rejects with `StoreError` where the store cannot do its work, and changes nothing then.
 */
export interface Store {
  /**
   * Keeps a new run, held by this lease. Where there is one of that ID already, nothing is changed and that one is given.
   *
   * @param state `pending` where it has to wait for its turn: see `start`. @default 'running'
   */
  create(
    run: NewRun,
    lease: Lease,
    state?: 'pending' | 'running',
  ): Promise<{ readonly created: boolean; readonly run: StoredRun }>;
  /**
   * Makes a run `running` that is pending or has ended, if it is its turn: if of its workflow fewer other runs than `limit` are
   * active or come before it. Active are those that are `running` or `waiting`, whether or not anybody holds them; before it come
   * those that are pending, were created earlier, and are held at the instant `now`. A run that is active is left as it is.
   *
   * @returns The IDs of the runs it has to wait for, in the order in which they were created: none where it is active now.
   * `undefined`, and nothing is changed, where it is not this owner who has its lease.
   */
  start(run: string, owner: string, limit: number, now: number): Promise<readonly string[] | undefined>;
  /**
   * Adds to the logs of runs, all at once: when it has settled, what was not refused is kept. Appends to one run are
   * applied in the order given, and calls in the order in which they were made.
   *
   * @returns The IDs of runs that were refused: the log was longer than expected, the lease another's, the run unknown.
   */
  append(appends: readonly Append[]): Promise<readonly string[]>;
  /** Events of a run after that number, in order; at most so many. */
  read(run: string, after?: number, limit?: number): Promise<readonly LogEntry[]>;
  find(run: string): Promise<StoredRun | undefined>;
  list(query?: RunQuery): Promise<readonly StoredRun[]>;
  /** Forgets a run, its log, its messages, and the runs below it. */
  remove(run: string): Promise<void>;
  /** Takes or renews a run's lease, unless another holds it at the instant `now`. Says whether that worked. */
  claim(run: string, lease: Lease, now: number): Promise<boolean>;
  /** Gives a lease back; nothing happens where another has it. */
  release(run: string, owner: string): Promise<void>;
  /**
   * Keeps a message for a run, which need not be driven by anybody now.
   *
   * @returns The message as it is kept: the first one of that ID. `undefined` where there is no such run.
   */
  send(run: string, message: NewMessage): Promise<Message | undefined>;
  /** Messages of a run after that number, in order. */
  receive(run: string, after?: number): Promise<readonly Message[]>;
  /** The output of that key, unless it has expired at that instant. */
  cached(key: string, now: number): Promise<CacheEntry | undefined>;
  /** Keeps an output in place of the one that had its key. */
  cache(entry: CacheEntry): Promise<void>;
  /** Forgets outputs kept for later runs: all, or those of a workflow or a task of it. Says how many. */
  clearCache(which?: { readonly workflow?: string; readonly task?: string }): Promise<number>;
  /** Nothing more can be asked of it: that is refused with `store_closed`. What was asked before is done. */
  close(): Promise<void>;
}
