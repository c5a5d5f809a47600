import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gate, type TestResult, testRun } from 'wf-sdk/testing';
import 'wf-sdk/testing/vitest';
import { WEATHER_CSV } from './files.ts';
import weather from './pipeline.ts';

// As it is, until a test says what a call gives.
vi.mock(import('node:fs/promises'), { spy: true });

/*
 * The expected figures were computed with awk, which shares no code with the pipeline. Anyone can do it again, in
 * node_modules/vega-datasets/data:
 *
 *   awk -F, 'NR > 1 { k = substr($2, 1, 4) "," $1; n[k]++; mm[k] += $3; wet[k] += $3 >= 1; sun[k] += $7 == "sun"
 *       t[k] += ($4 + $5) / 2; w[k] += $6; run[k] = $3 >= 1 ? run[k] + 1 : 0
 *       if (run[k] > spell[k]) { spell[k] = run[k]; to[k] = $2 }
 *       if (n[k] == 1 || $4 > hot[k]) hot[k] = $4; if (n[k] == 1 || $5 < cold[k]) cold[k] = $5 }
 *     END { for (k in n) printf "%s,%.1f,%d,%d,%s,%d,%.3f,%.1f,%.1f,%.3f\n",
 *       k, mm[k], wet[k], spell[k], to[k], sun[k], t[k] / n[k], hot[k], cold[k], w[k] / n[k] }' weather.csv | sort
 */
const FIGURES = `
2012,New York,1012.5,103,5,2012-12-11,162,13.906,37.2,-10.6,4.845
2012,Seattle,1226.0,148,14,2012-03-22,118,11.283,34.4,-3.3,3.401
2013,New York,902.7,79,3,2013-07-03,218,12.584,37.8,-11.1,5.073
2013,Seattle,828.0,119,9,2013-01-31,173,12.106,33.9,-7.1,3.016
2014,New York,1289.8,98,4,2014-12-25,227,12.253,33.3,-16.0,5.053
2014,Seattle,1232.8,123,15,2014-02-24,187,12.829,35.6,-6.0,3.388
2015,New York,973.6,82,6,2015-10-03,219,13.433,35.0,-16.0,4.873
2015,Seattle,1139.2,116,13,2015-11-19,162,13.132,35.0,-3.8,3.160
`;

/*
 *   awk -F, '$2 ~ /^2014/ { mm[$1 substr($2, 6, 2)] += $3 } END { for (k in mm) printf "%s %.1f\n", k, mm[k] }' \
 *     weather.csv | sort
 */
const MONTHLY_PRECIPITATION_2014 = {
  seattle: [94.0, 155.2, 240.0, 106.1, 80.0, 18.8, 19.6, 46.0, 56.7, 171.5, 123.1, 121.8],
  newYork: [76.5, 116.7, 108.2, 177.3, 91.6, 66.3, 122.9, 107.5, 36.3, 93.8, 113.8, 178.9],
};

/*
 *   awk -F, 'FNR == 1 { next } FNR == NR { m = substr($1, 6, 2); s[m] += $3; n[m]++; next }
 *     $1 == "Seattle" && $2 ~ /^2014/ { m = substr($2, 6, 2); t[m] += ($4 + $5) / 2; d[m]++ }
 *     END { for (m in d) printf "%s %.2f\n", m, t[m] / d[m] - s[m] / n[m] }' \
 *     seattle-weather-hourly-normals.csv weather.csv | sort
 */
const DEPARTURE_2014 = [1.46, -0.7, 1.42, 1.28, 2.15, 1.11, 2.39, 2.23, 2.53, 3.18, 0.45, 2.63];

/** Nothing is written where a test does not look at the files. */
const stubs = { markdown: 'weather.md', json: 'weather.json' };

afterEach(() => {
  vi.mocked(fs.readFile).mockReset();
});

/** The real data with some lines put in place of others; the header is line 1. */
async function changed(changes: Readonly<Record<number, string>>): Promise<string> {
  const lines = (await fs.readFile(WEATHER_CSV, 'utf8')).split('\n');
  for (const [line, text] of Object.entries(changes)) lines[Number(line) - 1] = text;
  return lines.join('\n');
}

function warnings({ events }: TestResult): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'task.log' && event.level === 'warn' ? event.message : [],
  );
}

