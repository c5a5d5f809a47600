import { StoreError } from '@wf-sdk/core';

import type { Blobs } from './blobs.ts';
import type { Connection } from './connection.ts';
import type { Database, Row } from './driver/database.ts';

/** Each row of these is a damage, in words. */
const DAMAGED_PAGES =
  "SELECT integrity_check AS damage FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
const DAMAGED_LOGS = `
  SELECT 'the log of run ' || id || ' has ' || held || ' events, where it should have ' || length AS damage FROM (
    SELECT id, length, (SELECT count(*) FROM event WHERE run = number) AS held FROM run
  ) WHERE held <> length
  UNION ALL
  SELECT 'the log of run ' || id || ' ends with event ' || last || ', where it has ' || length FROM (
    SELECT id, length, (SELECT coalesce(max(seq), 0) FROM event WHERE run = number) AS last FROM run
  ) WHERE last <> length
  UNION ALL
  SELECT 'the structure of run ' || id || ' is missing' FROM run
  WHERE shape IS NOT NULL AND shape NOT IN (SELECT place FROM structure)
  UNION ALL
  SELECT 'there are ' || count(*) || ' events of no run' FROM event WHERE run NOT IN (SELECT number FROM run)
  GROUP BY TRUE
  UNION ALL
  SELECT 'there are ' || count(*) || ' messages to no run' FROM message WHERE run NOT IN (SELECT number FROM run)
  GROUP BY TRUE`;

const NAMES = `
  SELECT blob FROM event WHERE blob IS NOT NULL
  UNION SELECT blob FROM message WHERE blob IS NOT NULL
  UNION SELECT blob FROM cache WHERE blob IS NOT NULL`;

/** Looks whether all that is in a store is whole. */
export class Integrity {
  readonly #database: Database;
  readonly #connection: Connection;
  readonly #blobs: Blobs;

  constructor(database: Database, connection: Connection, blobs: Blobs) {
    this.#database = database;
    this.#connection = connection;
    this.#blobs = blobs;
  }

  /** @returns One line for each damage. */
  async check(): Promise<readonly string[]> {
    const inside = await this.#damages(DAMAGED_PAGES);
    // What else is asked of a damaged file tells nothing.
    if (inside.length > 0) return inside;
    return [...(await this.#damages(DAMAGED_LOGS)), ...(await this.#damagedBlobs())];
  }

  async #damages(sql: string): Promise<readonly string[]> {
    try {
      return (await this.#rows(sql)).map(({ damage }) => String(damage));
    } catch (error) {
      return [damageOf(error)];
    }
  }

  async #damagedBlobs(): Promise<readonly string[]> {
    const damages: string[] = [];
    for (const { blob } of await this.#rows(NAMES))
      await this.#blobs.read(String(blob)).catch((error: unknown) => damages.push(damageOf(error)));
    return damages;
  }

  async #rows(sql: string): Promise<readonly Row[]> {
    return this.#connection.read(() => this.#database.prepare(sql).all([]));
  }
}

/** @throws Anything that is not damage. */
function damageOf(error: unknown): string {
  if (error instanceof StoreError && error.code === 'store_corrupt') return error.message;
  throw error;
}
