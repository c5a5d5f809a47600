import { type RunResult, run, type TaskResult, workflow, type WorkflowDefinition } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { coloursFor } from './colours.ts';
import { whereThrown } from './describe-error.ts';
import { summary } from './summary.ts';

const CWD = '/home/me/project';
const plain = coloursFor({}, {});

function task(id: string, more: Partial<TaskResult> = {}): TaskResult {
  return {
    id,
    state: 'succeeded',
    attempts: 1,
    startedAt: 0,
    endedAt: 1,
    durationMs: 1,
    error: undefined,
    attemptErrors: [],
    cause: undefined,
    reason: undefined,
    by: undefined,
    items: undefined,
    ...more,
  };
}

/** A result as the summary reads it, of these tasks; those in `mayFail` are allowed to. */
function textOf(tasks: readonly TaskResult[], more: object, mayFail: readonly string[] = []): string {
  const byId = Object.fromEntries(tasks.map((one) => [one.id, one]));
  const result = {
    tasks: byId,
    succeeded: 1,
    total: tasks.length,
    durationMs: 1234,
    compensations: [],
    ...more,
  };
  const definition = { tasks: mayFail.map((id) => ({ id, dependsOn: [], allowFailure: true })) };
  return summary(result as unknown as RunResult, definition as unknown as WorkflowDefinition, plain, CWD);
}

function thrown(message: string, place: string, options?: ErrorOptions): Error {
  const error = new Error(message, options);
  error.stack = `Error: ${message}\n    at Object.handler (${place})`;
  return error;
}

const success = { state: 'succeeded', outcome: 'success', output: undefined };
const partial = { state: 'failed', outcome: 'partial', output: undefined };

describe('the verdict', () => {
  test.each([
    [success, '✔ success  1 of 1 task succeeded in 1.2 s'],
    [partial, '✖ partial  1 of 1 task succeeded in 1.2 s'],
    [{ ...partial, outcome: 'failed' }, '✖ failed  1 of 1 task succeeded in 1.2 s'],
    [{ state: 'cancelled', outcome: 'cancelled', error: {} }, '◼ cancelled  1 of 1 task succeeded in 1.2 s'],
  ])('of %j', (result, line) => {
    const failed =
      result.state === 'failed' ? task('a', { state: 'failed', error: new Error('x') }) : task('a');
    expect(textOf([failed], result).split('\n').at(-1)).toBe(line);
  });

  test('names the three slowest tasks of several', () => {
    const tasks = [5, 4000, 20, 70_000].map((durationMs, n) => task(`t${n}`, { durationMs }));
    expect(textOf(tasks, success).split('\n')[1]).toBe('  slowest: t3 1 m 10 s, t1 4.0 s, t2 20 ms');
    expect(textOf(tasks.slice(0, 1), success)).not.toContain('slowest');
  });
});

describe('failures', () => {
  test('have all lines of their message, the place, and their causes', () => {
    const cause = thrown('socket closed', '/home/me/project/lib/http.ts:3:7', {
      cause: new TypeError('reset'),
    });
    const error = thrown('no answer\n  from the server', '/home/me/project/pipeline.ts:12:9', { cause });
    const text = textOf([task('fetch', { state: 'failed', attempts: 3, error })], partial);
    expect(text.split('\n').slice(0, 7)).toEqual([
      '',
      '  ✖ fetch after 3 attempts',
      '    no answer',
      '      from the server',
      '      at pipeline.ts:12:9',
      '    caused by socket closed',
      '      at lib/http.ts:3:7',
    ]);
    expect(text).toMatch(/\n {4}caused by TypeError: reset\n\n✖ partial/);
  });

  test('end, although a cause may lead back to itself', () => {
    const error = thrown('round', `${CWD}/a.ts:1:1`);
    error.cause = error;
    const text = textOf([task('a', { state: 'failed', error })], partial);
    expect(text.split('caused by')).toHaveLength(5);
  });

  test('are ten at most, and the rest is counted', () => {
    const tasks = Array.from({ length: 12 }, (_, n) =>
      task(`t${n}`, { state: 'failed', error: new Error(`e${n}`) }),
    );
    const text = textOf(tasks, partial);
    expect(text).toContain('    e9\n');
    expect(text).not.toContain('e10');
    expect(text).toContain('\n  … and 2 other failed tasks');
  });

  test('say what was not run', () => {
    const failed = task('a', { state: 'failed', error: new Error('x') });
    const notRun = (count: number): TaskResult[] =>
      Array.from({ length: count }, (_, n) =>
        task(`n${n}`, { state: 'upstream_failed', cause: 'a', durationMs: undefined }),
      );
    expect(textOf([failed, ...notRun(1)], partial)).toMatch(
      /\n\n {2}1 task not run because of that: n0\n\n✖ partial/,
    );
    expect(textOf([failed, ...notRun(11)], partial)).toMatch(
      / {2}11 tasks not run because of that: n0, n1, .*, n9, …$/m,
    );
  });

  test('that are no task’s own are described: the timeout, the output function', async () => {
    const slow = workflow('slow')
      .addTask('a')
      .run((_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)));
    expect(summary(await run(slow, undefined, { timeout: 1 }), slow.definition, plain, CWD)).toContain(
      'RunTimeoutError: run ',
    );
    const selects = workflow('selects')
      .addTask('a')
      .run(() => 1)
      .output(() => {
        throw new Error('cannot select');
      });
    expect(summary(await run(selects), selects.definition, plain, CWD)).toContain('caused by cannot select');
  });

  test('under a cancelled run are the reason', async () => {
    const waits = workflow('waits')
      .addTask('a')
      .run((_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)));
    const handle = run(waits);
    await handle.events().next();
    const text = summary(await handle.cancel('the disk is full'), waits.definition, plain, CWD);
    expect(text).toMatch(/^\n {2}the disk is full\n\n◼ cancelled {2}0 of 1 task succeeded in .*$/);
  });
});

