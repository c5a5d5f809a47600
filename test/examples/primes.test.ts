import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runOrThrow } from 'wf-sdk';
import primes from '../../examples/primes/pipeline.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const COUNTS = [1_229, 9_592, 78_498];

it('counts the primes on threads of their own, by the command', () => {
  const args = [at('packages/cli/dist/bin.js'), 'run', at('examples/primes/pipeline.ts'), '--json'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly output?: unknown });
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', state: 'succeeded', output: COUNTS });
});

it('counts the same on this thread, where the run says so', async () => {
  expect((await runOrThrow(primes, undefined, { mode: 'parallel' })).output).toEqual(COUNTS);
});
