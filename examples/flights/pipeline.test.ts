import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { run } from 'wf-sdk';
import { ShellError } from 'wf-sdk/tasks';
import { testRun } from 'wf-sdk/testing';
import 'wf-sdk/testing/vitest';
import flights from './pipeline.ts';

/*
 * The figures were computed with SQLite, which shares no code with awk. Anyone can do it again, in node_modules/vega-datasets/data:
 *
 *   sqlite3 :memory: -cmd '.mode csv' -cmd '.import flights-3m.csv f' \
 *     "SELECT origin, count(*) AS n, sum(CAST(delay AS INT) >= 15), round(avg(CAST(delay AS INT) >= 15), 3) AS share
 *      FROM f GROUP BY origin HAVING n >= 1000 ORDER BY share DESC"
 */
const FIRST = ['LAX,10137,2891,0.285', 'SJC,6028,1608,0.267', 'PHX,15186,4003,0.264'];
const LAST = ['SDF,1947,274,0.141', 'CMH,1196,162,0.135'];

const out = mkdtempSync(join(tmpdir(), 'wf-sdk-flights-'));
afterAll(() => rm(out, { recursive: true }));

test('counts what was late', { timeout: 60_000 }, async () => {
  const logged: string[] = [];
  const handle = run(flights, { out });
  handle.on('task.log', ({ message }) => logged.push(message));
  const result = await handle;
  expect(result).toSucceed();
  const table = join(out, 'late-departures.csv.gz');
  const headline = 'Late from LAX: 28.5 % of its flights; from CMH: 13.5 %';
  expect(result).toHaveOutput({ headline, airports: 51, table });
  const lines = gunzipSync(await readFile(table))
    .toString()
    .trim()
    .split('\n');
  expect(lines.slice(0, 4)).toEqual(['airport,flights,late,share', ...FIRST]);
  expect(lines.slice(-2)).toEqual(LAST);
  expect(logged).toEqual(expect.arrayContaining(['month 01: 79211 flights', 'month 02: 71818 flights']));
});

test('puts the months together', async () => {
  const result = await testRun(flights, {
    input: { atLeast: 3 },
    stubs: {
      months: () => [
        { airport: 'AAA', flights: 1, late: 1 },
        { airport: 'BBB', flights: 2, late: 1 },
        { airport: 'CCC', flights: 1, late: 0 },
      ],
      table: 'nowhere',
      check: undefined,
    },
  });
  expect(result).toHaveOutput('airports', [
    { airport: 'AAA', flights: 3, late: 3 },
    { airport: 'BBB', flights: 6, late: 3 },
    { airport: 'CCC', flights: 3, late: 0 },
  ]);
});

test('says so where the table cannot be read again', async () => {
  const result = await testRun(flights, {
    input: { out },
    stubs: { months: () => [], table: join(out, 'nothing.gz') },
  });
  const { error } = result.tasks.check;
  expect(error).toBeInstanceOf(ShellError);
  expect(error?.message).toContain('nothing.gz: No such file');
});
