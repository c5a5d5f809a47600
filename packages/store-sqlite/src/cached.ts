import type { CacheEntry } from '@wf-sdk/core';

import type { Spill } from './bodies.ts';
import type { Database, Row, Statement } from './driver/database.ts';

/** Which outputs are meant: all, or those of a workflow or a task. */
export interface CacheScope {
  readonly workflow?: string;
  readonly task?: string;
}

/** Outputs kept for later runs. Each method is one step of a transaction, and gives the names of files no longer used. */
export class Cached {
  readonly #find: Statement;
  readonly #expire: Statement;
  readonly #forget: Statement;
  readonly #insert: Statement;
  readonly #clear: Statement;

  constructor(database: Database) {
    this.#find = database.prepare('SELECT * FROM cache WHERE key = ? AND coalesce(expires_at > ?, TRUE)');
    this.#expire = database.prepare('DELETE FROM cache WHERE expires_at <= ? RETURNING blob');
    this.#forget = database.prepare('DELETE FROM cache WHERE key = ? RETURNING blob');
    this.#insert = database.prepare(
      'INSERT INTO cache (key, workflow, task, stored_at, expires_at, body, blob) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#clear = database.prepare(
      'DELETE FROM cache WHERE workflow = coalesce(?, workflow) AND task = coalesce(?, task) RETURNING blob',
    );
  }

  find(key: string, now: number): readonly Row[] {
    return this.#find.all([key, now]);
  }

  /** Keeps it in place of what has its key, and forgets what had expired when it was made. */
  put(entry: CacheEntry, spill: Spill): readonly string[] {
    const { key, workflow, task, storedAt, expiresAt, body } = entry;
    const gone = [...this.#expire.all([storedAt]), ...this.#forget.all([key])];
    this.#insert.run([key, workflow, task, storedAt, expiresAt ?? null, ...spill.columns(body)]);
    return blobsOf(gone);
  }

  /** @returns How many there were, too. */
  clear({ workflow, task }: CacheScope): { readonly count: number; readonly blobs: readonly string[] } {
    const gone = this.#clear.all([workflow ?? null, task ?? null]);
    return { count: gone.length, blobs: blobsOf(gone) };
  }
}

function blobsOf(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ blob }) => (typeof blob === 'string' ? [blob] : []));
}
