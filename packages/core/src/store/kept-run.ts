import {
  type LeaseLostError,
  RunActiveError,
  RunExistsError,
  RunNotFoundError,
  StructureChangedError,
} from '../model/durable-error.ts';
import type { RunEvent } from '../model/event.ts';
import type { LogEntry, NewRun, Store, StoredRun } from '../model/store.ts';
import { freeIfDead } from './dead-lease.ts';
import { isActive } from './listed.ts';
import { LogWriter } from './log-writer.ts';
import { RunLog, type RunLogHost } from './run-log.ts';

/** Whoever drives a run says so again before this long, in milliseconds; else it is taken for dead. */
const LEASE_MS = 15_000;
/** So many events are read at a time. */
const PAGE = 1_000;

/** What keeping a run needs of the machine: real time, and a name of this process. */
export interface KeeperHost extends RunLogHost {
  readonly owner: string;
  isKnownDead: (owner: string) => boolean;
  now(): number;
  /** Calls back again and again, until it is cancelled; does not keep the process alive. */
  every(ms: number, callback: () => void): () => void;
  yieldTurn(callback: () => void): void;
  decode(run: string, entry: LogEntry): RunEvent;
}

/** A run that this process drives, and what was known of it before: nothing, where it is new. */
export interface Opened {
  readonly log: RunLog;
  readonly events: readonly RunEvent[] | undefined;
  /** The run as it was found; as it is begun, where it is new. */
  readonly kept: StoredRun;
  /** Gives up the lease. */
  readonly close: () => Promise<void>;
}

const writers = new WeakMap<Store, LogWriter>();

/** Which runs are taken up. */
export interface TakeUpOptions {
  /** What becomes of one that is kept; `must`: one that is not is not begun. */
  readonly ifExists: 'resume' | 'fail' | 'replace' | 'must';
  /** One that has ended is to be driven again. */
  readonly again: boolean;
  /** How a new one begins: `pending` where it has to wait for its turn. */
  readonly state: 'pending' | 'running';
}

/**
 * Begins to keep a run, or takes up one that is kept.
 *
 * @throws RunActiveError, RunExistsError, RunNotFoundError, StructureChangedError, StoreError
 */
export async function openRun(
  store: Store,
  run: NewRun,
  { ifExists, again, state }: TakeUpOptions,
  host: KeeperHost,
): Promise<Opened> {
  const { owner } = host;
  const lease = { owner, until: host.now() + LEASE_MS };
  if (ifExists === 'replace') await forget(store, run.id, host);
  const known = ifExists === 'must' ? await existing(store, run.id) : undefined;
  const { created, run: kept } =
    known === undefined ? await store.create(run, lease, state) : { created: false, run: known };
  if (!created && ifExists !== 'resume' && ifExists !== 'must') throw new RunExistsError(run.id, kept.state);
  if (!created) await takeUp(store, run, kept, again, host);
  const events = created ? undefined : await readAll(store, run.id, host);
  let writer = writers.get(store);
  if (writer === undefined) writers.set(store, (writer = new LogWriter(store, host)));
  const log = new RunLog(run.id, owner, events?.length ?? 0, writer, host);
  return { log, events, kept, close: keepLease(store, log, host) };
}

async function existing(store: Store, id: string): Promise<StoredRun> {
  const run = await store.find(id);
  if (run === undefined) throw new RunNotFoundError(id);
  return run;
}

/** A run that nobody drives is there no more. */
async function forget(store: Store, id: string, host: KeeperHost): Promise<void> {
  const kept = await store.find(id);
  if (kept === undefined) return;
  const { owner, until } = kept.lease ?? {};
  const isHeld = owner !== undefined && until !== undefined && until > host.now();
  if (isHeld && !host.isKnownDead(owner)) throw new RunActiveError(id, owner);
  await store.remove(id);
}

async function takeUp(
  store: Store,
  run: NewRun,
  kept: StoredRun,
  again: boolean,
  host: KeeperHost,
): Promise<void> {
  if (kept.workflow !== run.workflow) {
    const changes = [`it is workflow '${run.workflow}' now, and was '${kept.workflow}'`];
    throw new StructureChangedError(run.id, run.workflow, changes);
  }
  if (kept.state !== 'pending' && !isActive(kept) && !again) return;
  // Whoever drives the run above drives this one: a lease that is left was a process's that no longer does.
  if (run.parent !== undefined && kept.lease !== undefined) await store.release(run.id, kept.lease.owner);
  await freeIfDead(store, kept, host.isKnownDead);
  const at = host.now();
  if (await store.claim(run.id, { owner: host.owner, until: at + LEASE_MS }, at)) return;
  throw new RunActiveError(run.id, (await store.find(run.id))?.lease?.owner ?? 'another process');
}

async function readAll(store: Store, id: string, host: KeeperHost): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for (;;) {
    const page = await store.read(id, events.length, PAGE);
    for (const entry of page) events.push(host.decode(id, entry));
    if (page.length < PAGE) return events;
  }
}

/** Renews the lease until it is told to give it up. */
function keepLease(store: Store, log: RunLog, host: KeeperHost): () => Promise<void> {
  const renew = async (): Promise<void> => {
    const at = host.now();
    try {
      // Where another has it, the next append is refused, and says so.
      await store.claim(log.id, { owner: host.owner, until: at + LEASE_MS }, at);
    } catch (error) {
      log.break(error as LeaseLostError);
    }
  };
  const stop = host.every(LEASE_MS / 3, () => void renew());
  return async () => {
    stop();
    await store.release(log.id, host.owner);
  };
}
