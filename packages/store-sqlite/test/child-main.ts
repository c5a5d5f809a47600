import { writeSync } from 'node:fs';
import { once } from 'node:events';

import type { Store } from '@wf-sdk/core';

import { loadDriver } from '../src/driver/load.ts';
import { openStore } from '../src/open.ts';
import { seededRandom } from '@wf-sdk/testing';

const LEASE = { owner: `process ${process.pid}`, until: 10_000 };

// What these say is written at once: a process that is killed has said all that it did.
const say = (line: string): void => void writeSync(1, `${line}\n`);

const TASKS: Readonly<Record<string, (file: string, ...parameters: string[]) => Promise<void>>> = {
  /** Makes the store together with others. */
  async make(file, id = '') {
    await ready();
    const store = await openStore(file);
    const { created } = await store.create(newRun('shared'), LEASE);
    if (created) say('created');
    await store.create(newRun(id), LEASE);
    await store.close();
  },

  /** Says which runs it could claim. */
  async claim(file, count = '') {
    const store = await openStore(file);
    await ready();
    for (let index = 0; index < Number(count); index++)
      if (await store.claim(`r${index}`, { owner: LEASE.owner, until: 20_000 }, 15_000)) say(`r${index}`);
    await store.close();
  },

  /** Says which of the pending runs it could start, of which only so many may be active. */
  async start(file, count = '', limit = '') {
    const store = await openStore(file);
    await ready();
    for (let index = 0; index < Number(count); index++)
      if ((await store.start(`r${index}`, 'test', Number(limit), 0))?.length === 0) say(`r${index}`);
    await store.close();
  },

  /** Adds to its own log and sends to everybody's run, while others do. */
  async crowd(file, id = '', count = '') {
    const store = await openStore(file);
    await store.create(newRun(id), LEASE);
    await ready();
    for (let index = 0; index < Number(count); index++) {
      const refused = await store.append([group(id, index, 1, 10)]);
      if (refused.length > 0) say(`refused ${index}`);
      await store.send('shared', { id: `${id} ${index}`, type: 'signal', at: 0, body: '' });
    }
    await store.close();
  },

  /** Appends until it is killed. Says what it is about to append, and what is kept. */
  async write(file, id = '', seed = '', durability = '') {
    const store = await openStore(file, { durability: durability === 'strict' ? 'strict' : 'normal' });
    await store.create(newRun(id), LEASE);
    const next = seededRandom(Number(seed));
    for (let length = (await store.find(id))?.length ?? 0; ;) {
      const size = 1 + Math.floor(next() * 40);
      say(`try ${length + size}`);
      await store.append([group(id, length, size, next() < 0.2 ? 100_000 : 200)]);
      length += size;
      say(`kept ${length}`);
      if (next() < 0.1) await removeOther(store, id);
    }
  },

  /** Does what a user who has no right to write can do. */
  async unprivileged(file, how = '') {
    // What is loaded later may be where only root can read.
    loadDriver();
    if (process.getuid?.() === 0) process.setuid?.(65_534);
    try {
      const store = await openStore(file, { readOnly: how === 'read' });
      say(`${(await store.list()).length} runs`);
      await store.close();
    } catch (error) {
      const { code, message } = error as { readonly code: string; readonly message: string };
      say(`${code}: ${message}`);
    }
  },

  /** Holds the lock on writing until it is told to go on. */
  async hold(file) {
    const database = loadDriver().open(file, 'write');
    database.exec('BEGIN IMMEDIATE');
    await ready();
    database.exec('ROLLBACK');
    database.close();
  },
};

async function ready(): Promise<void> {
  say('ready');
  await once(process.stdin, 'data');
}

function newRun(id: string): Parameters<Store['create']>[0] {
  return { id, workflow: 'w', version: '1', structure: 's', createdAt: 0 };
}

function group(
  run: string,
  expected: number,
  size: number,
  length: number,
): Parameters<Store['append']>[0][number] {
  const entries = Array.from({ length: size }, (_, index) => {
    const text = `${run} ${expected + index + 1} `;
    return { type: 'task.log', at: 0, body: text.padEnd(index === 0 ? length : 200, text) };
  });
  return { run, expected, owner: LEASE.owner, entries, state: 'running' };
}

async function removeOther(store: Store, id: string): Promise<void> {
  const other = `${id} short`;
  await store.create(newRun(other), LEASE);
  await store.append([{ ...group(other, 0, 3, 90_000), run: other }]);
  await store.remove(other);
}

const [, , what = '', file = '', ...parameters] = process.argv;
await TASKS[what]?.(file, ...parameters);
process.stdin.destroy();
