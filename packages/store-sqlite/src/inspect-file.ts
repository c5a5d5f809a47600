import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';

import { StoreError } from '@wf-sdk/core';

import { APPLICATION_ID } from './schema.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
/** Where in the header what stands: https://www.sqlite.org/fileformat.html */
const PAGE_SIZE_OFFSET = 16;
const CHANGES_OFFSET = 24;
const PAGES_OFFSET = 28;
const APPLICATION_ID_OFFSET = 68;
const COUNTED_AT_OFFSET = 92;

/**
 * Looks at a file before it is opened as a database, so that nothing of anybody else's is touched.
 *
 * @returns Whether there is a store in it.
 * @throws StoreError `store_foreign` or `store_corrupt`, or what the file system says.
 */
export function inspectFile(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (!found.isFile()) throw foreign(file, found.isDirectory() ? 'a folder' : 'not a file');
  // Its making was cut short: the journal beside it has what is to be undone, and nobody but SQLite can do that.
  if (found.size === 0 || existsSync(`${file}-journal`)) return found.size > 0;
  const header = readHeader(file);
  if (header.length < HEADER_BYTES || !header.toString('latin1').startsWith(MAGIC))
    throw foreign(file, 'not a database');
  if (header.readUInt32BE(APPLICATION_ID_OFFSET) !== APPLICATION_ID)
    throw foreign(file, 'the database of something else');
  if (isCutShort(file, header, found.size))
    throw new StoreError('store_corrupt', `store ${file} is cut short: restore it from a backup`, { file });
  return true;
}

/** SQLite would notice only when it reads what is missing. What is beside the file may be about to make it longer. */
function isCutShort(file: string, header: Buffer, size: number): boolean {
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return false;
  const isCounted = header.readUInt32BE(CHANGES_OFFSET) === header.readUInt32BE(COUNTED_AT_OFFSET);
  // 65,536 does not fit into its two bytes, and is written as 1.
  const pageSize =
    header.readUInt16BE(PAGE_SIZE_OFFSET) === 1 ? 65_536 : header.readUInt16BE(PAGE_SIZE_OFFSET);
  return isCounted && size < header.readUInt32BE(PAGES_OFFSET) * pageSize;
}

/** Whether this user could write here: SQLite would open a file that cannot be written, and fail later. */
export function isWritable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether what a store needs to write can be written: the file, if it is there, and files beside it. */
export function isWritableStore(file: string): boolean {
  return isWritable(path.dirname(file)) && (!existsSync(file) || isWritable(file));
}

function readHeader(file: string): Buffer {
  const handle = openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(handle, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(handle);
  }
}

function foreign(file: string, what: string): StoreError {
  return new StoreError('store_foreign', `${file} is ${what}, not a store of wf-sdk: choose another file`, {
    file,
  });
}
