import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { test } from './sandbox.ts';

// Told by the pipeline itself, from within the process that runs it.
const PIPELINE = `import { workflow } from 'wf-sdk';
import { z } from 'zod';
export default workflow('small', { input: z.object({ day: z.iso.date() }) })
  .addTask('look').retry({ attempts: 2 }).run(async () => process.moduleLoadList)
  .output(({ look }) => look);
`;

/** Some milliseconds each, and for what a small run does not do. */
const COSTLY = ['child_process', 'crypto', 'internal/fs/streams', 'worker_threads'];

test('a start loads nothing of Node that a small run does not need', async ({ sandbox }) => {
  sandbox.write('pipeline.ts', PIPELINE);
  const args = ['run', 'pipeline.ts', '--day', '2026-01-31', '--output', 'result.json'];
  // The first run compiles the pipeline.
  for (let time = 0; time < 2; time++) {
    const { code, stderr } = await sandbox.run(args);
    expect(code, stderr).toBe(0);
  }
  const { output } = JSON.parse(sandbox.read('result.json')) as { output: string[] };
  expect(output).toContain('NativeModule fs');
  expect(output.filter((loaded) => COSTLY.includes(loaded.replace('NativeModule ', '')))).toEqual([]);
});

test('a start reads few files of its own', () => {
  const dist = new URL('../../packages/cli/dist/', import.meta.url);
  const read = new Map<string, string>();
  const follow = (name: string): void => {
    if (read.has(name)) return;
    const code = readFileSync(new URL(name, dist), 'utf8');
    read.set(name, code);
    for (const [, imported = ''] of code.matchAll(/^import .*"\.\/([\w.-]+)";$/gm)) follow(imported);
  };
  follow('bin.js');
  expect([...read.keys()]).toEqual(['bin.js']);
  follow('main.js');
  expect([...read.keys()]).toEqual(['bin.js', 'main.js', 'rolldown-runtime.js']);
  // An import of a module of Node's would have Node read all that the module has.
  for (const [name, code] of read) expect(code, name).not.toMatch(/^import .*"node:/m);
});
