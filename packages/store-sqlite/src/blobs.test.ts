import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import { newFile } from '../test/folder.ts';
import { loadDriver } from './driver/load.ts';
import { openStore, type OpenStoreOptions } from './open.ts';
import { createSqliteStore, type SqliteStore } from './sqlite-store.ts';

const LEASE = { owner: 'test', until: 10_000 };
const LARGE = 'x'.repeat(100_000);

async function openWithRuns(file: string, options?: OpenStoreOptions): Promise<SqliteStore> {
  const store = await openStore(file, options);
  for (const id of ['r1', 'r2'])
    await store.create({ id, workflow: 'w', version: '1', structure: 's', createdAt: 0 }, LEASE);
  return store;
}

async function append(store: SqliteStore, run: string, ...bodies: readonly string[]): Promise<void> {
  const expected = (await store.find(run))?.length ?? 0;
  const entries = bodies.map((body) => ({ type: 't', at: 0, body }));
  expect(await store.append([{ run, expected, entries, state: 'running' }])).toEqual([]);
}

/** The files beside a store, without their folders. */
function filesBeside(file: string): readonly string[] {
  const folder = `${file}.blobs`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.includes(path.sep));
}

describe('a large text', () => {
  test('is a file of its own, once, however often it is kept', async () => {
    const file = newFile();
    const store = await openWithRuns(file);
    await append(store, 'r1', LARGE, 'small', LARGE);
    await append(store, 'r2', LARGE, 'y'.repeat(65_536));
    await store.send('r1', { id: 'm', type: 't', at: 0, body: LARGE });
    expect(filesBeside(file)).toHaveLength(1);
    expect(filesBeside(file)[0]).toMatch(/^[0-9a-f]{2}[\\/][0-9a-f]{62}$/);
    expect(statSync(file).size).toBeLessThan(100_000 + 65_536);
    await store.close();
    const again = await openStore(file, { readOnly: true });
    expect((await again.read('r1')).map(({ body }) => body)).toEqual([LARGE, 'small', LARGE]);
    await again.close();
  });

  test('is gone when the last that had it is', async () => {
    const file = newFile();
    const store = await openWithRuns(file);
    await append(store, 'r1', LARGE);
    await append(store, 'r2', LARGE);
    await store.cache({ key: 'k', task: 't', workflow: 'w', storedAt: 0, body: LARGE });
    await store.remove('r1');
    await store.remove('r2');
    expect(filesBeside(file)).toHaveLength(1);
    await store.cache({ key: 'k', task: 't', workflow: 'w', storedAt: 0, body: 'small' });
    expect(filesBeside(file)).toEqual([]);
    await store.close();
  });

  test('that a killed process left behind is removed with the next run', async () => {
    const file = newFile();
    const store = await openWithRuns(file);
    await append(store, 'r2', LARGE);
    const folder = path.join(`${file}.blobs`, 'ab');
    mkdirSync(folder);
    const [orphan, old, fresh] = ['0'.repeat(62), 'old.draft', 'fresh.draft'].map((name) =>
      path.join(folder, name),
    );
    for (const one of [orphan, old, fresh]) writeFileSync(one ?? '', 'left behind');
    utimesSync(old ?? '', 0, 0);
    await store.remove('r1');
    expect(readdirSync(folder)).toEqual(['fresh.draft']);
    expect((await store.read('r2'))[0]?.body).toBe(LARGE);
    await store.close();
  });

  test('that somebody removes between its writing and its keeping is written again', async () => {
    const file = newFile();
    await (await openWithRuns(file)).close();
    let removals = 0;
    const database = loadDriver().open(file, 'write');
    const exec = (sql: string): void => {
      if (sql === 'BEGIN IMMEDIATE' && removals < 3 && filesBeside(file).length > 0) {
        removals++;
        rmSync(path.join(`${file}.blobs`, filesBeside(file)[0] ?? ''));
      }
      database.exec(sql);
    };
    const store = createSqliteStore({ ...database, exec }, { file, readOnly: false, busyTimeoutMs: 100 });
    await append(store, 'r1', LARGE);
    expect(removals).toBe(3);
    expect((await store.read('r1')).map(({ body }) => body)).toEqual([LARGE]);
    expect(await store.check()).toEqual([]);
    await store.close();
  });

  test.each([
    ['gone', (blob: string) => rmSync(blob), 'cannot be read'],
    ['changed', (blob: string) => appendFileSync(blob, '!'), 'has been changed'],
  ])('whose file is %s is damage', async (_, harm, words) => {
    const file = newFile();
    const store = await openWithRuns(file);
    await append(store, 'r1', LARGE);
    const blob = path.join(`${file}.blobs`, filesBeside(file)[0] ?? '');
    harm(blob);
    const error: unknown = await store.read('r1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StoreError', code: 'store_corrupt', file: blob });
    expect((error as Error).message).toContain(words);
    expect(await store.check()).toEqual([(error as Error).message]);
    expect(await store.read('r2')).toEqual([]);
    await store.close();
  });
});

test('a store gives back space when much of its history is gone', async () => {
  const file = newFile();
  const store = await openWithRuns(file);
  await append(store, 'r1', ...Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(60_000, 'x')));
  await append(store, 'r2', 'small');
  await store.remove('r1');
  expect(await store.check()).toEqual([]);
  await store.close();
  expect(statSync(file).size).toBeLessThan(1_000_000);
});
