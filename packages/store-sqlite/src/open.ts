import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { OptionError, StoreError } from '@wf-sdk/core';

import type { Access, Database } from './driver/database.ts';
import { loadDriver } from './driver/load.ts';
import { toStoreError } from './failure.ts';
import { inspectFile, isWritable, isWritableStore } from './inspect-file.ts';
import { checkVersion, migrate } from './migrate.ts';
import { patiently } from './patience.ts';
import { MIGRATIONS } from './schema.ts';
import { createSqliteStore, type SqliteStore } from './sqlite-store.ts';

/**
 * What a power cut may take. Neither loses anything when the process is killed, and under either the store is whole
 * afterwards.
 *
 * - `normal`: what was promised since the last time the operating system wrote its buffers, most often some seconds: the
 *   store is then as it was a moment before. A run goes on from there, so that tasks which had just completed run again,
 *   and an approval that had just been given has to be given again.
 * - `strict`: nothing that was promised. Every write waits for the disk: a fraction of a millisecond to some
 *   milliseconds, as good as the disk is.
 */
export type Durability = 'normal' | 'strict';

export interface OpenStoreOptions {
  /** @default 'normal' */
  readonly durability?: Durability;
  /** How long to wait for other processes that are writing, in milliseconds. @default 5000 */
  readonly busyTimeout?: number;
  /** Nothing is written, nor made where there is nothing. @default false */
  readonly readOnly?: boolean;
}

/** In milliseconds: so long the event loop may stand still, where another process is just writing. */
const DRIVER_PATIENCE_MS = 10;
/** In bytes. The file beside the store in which writes go first is cut back to this. */
const LONGEST_WAL = 64 * 1024 * 1024;

/**
 * Opens the store in a file, or makes one; folders are made too. Several processes may have it open at once, on one
 * machine. Large texts are kept beside it, in a folder with the file's name and `.blobs`.
 *
 * @throws StoreError, and nothing was changed: the file is something else, damaged, made by a newer version, locked all
 *   the time, or cannot be written.
 * @throws OptionError
 */
export async function openStore(file: string, options: OpenStoreOptions = {}): Promise<SqliteStore> {
  return openWith(file, options, MIGRATIONS);
}

/** For tests: with other versions than there are. */
export async function openWith(
  place: string,
  options: OpenStoreOptions,
  migrations: readonly string[],
): Promise<SqliteStore> {
  const { durability = 'normal', busyTimeout: busyTimeoutMs = 5_000, readOnly = false } = options;
  if (durability !== 'normal' && durability !== 'strict')
    throw new OptionError('durability', "'normal' or 'strict'", durability);
  if (typeof busyTimeoutMs !== 'number' || !(busyTimeoutMs >= 0))
    throw new OptionError('busyTimeout', 'a number of milliseconds, 0 or more', busyTimeoutMs);
  const file = path.resolve(place);
  let database: Database | undefined;
  try {
    database = loadDriver().open(file, readOnly ? accessToRead(file) : accessToWrite(file));
    const opened = database;
    opened.exec(`PRAGMA busy_timeout = ${DRIVER_PATIENCE_MS}`);
    await patiently(busyTimeoutMs, () =>
      readOnly
        ? checkReadable(opened, file, migrations.length)
        : prepare(opened, file, durability, migrations),
    );
    return createSqliteStore(opened, { file, readOnly, busyTimeoutMs });
  } catch (error) {
    database?.close();
    throw toStoreError(error, file);
  }
}

function accessToWrite(file: string): Access {
  mkdirSync(path.dirname(file), { recursive: true });
  inspectFile(file);
  if (isWritableStore(file)) return 'write';
  throw new StoreError(
    'store_readonly',
    `store ${file} cannot be written: give this user the right to write the file and its folder, choose another place, or open it with readOnly`,
    { file },
  );
}

function accessToRead(file: string): Access {
  if (!inspectFile(file))
    throw new StoreError(
      'store_missing',
      `there is no store at ${file}: name another file, or keep a run there first`,
      {
        file,
      },
    );
  // Who reads writes down that he does. Where that cannot be, nobody else writes either: another process would have its
  // file there.
  return isWritable(path.dirname(file)) || existsSync(`${file}-wal`) ? 'read' : 'frozen';
}

function prepare(
  database: Database,
  file: string,
  durability: Durability,
  migrations: readonly string[],
): void {
  // What is made first, and the mark of a store with it, is in the file itself before anything is written beside it.
  migrate(database, file, migrations);
  database.exec('PRAGMA journal_mode = WAL');
  const mode = database.prepare('PRAGMA journal_mode').all([])[0]?.['journal_mode'];
  if (mode !== 'wal')
    throw new StoreError(
      'store_failed',
      `store ${file} cannot be shared between processes on this file system: keep it on a disk of this machine`,
      { file },
    );
  database.exec(`PRAGMA synchronous = ${durability === 'strict' ? 'FULL' : 'NORMAL'}`);
  // Without these a Mac's disk may keep in its own memory what it was told to write.
  if (durability === 'strict') database.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  database.exec(`PRAGMA journal_size_limit = ${LONGEST_WAL}`);
}

function checkReadable(database: Database, file: string, known: number): void {
  const version = checkVersion(database, file, known);
  if (version < known)
    throw new StoreError(
      'store_readonly',
      `store ${file} is of version ${version}, and has to be brought to version ${known}: open it without readOnly once`,
      { file },
    );
}
