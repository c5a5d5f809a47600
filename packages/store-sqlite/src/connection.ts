import { StoreError } from '@wf-sdk/core';

import type { Database } from './driver/database.ts';
import { toStoreError } from './failure.ts';
import { patiently } from './patience.ts';

export interface ConnectionOptions {
  readonly file: string;
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
}

/** Thrown within a transaction: what has to be there before it is not, and `before` is to be done again. */
export class Unprepared extends Error {}

/** So often is what has to be there before a transaction made again, when somebody else has removed it. */
const MOST_PREPARATIONS = 100;

/** The one connection of a store. Writes take turns in the order in which they were asked for. */
export class Connection {
  readonly #database: Database;
  readonly #options: ConnectionOptions;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  #ended = false;

  constructor(database: Database, options: ConnectionOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Does something that only reads, in one go. @throws StoreError */
  async read<T>(work: () => T): Promise<T> {
    this.#checkOpen();
    return this.#try(work);
  }

  /**
   * Does all of it in one transaction, or nothing.
   *
   * @param work Is repeated from its beginning where another process is writing.
   * @param before Done first, and again where `work` throws {@link Unprepared}.
   * @throws StoreError
   */
  async write<T>(work: () => T, before?: () => Promise<void>): Promise<T> {
    this.#checkOpen();
    const turn = this.#last.then(() => this.#write(work, before));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Waits for the writes that were asked for. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last;
    this.#ended = true;
    this.#database.close();
  }

  async #write<T>(work: () => T, before: (() => Promise<void>) | undefined): Promise<T> {
    const { file, readOnly } = this.#options;
    if (readOnly)
      throw new StoreError(
        'store_readonly',
        `store ${file} was opened to be read only: open it without readOnly`,
        {
          file,
        },
      );
    for (let tries = 1; ; tries++) {
      await before?.().catch((error: unknown) => {
        throw toStoreError(error, file);
      });
      try {
        return await this.#try(() => this.#transaction(work));
      } catch (error) {
        if (!(error instanceof Unprepared) || tries === MOST_PREPARATIONS) throw error;
      }
    }
  }

  async #try<T>(work: () => T): Promise<T> {
    const { file, busyTimeoutMs } = this.#options;
    try {
      return await patiently(busyTimeoutMs, () => {
        if (this.#ended) this.#refuse();
        return work();
      });
    } catch (error) {
      throw toStoreError(error, file);
    }
  }

  #checkOpen(): void {
    if (this.#closed) this.#refuse();
  }

  #refuse(): never {
    const { file } = this.#options;
    throw new StoreError('store_closed', `store ${file} was closed: open it again to use it`, { file });
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** After some errors SQLite has done so already, and says that there is nothing to roll back. */
  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // The error that led here is the one to tell.
    }
  }
}
