import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { openStore } from 'wf-sdk/store';
import { jsonLines } from './kept.ts';
import { test } from './sandbox.ts';

describe('the time limit of a run that waits, and that no process drives', () => {
  test('wakes it: resume --due fails it, and status says so', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
import { z } from 'zod';
export default workflow('order').addTask('paid').waitForSignal('paid', z.int())
  .addTask('tidy').runAlways().dependsOn('paid').run(() => 'tidied');
`,
    );
    const left = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one', '--timeout', '2s']);
    expect(left.code).toBe(3);
    expect(left.stderr).toMatch(/It goes on by itself at 20.*, in (?:1\.\d|2\.0) s, once it is resumed:/);
    expect((await sandbox.run(['status', 'one'])).stdout).toMatch(
      /order · run one · waiting\n.*wakes in|is due/,
    );
    const store = await openStore(sandbox.path('.wf/wf.db'));
    const { wakeAt = Infinity } = (await store.find('one')) ?? {};
    await store.close();
    await sleep(Math.max(0, wakeAt - Date.now()));
    const due = await sandbox.run(['resume', '--due']);
    expect(due.stderr).toContain('run one of order is due, and goes on\n');
    expect(due.stderr).toContain('took longer than its timeout of 2000 ms');
    expect(due.code).toBe(1);
    const events = jsonLines((await sandbox.run(['events', 'one', '--json'])).stdout);
    expect(events).toContainEqual(expect.objectContaining({ type: 'task.succeeded', task: 'tidy' }));
    expect((await sandbox.run(['resume', '--due'])).stderr).toBe('no run is due\n');
  });
});

describe('a run that waits long for another attempt', () => {
  test('is left, and says when it goes on', async ({ sandbox }) => {
    sandbox.write(
      'pipeline.ts',
      `import { workflow } from 'wf-sdk';
export default workflow('feed').addTask('fetch').retry({ attempts: 3, delay: '2h' })
  .run((_, { attempt }) => { throw new Error('busy ' + attempt); });
`,
    );
    const left = await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    expect(left.code).toBe(3);
    expect(left.stderr).toMatch(
      / {2}fetch {2}is tried again in (?:1 h 59|2 h 00) m, after attempt 1: busy 1\n/,
    );
    expect(left.stderr).toMatch(
      /Run one is kept and waits. It goes on by itself at 20.*, in (?:1 h 59|2 h 00) m/,
    );
    const [run] = jsonLines((await sandbox.run(['runs', '--json'])).stdout);
    expect(run).toMatchObject({ run: 'one', status: 'waiting' });
    const again = await sandbox.run(['resume', 'one']);
    expect(again.code).toBe(3);
    expect(again.stderr).not.toContain('busy 2');
  });
});
