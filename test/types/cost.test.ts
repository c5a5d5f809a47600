import { beforeAll, expect, test } from 'vitest';

import { compile, newest, options } from './compilers.mjs';
import { chain, EMPTY, largeWorkflows, MOST_FOR_TWICE, references, stubbed } from './generate.mjs';
import { withProject } from './workspace.mjs';

// Instantiations are exact and repeatable, so they are what is held to a target; times are for `npm run bench:types`.

const measured = new Map<string, number>();
/** By source, of those that are asked for more than once. */
const known = new Map<string, Promise<number>>();

function onceFor(source: string): Promise<number> {
  const figure = known.get(source) ?? instantiationsOf(source);
  known.set(source, figure);
  return figure;
}

async function instantiationsOf(source: string): Promise<number> {
  const project = { 'large.ts': source, 'tsconfig.json': { compilerOptions: options, files: ['large.ts'] } };
  const { diagnostics, figures } = await withProject(project, (folder) => compile(newest, folder));
  expect(diagnostics).toEqual([]);
  return figures.instantiations;
}

beforeAll(async () => {
  const base = await instantiationsOf(EMPTY);
  for (const { label, source } of largeWorkflows) measured.set(label, (await onceFor(source)) - base);
});

test.each(largeWorkflows)('$label', ({ label, most }) => {
  expect(measured.get(label)).toBeGreaterThan(0);
  expect(measured.get(label)).toBeLessThanOrEqual(most ?? Number.POSITIVE_INFINITY);
});

test('twice as many tasks by reference cost twice as much', () => {
  const [half = Number.NaN, whole = Number.NaN] = ['500', '1,000'].map((count) =>
    measured.get(`${count} by reference`),
  );
  expect(whole / half).toBeGreaterThan(1.5);
  expect(whole / half).toBeLessThanOrEqual(MOST_FOR_TWICE);
});

test('a stub costs little, and no more than in proportion to the tasks', async () => {
  const costOfStub = async (source: string): Promise<number> =>
    (await instantiationsOf(stubbed(source))) - (await onceFor(source));
  expect(await costOfStub(chain(100))).toBeLessThanOrEqual(4_000);
  const half = await costOfStub(references(500, true));
  const whole = await costOfStub(references(1000, true));
  expect(half).toBeGreaterThan(0);
  expect(whole / half).toBeLessThanOrEqual(MOST_FOR_TWICE);
});

test('the figure is the same each time, and grows with the workflow', async () => {
  const once = await instantiationsOf(chain(20));
  expect(await instantiationsOf(chain(20))).toBe(once);
  expect(await instantiationsOf(chain(21))).toBeGreaterThan(once);
});
