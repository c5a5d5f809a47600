import { StoreError } from '../model/error.ts';
import type {
  Append,
  CacheEntry,
  Lease,
  LogEntry,
  Message,
  NewLogEntry,
  NewMessage,
  NewRun,
  RunQuery,
  Store,
  StoredRun,
} from '../model/store.ts';
import { isActive, isInLine, isListed } from './listed.ts';

/** A run with all there is about it. */
interface KeptRun {
  run: StoredRun;
  readonly log: LogEntry[];
  readonly messages: Message[];
  /** The number of the last message that it has heard. */
  heard: number;
}

/** A store that lasts as long as the process: for tests, and for trying out what a durable run does. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  /** In the order in which they were created. */
  readonly #runs = new Map<string, KeptRun>();
  readonly #cache = new Map<string, CacheEntry>();
  #closed = false;

  async create(
    run: NewRun,
    lease: Lease,
    state: 'pending' | 'running' = 'running',
  ): Promise<{ readonly created: boolean; readonly run: StoredRun }> {
    this.#checkOpen();
    const existing = this.#runs.get(run.id);
    if (existing !== undefined) return { created: false, run: existing.run };
    const { owner, until } = lease;
    const kept = {
      ...run,
      state,
      length: 0,
      updatedAt: run.createdAt,
      lease: { owner, until },
    } as const;
    this.#runs.set(run.id, { run: kept, log: [], messages: [], heard: 0 });
    return { created: true, run: kept };
  }

  async start(id: string, owner: string, limit: number, now: number): Promise<readonly string[] | undefined> {
    this.#checkOpen();
    const kept = this.#runs.get(id);
    if (kept === undefined || kept.run.lease?.owner !== owner) return undefined;
    if (isActive(kept.run)) return [];
    const runs = Array.from(this.#runs.values(), ({ run }) => run);
    const place = runs.indexOf(kept.run);
    const ahead = runs.filter(
      (run, at) =>
        run.workflow === kept.run.workflow && (isActive(run) || (at < place && isInLine(run, now))),
    );
    if (ahead.length >= limit) return ahead.map((run) => run.id);
    kept.run = { ...kept.run, state: 'running' };
    return [];
  }

  async append(appends: readonly Append[]): Promise<readonly string[]> {
    this.#checkOpen();
    return appends.filter((append) => !this.#append(append)).map(({ run }) => run);
  }

  #append({ run: id, expected, owner, entries, state, wakeAt, structure, heard }: Append): boolean {
    const kept = this.#runs.get(id);
    if (kept === undefined || kept.log.length !== expected) return false;
    const { wakeAt: _, ...run } = kept.run;
    if (owner !== undefined && run.lease !== undefined && run.lease.owner !== owner) return false;
    for (const entry of entries) kept.log.push(numbered(entry, kept.log.length + 1));
    kept.heard = heard ?? kept.heard;
    kept.run = {
      ...run,
      state,
      length: kept.log.length,
      updatedAt: entries.at(-1)?.at ?? run.updatedAt,
      ...(wakeAt !== undefined && { wakeAt }),
      ...(structure !== undefined && { structure }),
    };
    return true;
  }

  async read(run: string, after = 0, limit = Infinity): Promise<readonly LogEntry[]> {
    this.#checkOpen();
    return this.#runs.get(run)?.log.slice(after, after + limit) ?? [];
  }

  async find(run: string): Promise<StoredRun | undefined> {
    this.#checkOpen();
    return this.#runs.get(run)?.run;
  }

  async list(query: RunQuery = {}): Promise<readonly StoredRun[]> {
    this.#checkOpen();
    const runs = [...this.#runs.values()]
      .filter(({ run, messages, heard }) => isListed(run, query, messages.length > heard))
      .map(({ run }) => run);
    // Of those created in the same millisecond, the last one comes first.
    return runs
      .toReversed()
      .toSorted((one, other) => other.createdAt - one.createdAt)
      .slice(0, query.limit ?? 100);
  }

  async remove(run: string): Promise<void> {
    this.#checkOpen();
    this.#remove(run);
  }

  #remove(run: string): void {
    this.#runs.delete(run);
    for (const { id, parent } of Array.from(this.#runs.values(), (kept) => kept.run))
      if (parent === run) this.#remove(id);
  }

  async claim(run: string, { owner, until }: Lease, now: number): Promise<boolean> {
    this.#checkOpen();
    const kept = this.#runs.get(run);
    const held = kept?.run.lease;
    if (kept === undefined || (held !== undefined && held.owner !== owner && held.until > now)) return false;
    kept.run = { ...kept.run, lease: { owner, until } };
    return true;
  }

  async release(run: string, owner: string): Promise<void> {
    this.#checkOpen();
    const kept = this.#runs.get(run);
    if (kept?.run.lease?.owner !== owner) return;
    const { lease: _, ...free } = kept.run;
    kept.run = free;
  }

  async send(run: string, message: NewMessage): Promise<Message | undefined> {
    this.#checkOpen();
    const messages = this.#runs.get(run)?.messages;
    const known = messages?.find(({ id }) => id === message.id);
    if (messages === undefined || known !== undefined) return known;
    const kept = { ...message, seq: messages.length + 1 };
    messages.push(kept);
    return kept;
  }

  async receive(run: string, after = 0): Promise<readonly Message[]> {
    this.#checkOpen();
    return this.#runs.get(run)?.messages.slice(after) ?? [];
  }

  async cached(key: string, now: number): Promise<CacheEntry | undefined> {
    this.#checkOpen();
    const entry = this.#cache.get(key);
    return entry === undefined || (entry.expiresAt ?? Infinity) <= now ? undefined : entry;
  }

  async cache(entry: CacheEntry): Promise<void> {
    this.#checkOpen();
    this.#cache.set(entry.key, { ...entry });
  }

  async clearCache(which: { readonly workflow?: string; readonly task?: string } = {}): Promise<number> {
    this.#checkOpen();
    const { workflow, task } = which;
    const cleared = [...this.#cache.values()].filter(
      (entry) => entry.workflow === (workflow ?? entry.workflow) && entry.task === (task ?? entry.task),
    );
    for (const { key } of cleared) this.#cache.delete(key);
    return cleared.length;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('store_closed', 'the store was closed: open it again to use it');
  }
}

/** A copy: what the caller does to the object afterwards is not in the log. */
function numbered({ type, at, task, body }: NewLogEntry, seq: number): LogEntry {
  return { seq, type, at, ...(task !== undefined && { task }), body };
}
