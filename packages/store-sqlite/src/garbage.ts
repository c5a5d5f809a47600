import type { Blobs } from './blobs.ts';
import type { Connection } from './connection.ts';
import type { Database, Statement } from './driver/database.ts';

/** So many files are removed, or pages given back, before other processes may write again. */
const AT_ONCE = 100;
const PAGES_AT_ONCE = 2_000;

/** Removes what nothing refers to any more. */
export class Garbage {
  readonly #database: Database;
  readonly #connection: Connection;
  readonly #blobs: Blobs;
  readonly #isUsed: Statement;
  readonly #pages: Statement;
  #swept = false;

  constructor(database: Database, connection: Connection, blobs: Blobs) {
    this.#database = database;
    this.#connection = connection;
    this.#blobs = blobs;
    this.#isUsed = database.prepare(
      `SELECT EXISTS (SELECT 1 FROM event WHERE blob = ?) OR EXISTS (SELECT 1 FROM message WHERE blob = ?)
         OR EXISTS (SELECT 1 FROM cache WHERE blob = ?) AS used`,
    );
    this.#pages = database.prepare(
      'SELECT freelist_count AS free, page_count AS pages FROM pragma_freelist_count, pragma_page_count',
    );
  }

  /**
   * Never fails: what cannot be removed now is no harm, and is looked for again.
   *
   * @param released Files that something referred to. The first time, whatever a process left behind that ended between
   *   writing a file and referring to it is looked for too.
   */
  async collect(released: readonly string[]): Promise<void> {
    try {
      const names = this.#swept ? released : this.#blobs.names();
      this.#swept = true;
      for (let start = 0; start < names.length; start += AT_ONCE)
        await this.#removeUnused(names.slice(start, start + AT_ONCE));
    } catch {
      this.#swept = false;
    }
  }

  /** Gives space back to the file system, where a good part of the file is not used and where that can be. */
  async shrink(): Promise<void> {
    try {
      for (let before = Infinity; ;) {
        const { free, pages } = await this.#connection.read(() => this.#count());
        if (free * 4 <= pages || free >= before) return;
        before = free;
        await this.#connection.write(() =>
          this.#database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`),
        );
      }
    } catch {
      // The next removal tries again.
    }
  }

  /** In a transaction, so that nobody begins to refer to one of them meanwhile. */
  async #removeUnused(names: readonly string[]): Promise<void> {
    await this.#connection.write(() => {
      for (const name of names) if (!this.#isInUse(name)) this.#blobs.remove(name);
    });
  }

  #count(): { readonly free: number; readonly pages: number } {
    const row = this.#pages.all([])[0];
    return { free: Number(row?.['free']), pages: Number(row?.['pages']) };
  }

  #isInUse(name: string): boolean {
    return this.#isUsed.all([name, name, name])[0]?.['used'] === 1;
  }
}
