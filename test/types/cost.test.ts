import { expect, test } from 'vitest';

import { compile, newest, options } from './compilers.mjs';
import { chain, fragments, references } from './generate.mjs';
import { withProject } from './workspace.mjs';

// Instantiations are exact and repeatable, so they are what is held to a target; times are for `npm run bench:types`.

async function instantiationsOf(source: string): Promise<number> {
  const project = { 'large.ts': source, 'tsconfig.json': { compilerOptions: options, files: ['large.ts'] } };
  const { diagnostics, figures } = await withProject(project, (folder) => compile(newest, folder));
  expect(diagnostics).toEqual([]);
  return figures.instantiations;
}

test.each([
  ['50 tasks in a chain', chain(50), 50_000],
  ['100 tasks in a chain', chain(100), 125_000],
  ['190 tasks in a chain', chain(190), 390_000],
  ['200 tasks in a chain', chain(200), 425_000],
  ['1,000 tasks in fragments of 50', fragments(1000, 50), 720_000],
])('%s', async (_, source, target) => {
  const instantiations = await instantiationsOf(source);
  expect(instantiations).toBeGreaterThan(0);
  expect(instantiations).toBeLessThanOrEqual(target);
});

test('tasks by reference cost the same each, however many there are', async () => {
  const half = await instantiationsOf(references(500));
  const whole = await instantiationsOf(references(1000));
  expect(half).toBeGreaterThan(0);
  expect(whole).toBeLessThanOrEqual(2.1 * half);
});

test('the figure is the same each time, and grows with the workflow', async () => {
  const [once, again, more] = [await instantiationsOf(chain(20)), await instantiationsOf(chain(20)), await instantiationsOf(chain(21))];
  expect(again).toBe(once);
  expect(more).toBeGreaterThan(once);
});
