import { describe, expect, test } from 'vitest';

import { type Child, startChild } from '../test/child.ts';
import { newFile } from '../test/folder.ts';
import { seededRandom } from '@wf-sdk/testing';
import { openStore } from './open.ts';

const MANY = 5;
const LEASE = { owner: 'test', until: 10_000 };

/** Starts several, and lets them go when all of them are there. */
async function atOnce(start: (index: number) => Promise<Child>): Promise<readonly (readonly string[])[]> {
  const children = await Promise.all(Array.from({ length: MANY }, (_, index) => start(index)));
  for (const child of children) expect(await child.line(), await firstWords(child)).toBe('ready');
  for (const child of children) child.go();
  const said = await Promise.all(children.map((child) => child.rest()));
  expect(await Promise.all(children.map(({ complaints }) => complaints))).toEqual(children.map(() => ''));
  return said;
}

async function firstWords({ complaints }: Child): Promise<string> {
  return Promise.race([complaints, Promise.resolve('')]);
}

describe('several processes', { timeout: 60_000 }, () => {
  test('make one store at the same time, and one of them makes the run', async () => {
    const file = newFile();
    const said = await atOnce((index) => startChild('make', file, `r${index}`));
    expect(said.flat()).toEqual(['created']);
    const store = await openStore(file);
    expect(await store.check()).toEqual([]);
    const ids = (await store.list()).map(({ id }) => id).toSorted();
    expect(ids).toEqual([...Array.from({ length: MANY }, (_, index) => `r${index}`), 'shared']);
    await store.close();
  });

  test('claim the same runs: each run goes to exactly one', async () => {
    const file = newFile();
    const store = await openStore(file);
    const ids = Array.from({ length: 40 }, (_, index) => `r${index}`);
    for (const id of ids)
      await store.create({ id, workflow: 'w', version: '1', structure: 's', createdAt: 0 }, LEASE);
    const said = await atOnce(() => startChild('claim', file, ids.length));
    expect(said.flat().toSorted()).toEqual(ids.toSorted());
    await store.close();
  });

  test('start runs that are pending: no more of them are active than may be', async () => {
    const file = newFile();
    const store = await openStore(file);
    const ids = Array.from({ length: 40 }, (_, index) => `r${index}`);
    for (const id of ids)
      await store.create({ id, workflow: 'w', version: '1', structure: 's', createdAt: 0 }, LEASE, 'pending');
    const said = await atOnce(() => startChild('start', file, ids.length, 7));
    expect([...new Set(said.flat())].toSorted()).toEqual(ids.slice(0, 7));
    expect((await store.list({ states: ['running'] })).map(({ id }) => id).toSorted()).toEqual(
      ids.slice(0, 7),
    );
    await store.close();
  });

  test('write all at once: each waits for its turn, and nothing is lost', async () => {
    const file = newFile();
    const store = await openStore(file);
    await store.create({ id: 'shared', workflow: 'w', version: '1', structure: 's', createdAt: 0 }, LEASE);
    const said = await atOnce((index) => startChild('crowd', file, `r${index}`, 100));
    expect(said.flat()).toEqual([]);
    for (let index = 0; index < MANY; index++) expect((await store.find(`r${index}`))?.length).toBe(100);
    const sent = await store.receive('shared');
    expect(sent.map(({ seq }) => seq)).toEqual(Array.from({ length: MANY * 100 }, (_, index) => index + 1));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(MANY * 100);
    expect(await store.check()).toEqual([]);
    await store.close();
  });
});

describe('a process that is killed at any moment', { timeout: 120_000 }, () => {
  test.each([
    ['normal', 1],
    ['strict', 2],
  ])('leaves whole appends only, and all that was acknowledged (%s, seed %i)', async (durability, seed) => {
    const file = newFile();
    const next = seededRandom(seed);
    let kept = 0;
    for (let round = 0; round < 12; round++) {
      const child = await startChild('write', file, 'r1', seed * 1_000 + round, durability);
      const first = await child.line();
      setTimeout(() => child.kill(), next() * 150);
      const said = [first ?? '', ...(await child.rest())];
      expect(await child.complaints).toBe('');
      kept = lastOf(said, 'kept') ?? kept;

      const store = await openStore(file);
      expect(await store.check()).toEqual([]);
      const log = await store.read('r1');
      expect([kept, lastOf(said, 'try')]).toContain(log.length);
      expect(log.every(({ seq, body }, index) => seq === index + 1 && body.startsWith(`r1 ${seq} `))).toBe(
        true,
      );
      kept = log.length;
      // The next one begins with the lease of the one that is dead.
      await store.release('r1', (await store.find('r1'))?.lease?.owner ?? '');
      await store.close();
    }
    expect(kept).toBeGreaterThan(0);
  });
});

function lastOf(said: readonly string[], word: string): number | undefined {
  const line = said.findLast((one) => one.startsWith(`${word} `));
  return line === undefined ? undefined : Number(line.slice(word.length + 1));
}
