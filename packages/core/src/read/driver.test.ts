import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { processName } from '../execute/system.ts';
import { driverOf } from '../index.ts';
import type { StoredRun } from '../model/store.ts';

const ID = '01m7zf42x6m3g5hy8e0k5p7t9q';

function ledBy(owner: string, until: number): StoredRun {
  const times = { createdAt: 0, updatedAt: 0 };
  const lease = { owner, until };
  return {
    id: 'r',
    workflow: 'w',
    version: '1',
    structure: '',
    state: 'running',
    length: 1,
    ...times,
    lease,
  };
}

test('a run is driven by who has its lease, until that is over', () => {
  const { lease: _, ...free } = ledBy('', 0);
  expect(driverOf(free)).toBeUndefined();
  expect(driverOf(ledBy('process 1 on elsewhere', 20), 19)).toBe('process 1 on elsewhere');
  expect(driverOf(ledBy('process 1 on elsewhere', 20), 20)).toBeUndefined();
  expect(driverOf(ledBy('process 1 on elsewhere', 20))).toBeUndefined();
  expect(driverOf(ledBy(`${processName()} ${ID}`, 20), 0)).toBe(processName());
});

test('nor is it by a process of this machine that is not there any more', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const owner = `${processName().replace(`${process.pid}`, `${pid}`)} ${ID}`;
  expect(driverOf(ledBy(owner, 20), 0)).toBeUndefined();
});
