import { compile, fromJSON, graph, type Plan, workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { drawGraph } from './graph.ts';

/** The plan of tasks that do nothing, each with what it depends on. */
function planOf(tasks: Readonly<Record<string, readonly string[]>>): Plan {
  const definitions = Object.entries(tasks).map(([id, dependsOn]) => ({ id, dependsOn: [...dependsOn] }));
  const handlers = Object.fromEntries(Object.keys(tasks).map((id) => [id, () => id]));
  return compile(fromJSON({ id: 'w', tasks: definitions }, { handlers }));
}

function draw(tasks: Readonly<Record<string, readonly string[]>>): string {
  return `\n${drawGraph(planOf(tasks))}`;
}

test('a chain is a straight line', () => {
  expect(draw({ a: [], b: ['a'], c: ['b'] })).toBe(`
○ a
● b
■ c`);
});

test('a fork and a join', () => {
  expect(draw({ top: [], left: ['top'], right: ['top'], bottom: ['left', 'right'] })).toBe(`
○ top
├─● left
● │ right
■─╯ bottom`);
});

test('a line passes behind the lanes it has nothing to do with', () => {
  expect(draw({ a: [], b: [], c: [], d: ['a', 'c'], e: ['a', 'b', 'c'], f: ['b'], g: ['d', 'e', 'f'] }))
    .toBe(`
○ a
│ ○ b
│ │ ○ c
├─│─┼─● d
●─┼─╯ │ e
│ ●   │ f
■─┴───╯ g`);
});

test('tasks without any edge stand alone, and none seems to hang on the one above', () => {
  expect(draw({ a: [], b: [], c: ['b'], d: ['b'], e: [] })).toBe(`
□ a
○ b
├─■ c
■ d
□ e`);
});

test('where there are too many lanes, tasks with the same dependents share one', () => {
  const parts = Array.from({ length: 60 }, (_, index) => `part${index}`);
  const lines = draw({
    source: [],
    ...Object.fromEntries(parts.map((part) => [part, ['source']])),
    sum: parts,
    check: ['source', 'sum'],
  }).split('\n');
  expect([...lines.slice(1, 5), ...lines.slice(-3)]).toEqual([
    '○ source',
    '├─● part0',
    '├─◉ part1',
    '├─◉ part2',
    '├─◉ part59',
    '◉─╯ sum',
    '■ check',
  ]);
});

test('a task comes after what it depends on, wherever it was defined', () => {
  expect(draw({ last: ['first', 'middle'], first: [], middle: ['first'], other: [] })).toBe(`
○ first
├─● middle
■─╯ last
□ other`);
});

test('what is added moves nothing that has nothing to do with it', () => {
  const before = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'], e: ['d'] };
  const after = { a: [], b: ['a'], c: ['a'], d: ['b', 'c'], alone: [], e: ['d'], more: ['e'] };
  const kept = draw(after).split('\n');
  for (const line of draw(before).split('\n').slice(0, -1)) expect(kept).toContain(line);
});

test('what decides about a task stands beside it', () => {
  const w = workflow('facts')
    .addTask('size')
    .run((): 'small' | 'large' => 'small')
    .addTask('big')
    .onBranch('size', 'large')
    .run(() => 1)
    .addTask('any')
    .onBranch('size', 'small', 'large')
    .when(() => true)
    .run(() => 1)
    .addTask('join')
    .dependsOn('big', 'any')
    .triggerRule('none_failed_min_one_success')
    .allowFailure()
    .run(() => 1)
    .addTask('each')
    .forEach(() => [1, 2])
    .run(() => 1)
    .addTask('builds')
    .matrix({ os: ['linux', 'mac'], node: [20, 22, 24] })
    .run(() => 1)
    .addTask('pause')
    .sleep('1h')
    .addTask('always')
    .dependsOn('pause')
    .runAlways()
    .run(() => 1);
  expect(`\n${drawGraph(compile(w))}`).toBe(`
○ size
├─● big  (size = large)
● │ any  (size = small | large, on a condition)
■─╯ join  (none_failed_min_one_success, may fail)
□ each  (for each item)
□ builds  (matrix of 2 os × 3 node)
○ pause  (sleeps 1h)
■ always  (all_done, runs always)`);
});

test('a teardown hangs on the last tasks that use its setup', () => {
  const w = workflow('teardown')
    .addTask('database')
    .run(() => 'db')
    .addTask('drop')
    .teardownOf('database')
    .run(() => 1)
    .addTask('fill')
    .dependsOn('database')
    .run(() => 1)
    .addTask('query')
    .dependsOn('fill')
    .run(() => 1);
  const plan = compile(w);
  expect(plan.tasks[1]?.dependsOn).toHaveLength(3);
  expect(`\n${drawGraph(plan)}`).toBe(`
○ database
├─● fill
│ ● query
■─╯ drop  (teardown of database)`);
});

test('marked lines stand out, each with its remark', () => {
  const plan = planOf({ a: [], b: ['a'], c: ['b'] });
  expect(`\n${drawGraph(plan, { marks: { b: 'this one', c: '' } })}`).toBe(`
  ○ a
▶ ● b  ← this one
▶ ■ c`);
});

test('a long drawing is cut down to what surrounds the marks, and says how much is left out', () => {
  const chain = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`t${index}`, index === 0 ? [] : [`t${index - 1}`]]),
  );
  const plan = planOf(chain);
  expect(drawGraph(plan).split('\n')).toHaveLength(100);
  const lines = drawGraph(plan, { marks: { t50: 'here', t99: '' } }).split('\n');
  expect(lines[0]).toBe('  ⋮ (44 more)');
  expect(lines).toContain('▶ ● t50  ← here');
  expect(lines.slice(13, 16)).toEqual(['  ● t56', '  ⋮ (36 more)', '  ● t93']);
  expect(lines.at(-1)).toBe('▶ ■ t99');
  expect(lines.length).toBeLessThanOrEqual(42);
  const many = { t10: '', t30: '', t50: '', t70: '', t90: '' };
  expect(drawGraph(plan, { marks: many }).split('\n').slice(0, 9)).toEqual([
    '  ⋮ (7 more)',
    '  ● t7',
    '  ● t8',
    '  ● t9',
    '▶ ● t10',
    '  ● t11',
    '  ● t12',
    '  ● t13',
    '  ⋮ (13 more)',
  ]);
});

test('a graph of ten thousand tasks in a row is drawn', () => {
  const g = graph();
  let last = g.addTask('t0').run(() => 0);
  for (let index = 1; index < 10_000; index++)
    last = g
      .addTask(`t${index}`)
      .dependsOn(last)
      .run(() => 0) as never;
  expect(drawGraph(compile(workflow('long').addTasks(last))).split('\n')).toHaveLength(10_000);
});
