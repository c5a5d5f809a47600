import { run, workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { testRun } from '../run/test-run.ts';
import { drawRun } from './run.ts';
import { showSpan } from './words.ts';

const orders = workflow<{ fails: boolean }>('orders')
  .addTask('quote')
  .retry({ attempts: 3, delay: '1m', jitter: 'none' })
  .run((_, { attempt }) => {
    if (attempt < 3) throw new TypeError('no answer\nfrom the service');
    return 5;
  })
  .addTask('size')
  .dependsOn('quote')
  .run((): 'small' | 'large' => 'small')
  .addTask('review')
  .onBranch('size', 'large')
  .run(() => 1)
  .addTask('after')
  .dependsOn('review')
  .run(() => 1)
  .addTask('reserve')
  .dependsOn('size')
  .compensate(() => undefined)
  .run(() => 1)
  .addTask('pay')
  .dependsOn('reserve')
  .run(({ input }) => {
    if (input.fails) throw new Error('card refused', { cause: new Error('limit') });
  })
  .addTask('ship')
  .dependsOn('pay')
  .run(() => 1)
  .addTask('parcels')
  .forEach(() => [1, 2, 3], { join: 'allSettled' })
  .run(({ item }) => {
    if (item === 2) throw new Error('lost');
  })
  .addTask('label')
  .fallback('none')
  .run((): string => {
    throw new RangeError('no printer');
  });

test('each task has a line: what became of it, in how many attempts, when, and why', async () => {
  const result = await testRun(orders, { input: { fails: true } });
  expect(`\n${drawRun(result)}`).toBe(`
run of workflow 'orders': failed (partial), 5 of 9 tasks succeeded, took 3m
✔ quote    succeeded        3 attempts  +0ms → +3m  after TypeError: no answer
✔ parcels  succeeded        3 attempts  +0ms        2 of 3 items succeeded
✔ label    succeeded        1 attempt   +0ms        by fallback, after RangeError: no printer
✔ size     succeeded        1 attempt   +3m
✔ reserve  succeeded        1 attempt   +3m
✖ pay      failed           1 attempt   +3m         card refused
○ review   skipped                                  by branch
○ after    skipped                                  because of review
⊘ ship     upstream_failed                          because of pay
↶ reserve  undone`);
});

test('a run that succeeded', async () => {
  const result = await testRun(orders, { input: { fails: false } });
  expect(drawRun(result).split('\n')[0]).toBe(
    `run of workflow 'orders': succeeded, 7 of 9 tasks succeeded, took 3m`,
  );
});

test('what ended the run from outside stands at the top', async () => {
  const slow = workflow('slow').addTask('wait').sleep('1h');
  const result = await run(slow, undefined, { timeout: 1 });
  expect(drawRun(result).split('\n')[1]).toMatch(
    /^RunTimeoutError: run .+ took longer than its timeout of 1 ms$/,
  );
});

test('tasks are in the order in which they started', async () => {
  const w = workflow('order')
    .addTask('second')
    .run(() => 1)
    .addTask('first')
    .priority(1)
    .run(() => 1);
  const result = await testRun(w, { concurrency: 1 });
  expect(drawRun(result).match(/first|second/g)).toEqual(['first', 'second']);
});

test('marked lines stand out', async () => {
  const result = await testRun(orders, { input: { fails: true } });
  const lines = drawRun(result, { marks: { pay: 'look here' } }).split('\n');
  expect(lines.filter((line) => line.startsWith('▶'))).toEqual([
    expect.stringMatching(/^▶ ✖ pay .* ← look here$/),
  ]);
});

test('spans of time are exact', () => {
  expect([0, 250, 1000, 80_000, 3_600_000, 90_061_001].map(showSpan)).toEqual([
    '0ms',
    '250ms',
    '1s',
    '1m 20s',
    '1h',
    '1d 1h 1m 1s 1ms',
  ]);
});
