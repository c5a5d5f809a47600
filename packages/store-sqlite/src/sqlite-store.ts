import type {
  Append,
  CacheEntry,
  Lease,
  LogEntry,
  Message,
  NewMessage,
  NewRun,
  RunQuery,
  Store,
  StoredRun,
} from '@wf-sdk/core';

import { Blobs } from './blobs.ts';
import { bodyOf, Spill } from './bodies.ts';
import { Cached, type CacheScope } from './cached.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import type { Database, Row } from './driver/database.ts';
import { Garbage } from './garbage.ts';
import { Integrity } from './integrity.ts';
import { Log } from './log.ts';
import { Messages } from './messages.ts';
import { Removal } from './removal.ts';
import { Runs } from './runs.ts';
import { Structures } from './structures.ts';
import { Turns } from './turns.ts';

/** A store in a file. */
export interface SqliteStore extends Store {
  /** Where it is. */
  readonly file: string;
  /** Reads all of it, and gives one line for each damage: none, where it is whole. */
  check(): Promise<readonly string[]>;
}

/** @param database Open, and of this version. */
export function createSqliteStore(database: Database, options: ConnectionOptions): SqliteStore {
  const connection = new Connection(database, options);
  const blobs = new Blobs(`${options.file}.blobs`);
  const structures = new Structures(database);
  const runs = new Runs(database, structures);
  const turns = new Turns(database);
  const log = new Log(database, structures);
  const messages = new Messages(database);
  const cached = new Cached(database);
  const removal = new Removal(database, structures);
  const garbage = new Garbage(database, connection, blobs);
  const integrity = new Integrity(database, connection, blobs);

  /** Rows with their texts. A file that is gone may have been removed with its row: then the row is not found again. */
  async function readWhole<T>(find: () => readonly Row[], make: (row: Row, body: string) => T): Promise<T[]> {
    const rows = await connection.read(find);
    if (rows.every(({ blob }) => blob === null)) return rows.map((row) => make(row, String(row['body'])));
    try {
      return await withBodies(rows, blobs, make);
    } catch {
      return withBodies(await connection.read(find), blobs, make);
    }
  }

  return {
    file: options.file,

    async create(run: NewRun, lease: Lease, state: 'pending' | 'running' = 'running') {
      return connection.write(() => {
        const created = runs.create(run, lease, state);
        const kept = runs.find(run.id);
        if (kept === undefined) throw new RangeError(`run ${run.id} is not where it was just put`);
        return { created, run: kept };
      });
    },

    async start(run: string, owner: string, limit: number, now: number) {
      return connection.write(() => turns.start(run, owner, limit, now));
    },

    async append(appends: readonly Append[]) {
      const spill = new Spill(
        blobs,
        appends.flatMap(({ entries }) => entries.map(({ body }) => body)),
      );
      return connection.write(() => {
        spill.check();
        return log.append(appends, spill);
      }, spill.before);
    },

    async read(run: string, after = 0, limit = Infinity) {
      return readWhole(() => log.read(run, after, limit), toEntry);
    },

    async find(run: string): Promise<StoredRun | undefined> {
      return connection.read(() => runs.find(run));
    },

    async list(query: RunQuery = {}) {
      return connection.read(() => runs.list(query));
    },

    async remove(run: string) {
      await garbage.collect(await connection.write(() => removal.remove(run)));
      await garbage.shrink();
    },

    async claim(run: string, lease: Lease, now: number) {
      return connection.write(() => runs.claim(run, lease, now));
    },

    async release(run: string, owner: string) {
      await connection.write(() => runs.release(run, owner));
    },

    async send(run: string, message: NewMessage): Promise<Message | undefined> {
      const spill = new Spill(blobs, [message.body]);
      const kept = await connection.write(() => {
        spill.check();
        return messages.send(run, message, spill);
      }, spill.before);
      return kept === undefined || !isRow(kept) ? kept : toMessage(kept, await bodyOf(kept, blobs));
    },

    async receive(run: string, after = 0) {
      return readWhole(() => messages.read(run, after), toMessage);
    },

    async cached(key: string, now: number) {
      return (await readWhole(() => cached.find(key, now), toCacheEntry))[0];
    },

    async cache(entry: CacheEntry) {
      const spill = new Spill(blobs, [entry.body]);
      const released = await connection.write(() => {
        spill.check();
        return cached.put(entry, spill);
      }, spill.before);
      if (released.length > 0) await garbage.collect(released);
    },

    async clearCache(which: CacheScope = {}) {
      const { count, blobs: released } = await connection.write(() => cached.clear(which));
      await garbage.collect(released);
      return count;
    },

    async check() {
      return integrity.check();
    },

    async close() {
      await connection.close();
    },
  };
}

async function withBodies<T>(
  rows: readonly Row[],
  blobs: Blobs,
  make: (row: Row, body: string) => T,
): Promise<T[]> {
  const made: T[] = [];
  for (const row of rows) made.push(make(row, await bodyOf(row, blobs)));
  return made;
}

function isRow(message: Message | Row): message is Row {
  return 'blob' in message;
}

function toEntry({ seq, type, at, task }: Row, body: string): LogEntry {
  return {
    seq: Number(seq),
    type: String(type),
    at: Number(at),
    ...(typeof task === 'string' && { task }),
    body,
  };
}

function toMessage({ seq, id, type, at, by }: Row, body: string): Message {
  return {
    seq: Number(seq),
    id: String(id),
    type: String(type),
    at: Number(at),
    ...(typeof by === 'string' && { by }),
    body,
  };
}

function toCacheEntry(row: Row, body: string): CacheEntry {
  const { key, workflow, task, stored_at: storedAt, expires_at: expiresAt } = row;
  return {
    key: String(key),
    task: String(task),
    workflow: String(workflow),
    storedAt: Number(storedAt),
    ...(typeof expiresAt === 'number' && { expiresAt }),
    body,
  };
}