describe('its numbers', () => {
  const cases = FIGURES.trim()
    .split('\n')
    .map((line) => line.split(','))
    .map(([year, city, ...figures]) => ({ year: Number(year), city, figures }));

  test.each(cases)('are right for $city in $year', async ({ year, city, figures }) => {
    const result = await testRun(weather, { input: { year }, stubs });
    expect(result).toSucceed();
    const { rain, sky, temperature, wind } = result.outputs;
    const key = city === 'Seattle' ? 'seattle' : 'newYork';
    expect([
      rain?.[key].total.toFixed(1),
      String(rain?.[key].wetDays),
      String(rain?.[key].longestWetSpell.days),
      rain?.[key].longestWetSpell.to,
      String(sky?.[key].sun),
      temperature?.[key].mean.toFixed(3),
      temperature?.[key].hottest.value.toFixed(1),
      temperature?.[key].coldest.value.toFixed(1),
      wind?.[key].mean.toFixed(3),
    ]).toEqual(figures);
  });

  test('are right month by month', async () => {
    const { outputs } = await testRun(weather, { input: { year: 2014 }, stubs });
    const { rain, departure, comparison } = outputs;
    expect(rain?.seattle.byMonth.map((mm) => Number(mm.toFixed(1)))).toEqual(
      MONTHLY_PRECIPITATION_2014.seattle,
    );
    expect(rain?.newYork.byMonth.map((mm) => Number(mm.toFixed(1)))).toEqual(
      MONTHLY_PRECIPITATION_2014.newYork,
    );
    expect(departure?.byMonth.map((celsius) => Number(celsius.toFixed(2)))).toEqual(DEPARTURE_2014);
    expect(departure?.monthsAbove).toBe(11);
    expect(comparison?.wetterMonths).toEqual({ seattle: 6, newYork: 6 });
  });
});

describe('its report', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'weather-'));
  });
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  test('says at a glance which city is rainier', async () => {
    const result = await testRun(weather, { input: { out: folder } });
    expect(result).toHaveOutput({
      verdict: 'In 2014 New York had more precipitation (by 57.0 mm), but Seattle had more wet days (by 25).',
      seattle: '1,232.8 mm of precipitation, 123 wet days (15 in a row), 187 days of sun, 12.8 °C on average',
      newYork: '1,289.8 mm of precipitation, 98 wet days (4 in a row), 227 days of sun, 12.3 °C on average',
      rejectedRows: 0,
      report: join(folder, 'weather-2014.md'),
    });
    expect((await fs.readdir(folder)).toSorted()).toEqual(['weather-2014.json', 'weather-2014.md']);
  });

  test('can be in imperial units, the JSON stays metric', async () => {
    const result = await testRun(weather, { input: { year: 2013, units: 'imperial', out: folder } });
    expect(result.output?.verdict).toBe(
      'In 2013 New York had more precipitation (by 2.94 in), but Seattle had more wet days (by 40).',
    );
    const markdown = await fs.readFile(join(folder, 'weather-2013.md'), 'utf8');
    const json = await fs.readFile(join(folder, 'weather-2013.json'), 'utf8');
    expect(markdown).toContain('| Precipitation | 32.60 in | 35.54 in |');
    expect(markdown).toContain('| Hottest day | 93.0 °F, 2013-06-30 | 100.0 °F, 2013-07-18 |');
    expect(markdown).toContain('None: every row fitted its schema.');
    expect(JSON.parse(json)).toMatchObject({ year: 2013, rain: { seattle: { total: 828 } } });
  });

  test('lists the rows that were left out', async () => {
    const weatherCsv = await changed({ 100: 'Seattle,2012-04-08,0.0,twenty,5.6,3.1,sun' });
    await testRun(weather, { input: { out: folder }, stubs: { weatherCsv } });
    expect(await fs.readFile(join(folder, 'weather-2014.md'), 'utf8')).toContain(
      '- weather, line 100: temp_max: not a temperature: "twenty"',
    );
  });

  test('is not written when more rows are unusable than tolerated', async () => {
    const weatherCsv = await changed({ 100: 'Seattle,2012-04-08,0.0,twenty,5.6,3.1,sun' });
    const result = await testRun(weather, { input: { maxRejected: 0, out: folder }, stubs: { weatherCsv } });
    expect(result).toHaveOutcome('partial');
    expect(result.tasks.observations.error?.message).toBe(
      'rejected rows: 1, tolerated: 0\nline 100: temp_max: not a temperature: "twenty"',
    );
    expect(result.tasks.normals.state).toBe('succeeded');
    expect(result.tasks.report.state).toBe('upstream_failed');
    expect(result.tasks.markdown.state).toBe('upstream_failed');
    expect(await fs.readdir(folder)).toEqual([]);
  });
});

