import { readFile, rm } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createMemoryStore, resume, run, send } from 'wf-sdk';
import { testRun } from 'wf-sdk/testing';
import 'wf-sdk/testing/vitest';
import note from './pipeline.ts';

/*
 * The means were computed with awk, which shares no code with the pipeline. Anyone can do it again, in
 * node_modules/vega-datasets/data:
 *
 *   for y in 1974 1975 2018 2019; do
 *     awk -F, -v y=$y '$1 ~ "^" y "-" { s += $2; n++ } END { printf "%d %d %.3f\n", y, n, s / n }' co2-concentration.csv
 *   done
 *
 *   1974 12 330.244   1975 12 331.152   2018 12 408.587   2019 12 411.495
 */
const DRAFTS = {
  1975: 'In 1975 the air held 331.2 ppm of carbon dioxide; that rose by 0.9 ppm in a year.',
  2019: 'In 2019 the air held 411.5 ppm of carbon dioxide; that rose by 2.9 ppm in a year.',
};

const out = mkdtempSync(join(tmpdir(), 'wf-sdk-co2-'));
afterAll(() => rm(out, { recursive: true }));

describe('a note', () => {
  test.each([1975, 2019] as const)('about %i says what was measured', async (year) => {
    const decisions = { headline: 'skip' } as const;
    const result = await testRun(note, { input: { year, out }, decisions });
    expect(result).toHaveOutput('draft', DRAFTS[year]);
  });

  test('is printed under the headline that an editor gives', async () => {
    const decisions = { headline: { approve: 'A record, once more' } };
    const result = await testRun(note, { input: { year: 2019, out }, decisions });
    expect(result).toSucceed();
    const text = await readFile(join(out, 'co2-2019.md'), 'utf8');
    expect(text).toContain(`# A record, once more\n\n${DRAFTS[2019]}\n`);
  });

  test('is not printed where the editor says no', async () => {
    const decisions = { headline: { fail: new Error('not this year') } };
    const result = await testRun(note, {
      input: { year: 2019, out },
      decisions,
      stubs: { print: 'nowhere' },
    });
    expect(result.tasks.print.state).toBe('upstream_failed');
  });
});

test('the answer may come while no process drives the run', async () => {
  const store = createMemoryStore();
  const first = run(note, { year: 1975, out }, { store, id: 'co2' });
  for await (const event of first.events()) if (event.type === 'run.waiting') break;
  await expect.poll(async () => (await store.find('co2'))?.state).toBe('waiting');
  await store.release('co2', (await store.find('co2'))?.lease?.owner ?? '');
  await send(store, 'co2', { type: 'approve', task: 'headline', value: 'Not much of a change' });
  const result = await resume(note, 'co2', { store });
  expect(result.output).toBe(join(out, 'co2-1975.md'));
  expect(result.tasks.draft.attempts).toBe(1);
});