describe('what else is worth knowing', () => {
  const failedUndo = {
    task: 'book',
    item: 2,
    state: 'failed',
    attempts: 3,
    error: thrown('not found', `${CWD}/undo.ts:4:5`),
  };

  test('is what was allowed, left out, stood in for, and how many items there were', () => {
    const tasks = [
      task('lint', { state: 'failed', error: new Error('style') }),
      task('us', { state: 'skipped', reason: 'branch', durationMs: undefined }),
      task('tax', { state: 'skipped', reason: 'intervention', durationMs: undefined }),
      task('price', { by: 'fallback' }),
      task('thumbs', { items: { items: 100, succeeded: 42, failed: 58 } }),
      task('none', { items: { items: 0, succeeded: 0, failed: 0 } }),
    ];
    expect(
      textOf(tasks, { ...success, succeeded: 3 }, ['lint'])
        .split('\n')
        .slice(0, -1),
    ).toEqual([
      '',
      '  ✖ lint failed (allowed): style',
      '  2 tasks skipped: us (branch), tax (decision)',
      '  stood in for: price (fallback)',
      '  fanned out: thumbs 42/100 items',
      '',
      '✔ success  3 of 6 tasks succeeded, 2 skipped, 1 failed (allowed) in 1.2 s',
    ]);
  });

  test('is what was undone, and what could not be', () => {
    const undone = { task: 'pay', item: undefined, state: 'succeeded', attempts: 1, error: undefined };
    const text = textOf([task('a')], {
      ...partial,
      error: new Error('x'),
      compensations: [failedUndo, undone],
    });
    expect(text.split('\n').slice(2, -1)).toEqual([
      '',
      '  ✖ book[2] was not undone after 3 attempts',
      '    not found',
      '      at undo.ts:4:5',
      '',
      '  undone: pay',
      '',
    ]);
  });

  test('is cut off where there is much of it', () => {
    const tasks = Array.from({ length: 12 }, (_, n) => task(`t${n}`, { state: 'skipped', reason: 'branch' }));
    const compensations = Array.from({ length: 12 }, () => failedUndo);
    const text = textOf(tasks, { ...success, compensations });
    expect(text).toMatch(/12 tasks skipped: t0 \(branch\), .*, t9 \(branch\), … and 2 more$/m);
    expect(text).toContain('\n  … and 2 more were not undone\n');
  });

  test('does not call a failure one where the leaves decide and have succeeded', () => {
    const text = textOf([task('a', { state: 'failed', error: new Error('x') }), task('b')], success);
    expect(text).toContain('  ✖ a failed (allowed): x');
  });
});

test('a failure within other runs and items is told once, with the way to it', async () => {
  const inner = workflow('inner')
    .addTask('deep')
    .run(() => {
      throw new TypeError('no boxes');
    });
  const outer = workflow('outer')
    .addTask('each')
    .forEach(() => [1])
    .runWorkflow(inner);
  const text = summary(await run(outer, undefined, { id: 'r' }), outer.definition, plain, '/');
  expect(text.split('\n').slice(0, 6)).toEqual([
    '',
    '  ✖ each',
    "    item 0 of task 'each' failed",
    "    run r~each[0] of workflow 'inner' failed",
    "    task 'deep' failed",
    '    TypeError: no boxes',
  ]);
});

describe('the output', () => {
  test.each([
    ['text\nas it is', 'text\nas it is'],
    [{ rows: new Set([1]), big: 2n }, '{\n  "rows": [\n    1\n  ],\n  "big": "2"\n}'],
    [null, 'null'],
    [0, '0'],
  ])('is printed (%#)', (output, printed) => {
    expect(textOf([task('a')], { ...success, output })).toMatch(`\n\noutput\n${printed}`);
  });

  test('is left out where there is none', () => {
    expect(textOf([task('a')], success).split('\n')).toHaveLength(1);
  });

  test('is cut off where it is long, and where all of it can be had is said', () => {
    const text = textOf([task('a')], { ...success, output: 'x'.repeat(10_000) });
    expect(text).toMatch(/\nx{4000}… \(--output <file> for all of it\)$/);
  });
});

describe('the place of an error', () => {
  test.each([
    ['    at handler (/home/me/project/src/a.ts:1:2)', 'src/a.ts:1:2'],
    ['    at /home/me/project/a.ts:1:2', 'a.ts:1:2'],
    ['    at async /home/me/project/a.ts:1:2', 'a.ts:1:2'],
    ['    at async load (file:///home/me/project/with%20space.ts:10:20)', 'with space.ts:10:20'],
    ['    at Object.<anonymous> (/home/me/other/b.ts:1:2)', '/home/me/other/b.ts:1:2'],
    [
      '    at node:internal/timers:1:2\n    at x (/home/me/project/node_modules/p/i.js:1:2)\n    at y (/home/me/project/a.ts:3:4)',
      'a.ts:3:4',
    ],
    [`    at run (${import.meta.url}:1:2)\n    at y (/home/me/project/a.ts:3:4)`, 'a.ts:3:4'],
    ['    at Array.map (<anonymous>)\n    at async Promise.all (index 0)', undefined],
  ])('%s', (stack, place) => {
    const error = new Error('x');
    error.stack = `Error: x\n${stack}`;
    expect(whereThrown(error, CWD)).toBe(place);
  });

  test('is not known of what has no stack', () => {
    expect(whereThrown('text', CWD)).toBeUndefined();
    expect(whereThrown(Object.assign(new Error('x'), { stack: undefined }), CWD)).toBeUndefined();
  });
});
