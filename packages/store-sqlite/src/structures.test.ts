import { expect, test } from 'vitest';

import { newFile } from '../test/folder.ts';
import { loadDriver } from './driver/load.ts';
import { openStore } from './open.ts';

const LEASE = { owner: 'test', until: 10_000 };
const RUN = { workflow: 'w', version: '1', createdAt: 0 };
const ENTRIES = [{ type: 't', at: 1, body: '{}' }];

function structuresIn(file: string): unknown[] {
  const database = loadDriver().open(file, 'read');
  const texts = database
    .prepare('SELECT text FROM structure ORDER BY text')
    .all([])
    .map(({ text }) => text);
  database.close();
  return texts;
}

test('a structure is kept once for all runs under it, and as long as there is one', async () => {
  const file = newFile();
  const store = await openStore(file);
  for (const [id, structure] of Object.entries({ a: 'one', b: 'one', c: 'two' }))
    await store.create({ ...RUN, id, structure }, LEASE);
  expect(structuresIn(file)).toEqual(['one', 'two']);
  expect((await store.list()).map(({ id, structure }) => [id, structure])).toEqual([
    ['c', 'two'],
    ['b', 'one'],
    ['a', 'one'],
  ]);
  await store.remove('a');
  await store.remove('c');
  expect(structuresIn(file)).toEqual(['one']);
  await store.remove('b');
  expect(structuresIn(file)).toEqual([]);
  await store.close();
});

test('a run that goes on under another structure leaves the one it was under', async () => {
  const file = newFile();
  const store = await openStore(file);
  await store.create({ ...RUN, id: 'a', structure: 'before' }, LEASE);
  await store.create({ ...RUN, id: 'b', structure: 'before' }, LEASE);
  const change = async (run: string): Promise<void> =>
    void (await store.append([{ run, expected: 0, entries: ENTRIES, state: 'running', structure: 'after' }]));
  await change('a');
  expect((await store.find('a'))?.structure).toBe('after');
  expect((await store.find('b'))?.structure).toBe('before');
  expect(structuresIn(file)).toEqual(['after', 'before']);
  await change('b');
  expect(structuresIn(file)).toEqual(['after']);
  expect(await store.check()).toEqual([]);
  await store.close();
});
