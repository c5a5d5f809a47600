import { type RunEvent, statsOf, type WorkflowStats } from '@wf-sdk/core';
import { sampleRuns } from '@wf-sdk/testing';
import picocolors from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { bottlenecksOf } from './bottlenecks.ts';
import { formatShare } from './format.ts';
import { statsInDetail, statsInShort } from './stats-text.ts';

const colours = picocolors.createColors(false);
const samples = await sampleRuns();

async function statsOfSamples(...names: readonly string[]): Promise<readonly WorkflowStats[]> {
  return statsOf(
    samples.filter(({ name }) => names.length === 0 || names.includes(name)).flatMap(({ events }) => events),
  );
}

async function oneOf(name: string): Promise<WorkflowStats> {
  const [stats] = await statsOfSamples(name);
  if (stats === undefined) throw new RangeError(`there is no sample ${name}`);
  return stats;
}

/** The events of runs of one workflow with tasks one after the other, which take so long each. */
function chain(run: string, ms: Readonly<Record<string, number>>): RunEvent[] {
  let at = 0;
  const events: RunEvent[] = [
    { type: 'run.started', run, at, workflow: 'chain', version: '1', input: undefined, total: 1 },
  ];
  for (const [task, length] of Object.entries(ms)) {
    events.push(
      { type: 'task.queued', run, at, task },
      { type: 'attempt.started', run, at, task, attempt: 1 },
    );
    at += length;
    events.push({ type: 'task.succeeded', run, at, task, output: undefined });
  }
  return [...events, { type: 'run.finished', run, at, state: 'succeeded', succeeded: 1, total: 1 }];
}

describe('in short', () => {
  test('a workflow with its tasks, and what holds it up', async () => {
    const text = statsInShort(await statsOfSamples('retries'), { columns: Infinity, colours });
    expect(text).toBe(
      [
        'WORKFLOW  RUNS  SUCCEEDED  ERRORS  MEAN      P50       P95       P99',
        'orders    1     1          0 %     5 m 45 s  5 m 45 s  5 m 45 s  5 m 45 s',
        '',
        'TASK   COUNT  ERRORS  MEAN      P50       P95       P99       QUEUED  RETRIES  PATH',
        'fetch  1      0 %     5 m 45 s  5 m 45 s  5 m 45 s  5 m 45 s  0 ms    3        100 %',
        'rate   1      0 %     0 ms      0 ms      0 ms      0 ms      0 ms',
        'sum    1      0 %     0 ms      0 ms      0 ms      0 ms      0 ms',
        '',
        'fetch takes 100 % of the critical path, 5 m 45 s a run, most of it between two attempts',
      ].join('\n'),
    );
  });

  test('of several workflows each has its sentence', async () => {
    const text = statsInShort(await statsOfSamples('retries', 'signals'), { columns: Infinity, colours });
    expect(text).toContain('\norders: fetch takes 100 %');
    expect(text).toContain(
      '\norder: rest takes 100 % of the critical path, 24 h 00 m a run, most of it waiting for a signal, a person, a timer or a breaker',
    );
    expect(text).toMatch(/^WORKFLOW +TASK +COUNT/m);
  });

  test('of very many tasks those are shown that take the most', async () => {
    const tasks = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`t${index}`, 10 + index]));
    const stats = await statsOf(chain('r', tasks));
    const text = statsInShort(stats, { columns: Infinity, colours });
    expect(text).toContain('40 more tasks that take less: wf-sdk stats <workflow> shows all of one');
    expect(text).toMatch(/^t59 /m);
    expect(text).not.toMatch(/^t39 /m);
    expect(text).toContain('no task takes more than 2.9 % of the critical path: t59 takes that');
    const [one] = stats;
    expect(statsInDetail(one ?? (await oneOf('none')), { columns: Infinity, colours })).toMatch(/^t0 /m);
  });
});

test('in detail there is all that is known, but what an error says', async () => {
  const text = statsInDetail(await oneOf('retries'), { columns: Infinity, colours });
  expect(text).toMatch(
    /^orders · 1 run, begun 20\d\d-.*\n1 succeeded · 0 failed · errors 0 %\ntook 5 m 45 s on average · p50 .* · at most 5 m 45 s\n\n/,
  );
  expect(text).toMatch(/^TASK .*ATTEMPTS .*TIMEOUTS .*SLA MISSED .*STOOD IN .*PATH +MOST FREQUENT ERROR$/m);
  expect(text).toMatch(/1 × TypeError$/m);
  expect(text).not.toContain('no rates');
  // Nothing was cached, skipped or fanned out.
  expect(text).not.toMatch(/CACHED|SKIPPED|ITEMS/);
});

test('runs of which none has ended have neither duration nor bottleneck', async () => {
  const [first] = chain('r', {});
  const stats = await statsOf(first === undefined ? [] : [first]);
  const text = stats.map((one) => statsInDetail(one, { columns: 80, colours })).join('');
  expect(text).toMatch(/^chain · 1 run, begun .*\n0 succeeded · 0 failed · 1 active$/);
});

test.each([20, 40, 60, 80, 120, 200])(
  'tables are no wider than %d columns, whatever there is',
  async (columns) => {
    const stats = await statsOfSamples();
    const options = { columns, colours };
    for (const text of [statsInShort(stats, options), ...stats.map((one) => statsInDetail(one, options))]) {
      const isTable = (line: string): boolean => /^[A-Z]+( |$)/.test(line);
      for (const section of text.split('\n\n').filter(isTable))
        for (const line of section.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      expect(text.split('\n\n').some(isTable)).toBe(true);
    }
  },
);

describe('bottlenecks', () => {
  test('are the tasks that take the most, and what they spend it with', async () => {
    const stats = await statsOf([
      ...chain('a', { one: 50, two: 30, three: 15, four: 5 }),
      ...chain('b', { one: 100 }),
    ]);
    expect(stats.flatMap(bottlenecksOf)).toEqual([
      { task: 'one', share: 0.75, ms: 75 },
      { task: 'two', share: 0.15, ms: 30 },
    ]);
  });

  test.each([
    [['db', 'api'], 60, "pools 'db' and 'api'"],
    [['db'], 20, "pool 'db' or a slot"],
    [[], 60, 'resources or a thread'],
    [[], 0, 'a slot or resources'],
  ])('of what is queued say for what: %j, %d ms of 80', async (pools, admissionMs, what) => {
    const [begin, queued, ...rest] = chain('r', { load: 20 });
    const events = [
      begin,
      { ...queued, pools },
      ...rest.map((event) => ({
        ...event,
        at: (event?.at ?? 0) + 80,
        ...(event?.type === 'attempt.started' && { admissionMs }),
      })),
    ];
    const stats = await statsOf(events as RunEvent[]);
    expect(stats.flatMap(bottlenecksOf)).toEqual([
      { task: 'load', share: 1, ms: 100, mostly: 'queued', queuedMs: 80, admissionMs, pools },
    ]);
    expect(statsInShort(stats, { columns: 80, colours }).split('\n')).toContain(
      `load takes 100 % of the critical path, 100 ms a run: it waits 80 ms for ${what}`,
    );
  });
});

test.each([
  [0, '0 %'],
  [0.0001, '< 0.1 %'],
  [0.004, '0.4 %'],
  [0.0996, '10 %'],
  [0.12, '12 %'],
  [0.5, '50 %'],
  [0.999, '> 99 %'],
  [1, '100 %'],
])('a share of %d is %s', (share, text) => {
  expect(formatShare(share)).toBe(text);
});
