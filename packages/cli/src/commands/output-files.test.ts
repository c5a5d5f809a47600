import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, workflow } from '@wf-sdk/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { EventsFile, ResultFile } from './output-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wf-sdk-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const result = await run(
  workflow('flow')
    .addTask('a')
    .run(() => new Map([['k', 1n]])),
);
const makesPipes = 'mkfifo';
const silent = (): void => undefined;
const event = { type: 'task.queued', run: 'r', at: 0, task: 'a' } as const;

describe('the file of events', () => {
  test('has each event as soon as it is told', () => {
    const path = join(folder, 'events.jsonl');
    writeFileSync(path, 'old\n');
    const file = new EventsFile(path, silent);
    expect(readFileSync(path, 'utf8')).toBe('');
    file.observe(event);
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(event)}\n`);
    file.observe(event);
    expect(file.end()).toBeUndefined();
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
  });

  test.skipIf(!existsSync('/dev/full'))('says once that the disk is full', () => {
    const file = new EventsFile('/dev/full', silent);
    file.observe(event);
    file.observe(event);
    expect(file.end()).toBe('--events /dev/full is incomplete: the disk is full');
  });
});

describe.skipIf(process.platform === 'win32')('a pipe for the events', () => {
  test('whose reader leaves is left alone, which is said once and no problem', () => {
    const path = join(folder, 'pipe');
    execFileSync(makesPipes, [path]);
    // Opened for both, so that opening does not wait for the other end.
    const reader = openSync(path, constants.O_RDWR);
    const said: string[] = [];
    const file = new EventsFile(path, (text) => void said.push(text));
    file.observe(event);
    closeSync(reader);
    file.observe(event);
    file.observe(event);
    expect(said).toEqual([`nobody reads --events ${path} any more: the run goes on without`]);
    expect(file.end()).toBeUndefined();
  });
});

test('what others add to the file of events meanwhile is not written over', () => {
  const path = join(folder, 'events.jsonl');
  const file = new EventsFile(path, silent);
  file.observe(event);
  appendFileSync(path, 'theirs\n');
  file.observe(event);
  file.end();
  expect(readFileSync(path, 'utf8').split('\n')[1]).toBe('theirs');
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
});

describe('the file of the result', () => {
  test('is there only when the run has ended, and nothing else is', () => {
    const path = join(folder, 'result.json');
    const file = new ResultFile(path);
    expect(readdirSync(folder)).toEqual([]);
    expect(file.write(result)).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['result.json']);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      outcome: 'success',
      outputs: { a: [['k', '1']] },
    });
  });

  test('keeps what was there until then', () => {
    const path = join(folder, 'result.json');
    writeFileSync(path, 'old');
    const file = new ResultFile(path);
    expect(readFileSync(path, 'utf8')).toBe('old');
    file.write(result);
    expect(readFileSync(path, 'utf8')).toContain('"outcome": "success"');
  });

  test('is what a link leads to', () => {
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept/result.json'), 'old');
    symlinkSync(join(folder, 'kept/result.json'), join(folder, 'link.json'));
    new ResultFile(join(folder, 'link.json')).write(result);
    expect(readFileSync(join(folder, 'kept/result.json'), 'utf8')).toContain('"outcome": "success"');
    expect(readdirSync(folder).sort()).toEqual(['kept', 'link.json']);
  });

  test('leaves nothing behind where it cannot be written after all', () => {
    const path = join(folder, 'gone/result.json');
    mkdirSync(join(folder, 'gone'));
    const file = new ResultFile(path);
    rmSync(join(folder, 'gone'), { recursive: true });
    expect(file.write(result)).toBe(`--output ${path} was not written: its folder does not exist`);
    expect(readdirSync(folder)).toEqual([]);
  });
});

test.each([
  ['missing/file', 'its folder does not exist'],
  ['.', 'it is a folder'],
  ['file/file', 'its folder is a file'],
])('%s cannot be written', (name, reason) => {
  writeFileSync(join(folder, 'file'), '');
  const path = join(folder, name);
  expect(() => new EventsFile(path, silent)).toThrow(
    new UsageError(`--events ${path} cannot be written: ${reason}`),
  );
  expect(() => new ResultFile(path)).toThrow(new UsageError(`--output ${path} cannot be written: ${reason}`));
});
