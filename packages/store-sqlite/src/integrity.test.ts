import { expect, test } from 'vitest';

import { newFile } from '../test/folder.ts';
import { loadDriver } from './driver/load.ts';
import { openStore } from './open.ts';

const ENTRIES = [
  { type: 't', at: 1, body: '{}' },
  { type: 't', at: 2, body: '{}' },
];

/** What `check` says of a store with one run of two events and a message, to which this was done. */
async function damagesAfter(sql: string): Promise<readonly string[]> {
  const file = newFile();
  const store = await openStore(file);
  const run = { id: 'r1', workflow: 'w', version: '1', structure: 's', createdAt: 0 };
  await store.create(run, { owner: 'test', until: 10_000 });
  await store.append([{ run: 'r1', expected: 0, entries: ENTRIES, state: 'running' }]);
  await store.send('r1', { id: 'm1', type: 'signal', at: 1, body: '{}' });
  await store.close();
  const database = loadDriver().open(file, 'write');
  database.exec(sql);
  database.close();
  const damaged = await openStore(file);
  const damages = await damaged.check();
  await damaged.close();
  return damages;
}

test.each([
  ['SELECT 1', []],
  ['DELETE FROM structure', ['the structure of run r1 is missing']],
  [
    'DELETE FROM event WHERE seq = 2',
    [
      'the log of run r1 has 1 events, where it should have 2',
      'the log of run r1 ends with event 1, where it has 2',
    ],
  ],
  ['UPDATE event SET seq = 3 WHERE seq = 2', ['the log of run r1 ends with event 3, where it has 2']],
  ['DELETE FROM run', ['there are 2 events of no run', 'there are 1 messages to no run']],
])('%s is found out', async (sql, damages) => {
  expect(await damagesAfter(sql)).toEqual(damages);
});
