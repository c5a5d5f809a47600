import { StoreError } from '@wf-sdk/core';

import type { Database } from './driver/database.ts';
import { APPLICATION_ID } from './schema.ts';

/**
 * Brings a file to the version of this package, in one transaction: it is what it was or what it should be.
 *
 * @param migrations One for each version, in order.
 * @throws StoreError `store_newer`, where it is ahead of them.
 */
export function migrate(database: Database, file: string, migrations: readonly string[]): void {
  const found = checkVersion(database, file, migrations.length);
  if (found === migrations.length) return;
  try {
    // What an empty file is told of its pages is written at once, and without the mark of a store, unless a transaction
    // has begun that has written nothing yet.
    database.exec(found === 0 ? 'BEGIN; PRAGMA auto_vacuum = INCREMENTAL' : 'BEGIN IMMEDIATE');
    // Another process may have been faster.
    const version = versionIn(database, file, migrations.length);
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** The version that the file has: 0 where there is nothing in it yet. @throws StoreError `store_newer` */
export function checkVersion(database: Database, file: string, known: number): number {
  database.exec('BEGIN');
  try {
    // Where the file is locked, this is refused and nothing is left behind. A prepared statement of libsql's that is
    // refused stays begun, and nothing can end it.
    database.exec('SELECT count(*) FROM sqlite_schema');
    return versionIn(database, file, known);
  } finally {
    rollBack(database);
  }
}

function versionIn(database: Database, file: string, known: number): number {
  const version = Number(database.prepare('PRAGMA user_version').all([])[0]?.['user_version'] ?? 0);
  if (version <= known) return version;
  throw new StoreError(
    'store_newer',
    `store ${file} is of version ${version}, and this wf-sdk knows no version after ${known}: update wf-sdk, or choose another file`,
    { file },
  );
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has done so itself; the error that led here is the one to tell.
  }
}
