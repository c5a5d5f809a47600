import { run, TimeoutError, workflow } from '@wf-sdk/core';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listener, one, type Said, told } from '../../test/told.ts';
import { shell } from '../index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wf-sdk-stop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Whether a process is there, and no zombie that nobody has asked after. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

/** The process IDs that a script wrote. */
function pids(): readonly number[] {
  return readFileSync(path.join(folder, 'pids'), 'utf8').trim().split('\n').map(Number);
}

/** Cancels a run as soon as its task has said `ready`. */
async function cancelled(script: string, gracePeriod: '5s' | '100ms' = '5s') {
  const said: Said[] = [];
  const handle = run(one(shell(script, { cwd: folder, gracePeriod })), undefined, {
    observers: [listener(said)],
  });
  for await (const event of handle.events())
    if (event.type === 'task.log' && event.message === 'ready') void handle.cancel('enough');
  const lines = said.filter(({ stream }) => stream === 'stdout').map(({ message }) => message);
  return { result: await handle, said: lines };
}

const GRANDCHILD = 'sleep 300 & echo $! > pids; echo $$ >> pids;';
const DEAF = `trap '' TERM; ${GRANDCHILD} echo ready; while true; do sleep 0.02; done`;

describe.skipIf(process.platform === 'win32')('a run that is cancelled', () => {
  test('ends the command and what it has started', async () => {
    const { result } = await cancelled(`${GRANDCHILD} echo ready; wait`);
    expect(result.state).toBe('cancelled');
    expect(pids().map(isAlive)).toEqual([false, false]);
  });

  test('waits for the command to clean up, and hears what it says', async () => {
    const { result, said } = await cancelled(
      `trap 'echo leaving; sleep 0.1; touch cleaned; exit 1' TERM; echo ready; while true; do sleep 0.02; done`,
    );
    expect(result.state).toBe('cancelled');
    expect(said).toEqual(['ready', 'leaving']);
    expect(existsSync(path.join(folder, 'cleaned'))).toBe(true);
  });

  test('waits for a child of the command that cleans up after it', async () => {
    const { result } = await cancelled(
      `sh -c 'trap "sleep 0.2; touch cleaned; exit" TERM; while true; do sleep 0.02; done' > /dev/null 2>&1 & sleep 0.1; echo ready; wait`,
    );
    expect(result.state).toBe('cancelled');
    expect(existsSync(path.join(folder, 'cleaned'))).toBe(true);
  });

  test('kills what does not listen when the grace period is over', async () => {
    const { result } = await cancelled(DEAF, '100ms');
    expect(result.state).toBe('cancelled');
    expect(pids().map(isAlive)).toEqual([false, false]);
  });

  test('does not wait for what has left the group and holds the output open', async () => {
    const left = `${process.execPath} -e "require('child_process').spawn('sleep',['3'],{detached:true,stdio:'inherit'}).unref()"`;
    const before = Date.now();
    const { result } = await cancelled(
      `trap '' TERM; ${left}; echo ready; while true; do sleep 0.02; done`,
      '100ms',
    );
    expect(result.state).toBe('cancelled');
    expect(Date.now() - before).toBeLessThan(2_800);
  });

  test('starts nothing more', async () => {
    const controller = new AbortController();
    const flow = one(shell(() => (controller.abort(), ['touch', path.join(folder, 'began')])));
    const result = await run(flow, undefined, { signal: controller.signal });
    expect(result.state).toBe('cancelled');
    expect(existsSync(path.join(folder, 'began'))).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('an attempt that times out', () => {
  test('ends its command before the next one starts', async () => {
    const script = `trap 'sleep 0.2; echo "end $WF_ATTEMPT" >> order; exit' TERM
      echo "begin $WF_ATTEMPT" >> order; test $WF_ATTEMPT = 2 || while true; do sleep 0.02; done`;
    const flow = workflow('w')
      .addTask('a')
      .timeout('1s')
      .retry({ attempts: 2, delay: 1, retryIf: (error) => error instanceof TimeoutError })
      .run(shell(script, { cwd: folder }));
    expect((await told(flow)).result.state).toBe('succeeded');
    expect(readFileSync(path.join(folder, 'order'), 'utf8')).toBe('begin 1\nend 1\nbegin 2\n');
  });

  test('does not keep commands of one attempt from running side by side', async () => {
    const meet = (mine: string, other: string) =>
      shell(`touch ${mine}; while [ ! -e ${other} ]; do sleep 0.01; done`, { cwd: folder });
    const flow = workflow('w')
      .addTask('a')
      .timeout('10s')
      .run((data, context) => Promise.all([meet('x', 'y')(data, context), meet('y', 'x')(data, context)]));
    expect((await told(flow)).result.state).toBe('succeeded');
  });
});

describe.skipIf(process.platform === 'win32')('a run that fails fast', () => {
  test('ends the commands of its other tasks', async () => {
    const flow = workflow('w', { onFailure: 'fail-fast' })
      .addTask('long')
      .run(shell(`${GRANDCHILD} touch began; wait`, { cwd: folder }))
      .addTask('bad')
      .run(shell('while [ ! -e began ]; do sleep 0.01; done; exit 1', { cwd: folder }));
    const { result } = await told(flow);
    expect([result.state, result.tasks['long']?.state]).toEqual(['failed', 'cancelled']);
    expect(pids().map(isAlive)).toEqual([false, false]);
  });
});
