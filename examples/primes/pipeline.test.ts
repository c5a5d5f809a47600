import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testRun } from 'wf-sdk/testing';
import 'wf-sdk/testing/vitest';
import primes from './pipeline.ts';

/** π(10⁴), π(10⁵) and π(10⁶): see OEIS A006880. */
const COUNTS = [1_229, 9_592, 78_498];

test('counts the primes', async () => {
  // Isolated tasks run on this thread in a test: what they throw keeps its class, and a debugger stops in them.
  const result = await testRun(primes);
  expect(result).toSucceed();
  expect(result).toHaveRun('counts', { items: 3 });
  expect(result).toHaveOutput(COUNTS);
});

test('fails with the first count that does', async () => {
  const result = await testRun(primes, {
    stubs: { counts: ({ matrix }) => matrix.below },
    failures: { counts: { items: { 1: new Error('out of memory') } } },
  });
  expect(result).toFailWith('out of memory', 'counts');
});

test('counts the same on threads of their own', { timeout: 60_000 }, async () => {
  const command = promisify(exec)('npx --no wf-sdk run pipeline.ts --json', { cwd: import.meta.dirname });
  const events = (await command).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string });
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: 'succeeded', output: COUNTS });
});