describe('its shape', () => {
  test('is two files, two diamonds and two reports', () => {
    expect(weather).toMatchGraph(`
      ○ weatherCsv
      │ ○ normalsCsv
      ● │ observations
      │ ● normals
      ├─│─● seattle
      ├─│─│─● newYork
      │ │ ├─┼─● rain
      │ │ ├─┼─│─● temperature
      │ │ ├─┼─│─│─● wind
      │ │ ●─╯ │ │ │ sky
      │ ├─│─●─│─┤ │ departure
      │ │ ├─│─┼─┼─┼─● comparison
      ●─┴─┴─┴─┴─┴─┴─╯ report
      ├─■ markdown
      ■ json
    `);
  });

  test('reads both files at once', async () => {
    const [weatherCsv, normalsCsv] = [gate<string>(), gate<string>()];
    const run = testRun(weather, { input: {}, stubs: { ...stubs, weatherCsv, normalsCsv } });
    await Promise.all([weatherCsv.reached, normalsCsv.reached]);
    await run.cancel();
    expect(weather).toRunInParallelWith('weatherCsv', 'normalsCsv');
  });
});

describe('when something is wrong', () => {
  test('leaves unusable rows out, and says which and why', async () => {
    const weatherCsv = await changed({
      100: 'Seattle,2012-04-08,0.0,twenty,5.6,3.1,sun',
      900: 'Seattle,2014-06-18,,22.2,11.1,2.8,sun',
      901: 'Seattle,2014-06-19,0.0,21.1',
      902: 'Seattle,2014-02-30,0.0,20.0,11.1,2.8,sun',
      903: 'Seattle,2014-06-21,0.0,10.0,20.0,2.8,sun',
      904: 'Boston,2014-06-22,0.0,20.0,10.0,2.8,hail',
    });
    const result = await testRun(weather, { input: {}, stubs: { ...stubs, weatherCsv } });

    expect(result.outputs.observations?.rejected).toEqual([
      { line: 100, reason: 'temp_max: not a temperature: "twenty"' },
      { line: 900, reason: 'precipitation: not an amount: ""' },
      { line: 901, reason: '4 fields where the header has 7' },
      { line: 902, reason: 'date: Invalid ISO date' },
      { line: 903, reason: 'temp_min is above temp_max' },
      {
        line: 904,
        reason:
          'location: Invalid option: expected one of "Seattle"|"New York"; ' +
          'weather: Invalid option: expected one of "sun"|"fog"|"drizzle"|"rain"|"snow"',
      },
    ]);
    expect(result.output?.rejectedRows).toBe(6);
    expect(warnings(result)).toEqual([
      'rejected line 100: temp_max: not a temperature: "twenty"',
      'rejected line 900: precipitation: not an amount: ""',
      'rejected line 901: 4 fields where the header has 7',
      'rejected line 902: date: Invalid ISO date',
      'rejected line 903: temp_min is above temp_max',
    ]);
  });

  test('does not count a wet spell across a day it does not know', async () => {
    const weatherCsv = await changed({ 780: 'Seattle,2014-02-17,unknown,8.3,4.4,5.5,rain' });
    const { outputs } = await testRun(weather, { input: {}, stubs: { ...stubs, weatherCsv } });
    // The awk above, with `$2 != "2014-02-17"` added to what makes a day wet.
    expect(outputs.rain?.seattle.longestWetSpell).toMatchObject({ days: 7, to: '2014-02-16' });
  });

  test('does not read a missing file again', async () => {
    const result = await testRun(weather, { input: { data: join(tmpdir(), 'weather-missing.csv') }, stubs });
    expect(result).toHaveRun('weatherCsv', { attempts: 1 });
    expect(result.tasks.weatherCsv).toMatchObject({ state: 'failed', error: { code: 'ENOENT' } });
  });

  test('reads again when there were no file handles left', async () => {
    const noHandles = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    const result = await testRun(weather, {
      input: {},
      stubs,
      failures: { weatherCsv: [noHandles, noHandles], normalsCsv: [noHandles, noHandles, noHandles] },
    });
    expect(result.tasks.weatherCsv).toMatchObject({ state: 'succeeded', attempts: 3 });
    expect(result).toFailWith(noHandles, 'normalsCsv');
    expect(result.tasks.normalsCsv.startedAt).toBe(result.startedAt);
    expect(result.elapsedMs).toBe(100 + 200);
  });

  test('stops reading when the run is cancelled', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const reading = gate();
    vi.mocked(fs.readFile).mockImplementation(async (_path, options) => {
      signals.push((options as { readonly signal?: AbortSignal }).signal);
      await reading.pass();
      return '';
    });
    const run = testRun(weather, { input: {}, stubs });
    await run.until('normalsCsv', 'running');
    const result = await run.cancel('enough');
    expect(result).toHaveOutcome('cancelled');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
  });

  test('refuses an input that does not fit', async () => {
    const { error } = await testRun(weather, { input: { year: 2020 } });
    expect(error).toMatchObject({ code: 'input_invalid', issues: [{ path: ['year'] }] });
  });
});
