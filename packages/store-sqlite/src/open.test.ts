import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import type { StoreErrorCode } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';

import { startChild } from '../test/child.ts';
import { newFile, newFolder } from '../test/folder.ts';
import { loadDriver } from './driver/load.ts';
import { openStore } from './open.ts';

const LEASE = { owner: 'test', until: 10_000 };
const RUN = { id: 'r1', workflow: 'w', version: '1', structure: 's', createdAt: 0 };

async function filled(file: string): Promise<void> {
  const store = await openStore(file);
  await store.create(RUN, LEASE);
  const entries = Array.from({ length: 500 }, (_, index) => ({
    type: 't',
    at: 0,
    body: `${index}`.repeat(50),
  }));
  await store.append([{ run: 'r1', expected: 0, entries, state: 'running' }]);
  await store.close();
}

async function refusal(
  file: string,
  code: StoreErrorCode,
  options: Parameters<typeof openStore>[1] = {},
): Promise<string> {
  const error: unknown = await openStore(file, options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'StoreError', code, file: path.resolve(file) });
  return (error as Error).message;
}

describe('opening', () => {
  test('makes the file and the folders to it, and keeps what is written', async () => {
    const file = path.join(newFolder(), 'a/b', 'wf.db');
    await filled(file);
    const store = await openStore(file);
    expect(store.file).toBe(file);
    expect((await store.find('r1'))?.length).toBe(500);
    expect(await store.check()).toEqual([]);
    await store.close();
  });

  test('an empty file is as good as none', async () => {
    const file = newFile();
    writeFileSync(file, '');
    await filled(file);
    expect(readFileSync(file).length).toBeGreaterThan(0);
  });

  test('says nothing where people look', async () => {
    const child = await startChild('make', newFile(), 'r1');
    child.go();
    expect(await child.rest()).toEqual(['ready', 'created']);
    expect(await child.complaints).toBe('');
  });

  test.each([
    { durability: 'full' },
    { busyTimeout: -1 },
    { busyTimeout: Number.NaN },
    { busyTimeout: '5s' },
  ] as object[])('refuses %o', async (options) => {
    const file = newFile();
    await expect(openStore(file, options)).rejects.toMatchObject({ name: 'OptionError' });
    expect(existsSync(file)).toBe(false);
  });
});

describe('a file that is something else is left as it is', () => {
  const others: Readonly<Record<string, (file: string) => void>> = {
    'a text': (file) => writeFileSync(file, 'nothing to see here\n'.repeat(300)),
    'a short text': (file) => writeFileSync(file, 'SQLite format 3\0'),
    'another database': (file) => {
      const database = loadDriver().open(file, 'write');
      database.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
      database.close();
    },
    'a database of another program': (file) => {
      const database = loadDriver().open(file, 'write');
      database.exec('PRAGMA application_id = 7; PRAGMA journal_mode = WAL; CREATE TABLE run (number)');
      database.close();
    },
  };

  test.each(Object.entries(others))('%s', async (_, make) => {
    const file = newFile();
    make(file);
    const before = [readFileSync(file), readdirSync(path.dirname(file))];
    const message = await refusal(file, 'store_foreign');
    await refusal(file, 'store_foreign', { readOnly: true });
    expect(message).toMatch(
      /^\S+wf\.db is (not a database|the database of something else), not a store of wf-sdk: choose another file$/,
    );
    expect([readFileSync(file), readdirSync(path.dirname(file))]).toEqual(before);
  });

  test('a folder', async () => {
    const file = newFile();
    mkdirSync(file);
    expect(await refusal(file, 'store_foreign')).toContain('is a folder, not a store of wf-sdk');
    expect(readdirSync(file)).toEqual([]);
  });

  test('a folder that is a file', async () => {
    const file = newFile();
    writeFileSync(file, 'text');
    await refusal(path.join(file, 'wf.db'), 'store_failed');
    expect(readFileSync(file, 'utf8')).toBe('text');
  });
});

