import { describe, expect } from 'vitest';
import { jsonLines, linesOf } from './kept.ts';
import { test } from './sandbox.ts';

const PIPELINE = `import { workflow } from 'wf-sdk';
import { appendFileSync } from 'node:fs';
const ran = (task: string) => appendFileSync('ran', task + '\\n');
export default workflow('report')
  .addTask('load').cache({ ttl: '1h' }).run(() => { ran('load'); return new Date(0); })
  .addTask('draw').dependsOn('load').forEach(() => ['a', 'b']).cache({ key: ({ item }) => item })
  .run(({ item }) => { ran(item); return item; })
  .output(({ load, draw }) => [load, draw]);
`;

describe('the task cache', () => {
  test('is used by the next run, is shown, and can be left out and cleared', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', PIPELINE);
    const go = async (...more: string[]): Promise<string> => {
      const { code, stderr } = await sandbox.run(['run', 'pipeline.ts', '--durable', ...more]);
      expect(code, stderr).toBe(0);
      return stderr;
    };
    await go();
    const second = await go('--run-id', 'two');
    expect(linesOf(sandbox, 'ran')).toEqual(['load', 'a', 'b']);
    expect(second).toContain('✔ load  from the cache\n');
    expect(second).toMatch(/✔ draw {2}.*2 items {2}from the cache\n/);
    expect(second).toContain('  from the cache: load, draw\n');
    const status = await sandbox.run(['status', 'two']);
    expect(status.stdout).toMatch(/load +from the cache/);
    const events = jsonLines((await sandbox.run(['events', 'two', '--json'])).stdout);
    expect(events.filter(({ by }) => by === 'cache').map(({ type }) => type)).toEqual([
      'task.succeeded',
      'item.succeeded',
      'item.succeeded',
      'task.succeeded',
    ]);
    expect(await go('--no-cache')).not.toContain('cache');
    expect(linesOf(sandbox, 'ran')).toHaveLength(6);
    const cleared = await sandbox.run(['cache', 'clear', '--workflow', 'report', '--task', 'draw']);
    expect([cleared.code, cleared.stderr]).toEqual([
      0,
      '2 cached outputs cleared of task draw of workflow report\n',
    ]);
    await go();
    expect(linesOf(sandbox, 'ran').slice(6)).toEqual(['a', 'b']);
    expect(JSON.parse((await sandbox.run(['cache', 'clear', '--json'])).stdout)).toEqual({ cleared: 3 });
    expect((await sandbox.run(['cache', 'clear'])).stderr).toBe('0 cached outputs cleared\n');
  });

  test('is not used where the handler has changed since', async ({ sandbox }) => {
    sandbox.write('pipeline.ts', PIPELINE);
    await sandbox.run(['run', 'pipeline.ts', '--durable']);
    sandbox.write('pipeline.ts', PIPELINE.replace('new Date(0)', 'new Date(1)'));
    const { stderr } = await sandbox.run(['run', 'pipeline.ts', '--durable']);
    expect(stderr).toContain('1970-01-01T00:00:00.001Z');
    expect(linesOf(sandbox, 'ran')).toEqual(['load', 'a', 'b', 'load']);
  });

  test('needs a store to be cleared', async ({ sandbox }) => {
    const { code, stderr } = await sandbox.run(['cache', 'clear']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no store at')]);
    const bare = await sandbox.run(['cache']);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toContain('clear');
  });
});
