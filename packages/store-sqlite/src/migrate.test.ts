import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { newFile } from '../test/folder.ts';
import { loadDriver } from './driver/load.ts';
import { openStore, openWith } from './open.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

const LEASE = { owner: 'test', until: 10_000 };
const RUN = { id: 'r1', workflow: 'w', version: '1', structure: 's', createdAt: 0 };
const AHEAD = [
  ...MIGRATIONS,
  "ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT ''; UPDATE run SET note = 'was ' || id",
];

async function filled(file: string): Promise<void> {
  const store = await openStore(file);
  await store.create(RUN, LEASE);
  await store.append([
    { run: 'r1', expected: 0, entries: [{ type: 't', at: 1, body: 'a' }], state: 'waiting' },
  ]);
  await store.close();
}

function ask(file: string, sql: string): unknown {
  const database = loadDriver().open(file, 'read');
  const value = Object.values(database.prepare(sql).all([])[0] ?? {})[0];
  database.close();
  return value;
}

test('a store of each released version is brought forward to this one', async () => {
  for (let version = 1; version < MIGRATIONS.length; version++) {
    const file = newFile();
    const old = loadDriver().open(file, 'write');
    for (const migration of MIGRATIONS.slice(0, version)) old.exec(migration);
    old.exec(
      `INSERT INTO run (id, workflow, version, structure, created_at, state, length, updated_at)
       VALUES ('r1', 'w', '1', 's', 0, 'waiting', 2, 0)`,
    );
    for (const seq of [2, 1])
      old.exec(
        `INSERT INTO event (run, seq, type, at, task, body) VALUES (1, ${seq}, 't', 1, 'a', 'e${seq}')`,
      );
    old.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    old.exec(`PRAGMA user_version = ${version}`);
    old.close();
    const store = await openStore(file);
    await store.send('r1', { id: 'm1', type: 'signal', at: 1, body: '{}' });
    expect((await store.list({ dueAt: 1 })).map(({ id, structure }) => [id, structure])).toEqual([
      ['r1', 's'],
    ]);
    const append = { entries: [{ type: 't', at: 2, body: 'e3' }], state: 'waiting' } as const;
    expect(await store.append([{ run: 'r1', expected: 2, ...append }])).toEqual([]);
    expect((await store.read('r1')).map(({ seq, body }) => [seq, body])).toEqual([
      [1, 'e1'],
      [2, 'e2'],
      [3, 'e3'],
    ]);
    expect(await store.check()).toEqual([]);
    await store.close();
  }
});

describe('a store of an earlier version', () => {
  test('is brought forward with what is in it', async () => {
    const file = newFile();
    await filled(file);
    const store = await openWith(file, {}, AHEAD);
    expect((await store.read('r1')).map(({ body }) => body)).toEqual(['a']);
    expect(await store.check()).toEqual([]);
    await store.close();
    expect(ask(file, 'PRAGMA user_version')).toBe(AHEAD.length);
    expect(ask(file, 'SELECT note FROM run')).toBe('was r1');
  });

  test('is brought forward once, whoever opens it at the same time', async () => {
    const file = newFile();
    await filled(file);
    const stores = await Promise.all([1, 2, 3].map(() => openWith(file, {}, AHEAD)));
    await Promise.all(stores.map((store) => store.close()));
    expect(ask(file, 'PRAGMA user_version')).toBe(AHEAD.length);
  });

  test('stays what it was, where it cannot be brought forward', async () => {
    const file = newFile();
    await filled(file);
    const broken = [...MIGRATIONS, 'ALTER TABLE run ADD COLUMN note TEXT; SELECT nonsense FROM nowhere'];
    await expect(openWith(file, {}, broken)).rejects.toMatchObject({ code: 'store_failed' });
    expect(ask(file, 'PRAGMA user_version')).toBe(MIGRATIONS.length);
    await filled(file);
    const store = await openStore(file);
    expect((await store.find('r1'))?.length).toBe(1);
    await store.close();
  });

  test('is not brought forward by who only reads', async () => {
    const file = newFile();
    await filled(file);
    const refused = await openWith(file, { readOnly: true }, AHEAD).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'store_readonly',
      message: `store ${file} is of version ${MIGRATIONS.length}, and has to be brought to version ${AHEAD.length}: open it without readOnly once`,
    });
  });
});

test('what could not be made leaves nothing that looks like something else', async () => {
  const file = newFile();
  await expect(openWith(file, {}, ['CREATE TABLE run (id); SELECT nonsense'])).rejects.toMatchObject({
    code: 'store_failed',
  });
  await filled(file);
  expect(ask(file, 'PRAGMA auto_vacuum')).toBe(2);
});

test('a store of a newer version is left as it is', async () => {
  const file = newFile();
  await (await openWith(file, {}, AHEAD)).close();
  const before = readFileSync(file);
  for (const readOnly of [false, true])
    await expect(openStore(file, { readOnly })).rejects.toMatchObject({
      name: 'StoreError',
      code: 'store_newer',
      message: `store ${file} is of version ${AHEAD.length}, and this wf-sdk knows no version after ${MIGRATIONS.length}: update wf-sdk, or choose another file`,
    });
  expect(readFileSync(file).equals(before)).toBe(true);
});