describe('a damaged store is told from a whole one', () => {
  test('its first page: when it is opened', async () => {
    const file = newFile();
    await filled(file);
    const bytes = readFileSync(file);
    bytes.fill(0x55, 100, 4_096);
    writeFileSync(file, bytes);
    expect(await refusal(file, 'store_corrupt')).toContain('is damaged');
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test('another page: when it is read, and by the check', async () => {
    const file = newFile();
    await filled(file);
    const bytes = readFileSync(file);
    bytes.fill(0x55, bytes.length - 8 * 4_096);
    writeFileSync(file, bytes);
    const store = await openStore(file);
    await expect(store.read('r1')).rejects.toMatchObject({ code: 'store_corrupt' });
    expect((await store.check()).length).toBeGreaterThan(0);
    await store.close();
  });

  test('a file cut short', async () => {
    const file = newFile();
    await filled(file);
    truncateSync(file, 3 * 4_096);
    expect(await refusal(file, 'store_corrupt')).toContain('restore it from a backup');
  });
});

describe('a store that another process writes to', () => {
  test(
    'is waited for, while this process goes on, and given up after a while',
    { timeout: 30_000 },
    async () => {
      const file = newFile();
      await filled(file);
      const store = await openStore(file, { busyTimeout: 200 });
      const holder = await startChild('hold', file);
      expect(await holder.line()).toBe('ready');
      const message = { id: 'm1', type: 'signal', at: 0, body: '' };
      const refused = await store.send('r1', message).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: 'StoreError', code: 'store_locked' });
      expect((refused as Error).message).toBe(
        `store ${file} is locked: another process was writing to it all the while. Try again when it has done, or wait longer with busyTimeout`,
      );
      expect(await store.receive('r1')).toEqual([]);

      const patient = await openStore(file, { busyTimeout: 20_000 });
      let sent = false;
      const sending = patient.send('r1', message).then(() => (sent = true));
      let turns = 0;
      while (turns < 20) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        turns++;
      }
      expect(sent).toBe(false);
      holder.go();
      await sending;
      expect((await store.receive('r1')).length).toBe(1);
      await Promise.all([store.close(), patient.close()]);
    },
  );
});

describe('reading only', () => {
  test('makes nothing', async () => {
    const file = newFile();
    expect(await refusal(file, 'store_missing', { readOnly: true })).toBe(
      `there is no store at ${file}: name another file, or keep a run there first`,
    );
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test('refuses to write, and sees what others write', async () => {
    const file = newFile();
    await filled(file);
    const reader = await openStore(file, { readOnly: true });
    await expect(reader.send('r1', { id: 'm', type: 't', at: 0, body: '' })).rejects.toMatchObject({
      name: 'StoreError',
      code: 'store_readonly',
    });
    const writer = await openStore(file);
    await writer.create({ ...RUN, id: 'r2' }, LEASE);
    expect((await reader.list()).length).toBe(2);
    await Promise.all([reader.close(), writer.close()]);
  });
});

// Windows has other rights.
describe.runIf(process.platform !== 'win32')('without the right to write', { timeout: 30_000 }, () => {
  /** By a process that has ended: libsql lets go of a file no sooner. */
  async function make(): Promise<string> {
    const file = newFile();
    const child = await startChild('make', file, 'r1');
    child.go();
    expect(await child.rest()).toEqual(['ready', 'created']);
    return file;
  }

  async function attempt(file: string, how: 'read' | 'write'): Promise<readonly string[]> {
    const child = await startChild('unprivileged', file, how);
    const said = await child.rest();
    expect(await child.complaints).toBe('');
    return said;
  }

  test('the folder: a store in it can be read, and none made or written', async () => {
    const file = await make();
    const folder = path.dirname(file);
    chmodSync(file, 0o666);
    chmodSync(folder, 0o555);
    const before = [readdirSync(folder), readFileSync(file)];
    expect(await attempt(file, 'read')).toEqual(['2 runs']);
    expect(await attempt(file, 'write')).toEqual([
      `store_readonly: store ${file} cannot be written: give this user the right to write the file and its folder, choose another place, or open it with readOnly`,
    ]);
    expect((await attempt(path.join(folder, 'new.db'), 'write'))[0]).toMatch(/^store_readonly: /);
    expect((await attempt(path.join(folder, 'deep/new.db'), 'write'))[0]).toMatch(/^store_readonly: /);
    expect([readdirSync(folder), readFileSync(file)]).toEqual(before);
    chmodSync(folder, 0o777);
    expect(await attempt(file, 'write')).toEqual(['2 runs']);
  });

  test('the file', async () => {
    const file = await make();
    chmodSync(path.dirname(file), 0o777);
    chmodSync(file, 0o444);
    expect((await attempt(file, 'write'))[0]).toMatch(/^store_readonly: /);
    expect(await attempt(file, 'read')).toEqual(['2 runs']);
  });
});
