import { statfsSync } from 'node:fs';
import path from 'node:path';

import { StoreError, type StoreErrorCode } from '@wf-sdk/core';

/** SQLite's primary result codes that mean something to a store. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** Less than this, in bytes, and a file system that refuses to write is taken for a full one. */
const LEAST_SPACE = 64 * 1024;

/** Whether SQLite refused because somebody else was at it: trying again helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/**
 * What SQLite or the file system threw, as what it means for the store. What neither of them threw is a defect of ours,
 * and is left as it is.
 */
export function toStoreError(error: unknown, file: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const code = resultCode(error);
  const found = code === undefined ? bySystem(error, file) : bySqlite(code, error, file);
  if (found === undefined) return error;
  const [storeCode, message] = found;
  return new StoreError(storeCode, message, { file, cause: error });
}

type Found = readonly [StoreErrorCode, string];

function bySqlite(code: number, error: Error, file: string): Found {
  if (code === BUSY || code === LOCKED)
    return [
      'store_locked',
      `store ${file} is locked: another process was writing to it all the while. Try again when it has done, or wait longer with busyTimeout`,
    ];
  if (code === FULL || (code === IOERR && isFull(file))) return full(file);
  if (code === READONLY) return unwritable(file);
  if (code === CORRUPT || code === NOTADB)
    return [
      'store_corrupt',
      `store ${file} is damaged (${error.message}): restore it from a backup, or move it away with what stands beside it to begin a new one`,
    ];
  if (code === CANTOPEN)
    return [
      'store_failed',
      `store ${file} cannot be opened: look whether the file and its folder can be read and written`,
    ];
  return ['store_failed', `store ${file} failed: ${error.message}. Look at its disk, and try again`];
}

function bySystem(error: Error, file: string): Found | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return full(file);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return unwritable(file);
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  return ['store_failed', `store ${file} failed: ${error.message}. Look at its disk, and try again`];
}

function full(file: string): Found {
  return [
    'store_full',
    `store ${file} cannot grow: the disk or the quota is full. Make space and try again; what was kept before is whole`,
  ];
}

function unwritable(file: string): Found {
  return [
    'store_readonly',
    `store ${file} cannot be written: give this user the right to write the file and its folder, or choose another place`,
  ];
}

/** The primary result code of an error of SQLite's, by either driver. */
function resultCode(error: unknown): number | undefined {
  const { errcode, rawCode, message } = error as {
    readonly errcode?: unknown;
    readonly rawCode?: unknown;
    readonly message?: unknown;
  };
  if (typeof errcode === 'number') return errcode & 0xff;
  if (typeof rawCode === 'number') return rawCode & 0xff;
  // libsql has no other way to say that a file cannot be opened.
  return typeof message === 'string' && message.startsWith('ConnectionFailed(') ? CANTOPEN : undefined;
}

function isFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path.dirname(file));
    return bavail * bsize < LEAST_SPACE;
  } catch {
    return false;
  }
}
