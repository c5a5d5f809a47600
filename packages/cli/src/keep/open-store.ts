import { existsSync } from 'node:fs';
import { isWorkflowError, type Store } from '@wf-sdk/core';
import type { Durability, OpenStoreOptions } from '@wf-sdk/store-sqlite';
import { showPath } from '../load/show-path.ts';
import { UsageError } from '../usage-error.ts';
import { storePath } from './store-path.ts';

/** What every command has that works on a store, as commander gives it. */
export interface StoreFlags {
  readonly store?: string;
}

/** A store that is open, and where it is. */
export interface OpenedStore {
  readonly store: Store;
  readonly file: string;
}

/**
 * Opens the store for a run, and makes it where there is none.
 *
 * @throws StoreError
 */
export async function openForRun({ store }: StoreFlags, durability?: Durability): Promise<OpenedStore> {
  const file = storePath(store);
  return { file, store: await open(file, durability === undefined ? {} : { durability }) };
}

/**
 * Opens the store that is there, for as long as the work takes.
 *
 * @param access `read` changes nothing, and needs no right to.
 * @throws UsageError where there is none; StoreError
 */
export async function withStore<T>(
  flags: StoreFlags,
  access: 'read' | 'write',
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openExisting(storePath(flags.store), access);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The same, for a run that goes on. @throws UsageError where there is none; StoreError */
export async function openExistingForRun({ store }: StoreFlags, durability?: Durability): Promise<Store> {
  const file = storePath(store);
  if (!existsSync(file)) throw missing(file);
  return open(file, durability === undefined ? {} : { durability });
}

/** @throws UsageError where there is none; StoreError */
async function openExisting(file: string, access: 'read' | 'write'): Promise<Store> {
  if (!existsSync(file)) throw missing(file);
  if (access === 'write') return open(file, {});
  try {
    return await open(file, { readOnly: true });
  } catch (error) {
    // Its making was cut short: nothing is in it.
    if (isWorkflowError(error) && error.code === 'store_missing') throw missing(file);
    throw error;
  }
}

function missing(file: string): UsageError {
  return new UsageError(
    `there is no store at ${showPath(file, process.cwd())}: a run is kept by wf-sdk run pipeline.ts --durable; ` +
      'another store is named by --store <file>, or by WF_STORE',
  );
}

/** The store is imported only where one is opened: most runs have none. */
async function open(file: string, options: OpenStoreOptions): Promise<Store> {
  const { openStore } = await import('@wf-sdk/store-sqlite');
  return openStore(file, options);
}
