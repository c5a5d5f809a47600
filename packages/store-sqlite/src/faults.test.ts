import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Store } from '@wf-sdk/core';
import { afterAll, describe, expect, test } from 'vitest';

import { type FaultyDatabase, makeFaulty, sqliteError } from '../test/faulty.ts';
import { newFile, newFolder } from '../test/folder.ts';
import { loadDriver } from './driver/load.ts';
import { openStore } from './open.ts';
import { createSqliteStore, type SqliteStore } from './sqlite-store.ts';

const LEASE = { owner: 'test', until: 10_000 };
const RUN = { id: 'r1', workflow: 'w', version: '1', structure: 's', createdAt: 0 };

function group(expected: number, size: number, length = 10): Parameters<Store['append']>[0][number] {
  const entries = Array.from({ length: size }, (_, index) => ({
    type: 't',
    at: 0,
    body: `${expected + index} `.padEnd(length, 'x'),
  }));
  return { run: 'r1', expected, entries, state: 'running' };
}

/** All that can be asked of a store. */
async function contents(store: Store): Promise<unknown> {
  const runs = await store.list();
  const ofRuns = runs.map(
    async (run) => [run, await store.read(run.id), await store.receive(run.id)] as const,
  );
  return [await Promise.all(ofRuns), await store.cached('k1', 0), await store.cached('k2', 0)];
}

const WRITES: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  create: (store) => store.create({ ...RUN, id: 'r3' }, LEASE),
  append: (store) => store.append([group(1, 40), { ...group(0, 5), run: 'r2' }]),
  'append of a large text': (store) => store.append([group(1, 3, 100_000)]),
  remove: (store) => store.remove('r1'),
  claim: (store) => store.claim('r1', { owner: 'other', until: 20_000 }, 15_000),
  release: (store) => store.release('r1', 'test'),
  send: (store) => store.send('r1', { id: 'm2', type: 'signal', at: 0, body: 'b' }),
  cache: (store) => store.cache({ key: 'k1', task: 't', workflow: 'w', storedAt: 100, body: 'new' }),
  clearCache: (store) => store.clearCache(),
};

const FAILURES = [
  ['store_full', sqliteError(13, 'database or disk is full')],
  ['store_failed', sqliteError(10, 'disk I/O error')],
  ['store_readonly', sqliteError(8, 'attempt to write a readonly database')],
  ['store_corrupt', sqliteError(11, 'database disk image is malformed')],
] as const;

async function fill(store: Store): Promise<void> {
  await store.create(RUN, LEASE);
  await store.create({ ...RUN, id: 'r2' }, LEASE);
  await store.append([group(0, 1)]);
  await store.send('r1', { id: 'm1', type: 'signal', at: 0, body: 'a' });
  await store.cache({ key: 'k1', task: 't', workflow: 'w', storedAt: 0, expiresAt: 50, body: 'old' });
  await store.cache({ key: 'k2', task: 't', workflow: 'w', storedAt: 0, body: 'old' });
}

async function openFaulty(): Promise<{ readonly store: SqliteStore; readonly database: FaultyDatabase }> {
  const file = newFile();
  await (await openStore(file)).close();
  const database = makeFaulty(loadDriver().open(file, 'write'));
  return { database, store: createSqliteStore(database, { file, readOnly: false, busyTimeoutMs: 100 }) };
}

async function contentsAfter(write: (store: Store) => Promise<unknown>): Promise<unknown> {
  const store = await openStore(newFile());
  await fill(store);
  await write(store);
  const found = await contents(store);
  await store.close();
  return found;
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe('whatever step of a write fails, all is as it was, and the write can be made again', () => {
  test.each(Object.entries(WRITES))('%s', { timeout: 30_000 }, async (_, write) => {
    const after = await contentsAfter(write);
    let refused = 0;
    for (let [failed, steps] = [true, 0]; failed; steps++) {
      const { store, database } = await openFaulty();
      await fill(store);
      const before = await contents(store);
      const [code, cause] = FAILURES[steps % FAILURES.length] ?? FAILURES[0];
      database.failAfter(steps, cause);
      const thrown = await thrownBy(write(store));
      failed = database.recover();
      const refusal: unknown = expect.objectContaining({ name: 'StoreError', code, cause });
      // What a write tidies up afterwards may fail without a word.
      expect(failed ? [undefined, refusal] : [undefined]).toContainEqual(thrown);
      expect(await contents(store)).toEqual(thrown === undefined ? after : before);
      refused += thrown === undefined ? 0 : 1;
      if (thrown !== undefined) await write(store);
      expect(await contents(store)).toEqual(after);
      expect(await store.check()).toEqual([]);
      await store.close();
    }
    // To begin, to do it, and to commit.
    expect(refused).toBeGreaterThanOrEqual(3);
  });
});

const [MOUNT, UNMOUNT] = ['mount', 'umount'] as const;
const mounted: string[] = [];
afterAll(() => {
  // Lazily: libsql has its files open until the process ends.
  for (const folder of mounted) execFileSync(UNMOUNT, ['-l', folder]);
});

/** A file system of its own, so small, where this user may make one. */
function smallDisk(size: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = newFolder();
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  mounted.unshift(folder);
  return folder;
}

const disk = smallDisk('2m');

describe.runIf(disk !== undefined)('a full disk', () => {
  test.each([
    ['small texts', 200],
    ['large texts', 100_000],
  ])('refuses %s, and takes them when there is space again', { timeout: 30_000 }, async (_, length) => {
    const folder = path.join(disk ?? '', String(length));
    mkdirSync(folder);
    const ballast = path.join(disk ?? '', 'ballast');
    writeFileSync(ballast, Buffer.alloc(500_000));
    const file = path.join(folder, 'wf.db');
    const store = await openStore(file);
    await store.create(RUN, LEASE);
    let kept = 0;
    const size = length > 1_000 ? 1 : 50;
    const fillUp = async (): Promise<never> => {
      for (;;) {
        await store.append([group(kept, size, length)]);
        kept += size;
      }
    };
    const refused = await thrownBy(fillUp());
    expect(refused).toMatchObject({
      name: 'StoreError',
      code: 'store_full',
      message: `store ${file} cannot grow: the disk or the quota is full. Make space and try again; what was kept before is whole`,
    });
    expect(kept).toBeGreaterThan(0);
    expect((await store.read('r1')).length).toBe(kept);
    expect(await store.check()).toEqual([]);
    rmSync(ballast);
    expect(await store.append([group(kept, size, length)])).toEqual([]);
    await store.close();
    const again = await openStore(file);
    expect((await again.read('r1')).length).toBe(kept + size);
    expect(await again.check()).toEqual([]);
    await again.close();
    rmSync(folder, { recursive: true });
  });

  test('refuses a new store, and leaves none behind that cannot be opened', async () => {
    const folder = path.join(disk ?? '', 'new');
    mkdirSync(folder);
    const ballast = path.join(disk ?? '', 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(4_000_000))).toThrow('ENOSPC');
    const file = path.join(folder, 'wf.db');
    await expect(openStore(file)).rejects.toMatchObject({ name: 'StoreError', code: 'store_full' });
    rmSync(ballast);
    const store = await openStore(file);
    expect(await store.list()).toEqual([]);
    await store.close();
    expect(readdirSync(folder)).toContain('wf.db');
  });
});
