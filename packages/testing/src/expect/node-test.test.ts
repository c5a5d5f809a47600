import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, onTestFinished, test } from 'vitest';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

const TESTS = `
import { test } from 'node:test';
import { run, workflow } from '@wf-sdk/core';
import { expectResult } from '../src/expect/result.ts';
import { expectStructure } from '../src/expect/structure.ts';

const etl = workflow('etl')
  .addTask('extract').run(() => ['a'])
  .addTask('load').dependsOn('extract').run(() => { throw new RangeError('no rows'); });

test('what holds', async () => {
  expectStructure(etl).toDependOn('load', 'extract');
  expectResult(await run(etl)).toFailWith(RangeError, 'load');
});
test('the structure does not hold', () => expectStructure(etl).toHaveRoots('load'));
test('the result does not hold', async () => expectResult(await run(etl)).toSucceed());
`;

test('the assertions work in node:test, without another test runner', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(path.join(packageFolder, '.tmp-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const source = path.join(folder, 'etl.ts');
  await writeFile(source, TESTS);
  // Node runs no TypeScript of its own in every version that is supported.
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    resolve: { conditionNames: ['@wf-sdk/source', 'import', 'node'] },
    logLevel: 'silent',
  });
  const { output } = await bundle.write({ dir: folder, entryFileNames: 'etl.test.mjs' });
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  expect(modules.filter((id) => id.includes('vitest'))).toEqual([]);

  const printed = await nodeTest(path.join(folder, 'etl.test.mjs'));
  expect(printed).toMatch(/✔ what holds/);
  expect(printed).toMatch(/✖ the structure does not hold/);
  expect(printed).toMatch(/AssertionError\]?: the roots of workflow 'etl' are 'extract', not 'load'/);
  expect(printed).toContain('▶ ○ extract  ← a root that was not expected');
  expect(printed).toMatch(/▶ ✖ load +failed +1 attempt .+RangeError: no rows/);
  expect(printed).toMatch(/pass 1\n.*fail 2\n/);
});

/** What `node --test` prints for a file. */
function nodeTest(file: string): Promise<string> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = ['--test', '--test-reporter=spec', file];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...env, NO_COLOR: '1' } }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
