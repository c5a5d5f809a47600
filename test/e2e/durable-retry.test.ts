import { describe, expect } from 'vitest';
import { jsonLines, linesOf } from './kept.ts';
import { test } from './sandbox.ts';

/** `ship` fails as long as there is no file `go`; each task writes down that it ran. */
const ORDER = `import { workflow } from 'wf-sdk';
import { appendFileSync, existsSync } from 'node:fs';
const ran = (task: string) => appendFileSync('ran', task + '\\n');
export default workflow('order')
  .addTask('pay').run(() => { ran('pay'); return 12; })
  .addTask('ship').dependsOn('pay').run(({ pay }) => {
    ran('ship');
    if (!existsSync('go')) throw new Error('no lorry');
    return pay + 1;
  })
  .addTask('tell').dependsOn('ship').run(({ ship }) => { ran('tell'); return ship + 1; })
  .output(({ tell }) => ({ tell }));
`;

describe('wf-sdk retry', () => {
  test('runs again what failed, and what depends on it', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ORDER);
    expect((await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one'])).code).toBe(1);
    const failed = await sandbox.run(['status', 'one']);
    expect(failed.stdout).toMatch(
      /no lorry\n.*\n\nWhat went wrong can be run again.*:\n {2}wf-sdk retry one\n$/s,
    );
    const second = await sandbox.run(['retry', 'one']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('order · run one is retried: 2 tasks begin anew\n');
    expect(second.stderr).toContain('no lorry');
    sandbox.write('go', '');
    const third = await sandbox.run(['retry', 'latest', '--output', 'result.json']);
    expect(third.stderr).toContain('3 of 3 tasks');
    expect(third.code).toBe(0);
    expect(JSON.parse(sandbox.read('result.json'))).toMatchObject({ run: 'one', output: { tell: 14 } });
    expect(linesOf(sandbox, 'ran')).toEqual(['pay', 'ship', 'ship', 'ship', 'tell']);
    expect((await sandbox.run(['status', 'one'])).stdout).not.toContain('wf-sdk retry');
    const status = await sandbox.run(['status', 'one', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ run: 'one', status: 'succeeded' });
    const events = await sandbox.run(['events', 'one', '--json']);
    expect(jsonLines(events.stdout).filter(({ type }) => type === 'run.retried')).toMatchObject([
      { tasks: ['ship', 'tell'] },
      { tasks: ['ship', 'tell'] },
    ]);
  });

  test('has nothing to do in a run that succeeded, but for a task that is named', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ORDER);
    sandbox.write('go', '');
    expect((await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one'])).code).toBe(0);
    const nothing = await sandbox.run(['retry', 'one']);
    expect(nothing.stderr).toBe(
      'run one succeeded, there is nothing to retry: name the task from which it is to run again (from, or --from)\n',
    );
    expect(nothing.code).toBe(2);
    const unknown = await sandbox.run(['retry', 'one', '--from', 'shop']);
    expect(unknown.stderr).toContain(`must be a task of workflow 'order', perhaps 'ship', not 'shop'`);
    expect(unknown.code).toBe(2);
    const { code, stdout } = await sandbox.run(['retry', 'one', '--from', 'ship', '--json']);
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ type }) => type)).toEqual([
      'run.retried',
      'task.queued',
      'attempt.started',
      'task.succeeded',
      'task.queued',
      'attempt.started',
      'task.succeeded',
      'run.finished',
    ]);
    expect(linesOf(sandbox, 'ran')).toEqual(['pay', 'ship', 'tell', 'ship', 'tell']);
  });

  test('refuses a run that has not ended', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', ORDER);
    const waits = ORDER.replace(`throw new Error('no lorry')`, 'process.kill(process.pid, "SIGKILL")');
    sandbox.write('pipeline.ts', waits);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    const { code, stderr } = await sandbox.run(['retry', 'one']);
    expect(stderr).toContain('run one has not ended, and cannot be retried yet: resume it first');
    expect(code).toBe(2);
    sandbox.write('go', '');
    expect((await sandbox.run(['resume', 'one'])).code).toBe(0);
  });

  test('goes on with a workflow in which what failed is another task now, where that is allowed', async ({
    sandbox,
  }) => {
    sandbox.write('pipeline.ts', ORDER);
    await sandbox.run(['run', 'pipeline.ts', '--durable', '--run-id', 'one']);
    sandbox.write('pipeline.ts', ORDER.replaceAll('ship', 'send').replace('!existsSync', 'existsSync'));
    const refused = await sandbox.run(['retry', 'one']);
    expect(refused.stderr).toContain(`  - task 'ship' is no longer there\n`);
    expect(refused.stderr).toContain('(--allow-changed)');
    expect(refused.code).toBe(2);
    const { code, stderr } = await sandbox.run(['retry', 'one', '--allow-changed']);
    expect(stderr).toContain('"tell": 14');
    expect(code).toBe(0);
    expect(linesOf(sandbox, 'ran')).toEqual(['pay', 'ship', 'send', 'tell']);
    const status = await sandbox.run(['status', 'one']);
    expect(status.stdout).toContain('send');
    expect(status.stdout).not.toContain('ship');
  });
});
