import { type AnyTask, graph, workflow, type Workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { expectStructure } from './structure.ts';

const etl = workflow('etl')
  .addTask('extract')
  .run(() => [1])
  .addTask('clean')
  .dependsOn('extract')
  .run(({ extract }) => extract)
  .addTask('audit')
  .dependsOn('extract')
  .run(({ extract }) => extract)
  .addTask('load')
  .dependsOn('clean')
  .run(({ clean }) => clean);

const branches = workflow('branches')
  .addTask('size')
  .run((): 'small' | 'large' => 'small')
  .addTask('clear')
  .onBranch('size', 'small')
  .run(() => 1)
  .addTask('review')
  .onBranch('size', 'large')
  .run(() => 1)
  .addTask('log')
  .dependsOn('review')
  .run(() => 1)
  .addTask('join')
  .dependsOn('clear')
  .triggerRule('all_done')
  .run(() => 1);

/** What an assertion says when it does not hold. */
function messageOf(assertion: () => void): string | undefined {
  try {
    assertion();
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') return `\n${error.message}`;
    throw error;
  }
}

/** Whether an assertion holds; with `not` it has to be the other way round. */
function holds<T extends AnyTask>(
  subject: Workflow<unknown, T>,
  says: (it: Omit<ReturnType<typeof expectStructure<T>>, 'not'>) => void,
): boolean {
  const { not, ...positive } = expectStructure(subject);
  const [holds, holdsNot] = [positive, not].map((it) => messageOf(() => says(it)) === undefined);
  if (holds === holdsNot) throw new Error(`with and without not it is ${String(holds)}`);
  return holds === true;
}

test('toHaveTask', () => {
  expect(holds(etl, (it) => it.toHaveTask('load'))).toBe(true);
  expect(holds(etl, (it) => it.toHaveTask('legacy'))).toBe(false);
  expect(messageOf(() => expectStructure(etl).toHaveTask('extrct'))).toBe(`
no task 'extrct' in workflow 'etl'; did you mean 'extract'?

○ extract
├─● clean
■ │ audit
  ■ load
`);
  expect(messageOf(() => expectStructure(etl).not.toHaveTask('audit'))).toContain('\n▶ ■ │ audit\n');
});

test('toDependOn is about direct dependencies', () => {
  expect(holds(etl, (it) => it.toDependOn('load', 'clean'))).toBe(true);
  expect(holds(etl, (it) => it.toDependOn('load', 'extract'))).toBe(false);
  expect(messageOf(() => expectStructure(etl).toDependOn('load', 'clean', 'extract'))).toBe(`
task 'load' of workflow 'etl' does not depend on 'extract' directly, only by way of 'clean' (that is toRunBefore)

▶ ○ extract  ← no dependency of 'load'
  ├─● clean
  ■ │ audit
▶   ■ load  ← depends on 'clean'
`);
  expect(messageOf(() => expectStructure(etl).toDependOn('load', 'audit'))).toContain(
    `task 'load' of workflow 'etl' does not depend on 'audit'\n`,
  );
});

test('not.toDependOn is about each of them', () => {
  expectStructure(etl).not.toDependOn('load', 'extract', 'audit');
  expect(messageOf(() => expectStructure(etl).not.toDependOn('load', 'extract', 'clean'))).toBe(`
task 'load' of workflow 'etl' depends on 'clean', and should not

  ○ extract
▶ ├─● clean  ← 'load' depends on it
  ■ │ audit
▶   ■ load  ← depends on 'clean'
`);
});

test('toRunBefore is about the way between two tasks', () => {
  expect(holds(etl, (it) => it.toRunBefore('extract', 'load'))).toBe(true);
  expect(holds(etl, (it) => it.toRunBefore('load', 'extract'))).toBe(false);
  expect(holds(etl, (it) => it.toRunBefore('audit', 'load'))).toBe(false);
  expect(messageOf(() => expectStructure(etl).toRunBefore('audit', 'load'))).toBe(`
task 'audit' of workflow 'etl' need not run before 'load': neither waits for the other

  ○ extract
  ├─● clean
▶ ■ │ audit  ← should run before …
▶   ■ load  ← … this
`);
  expect(messageOf(() => expectStructure(etl).toRunBefore('load', 'extract'))).toContain('it runs after it');
  expect(messageOf(() => expectStructure(etl).not.toRunBefore('extract', 'load'))).toBe(`
task 'load' of workflow 'etl' runs after 'extract', and should not

▶ ○ extract
▶ ├─● clean  ← waits for 'extract'
  ■ │ audit
▶   ■ load  ← waits for 'clean'
`);
});

test('of several ways between two tasks a shortest is shown', () => {
  const ways = workflow('ways')
    .addTask('a')
    .run(() => 1)
    .addTask('b')
    .dependsOn('a')
    .run(() => 1)
    .addTask('c')
    .dependsOn('a', 'b')
    .run(() => 1)
    .addTask('d')
    .dependsOn('c')
    .run(() => 1);
  expect(messageOf(() => expectStructure(ways).not.toRunBefore('a', 'd'))).toContain(`
▶ ○ a
  ├─● b
▶ ●─╯ c  ← waits for 'a'
▶ ■ d  ← waits for 'c'
`);
});

test('toRunInParallelWith', () => {
  expect(holds(etl, (it) => it.toRunInParallelWith('audit', 'load'))).toBe(true);
  expect(holds(etl, (it) => it.toRunInParallelWith('load', 'extract'))).toBe(false);
  expect(messageOf(() => expectStructure(etl).toRunInParallelWith('load', 'extract'))).toContain(
    `tasks 'load' and 'extract' of workflow 'etl' cannot run in parallel: 'load' waits for 'extract'\n`,
  );
});

test('toRunInParallelWith says so if branches exclude each other', () => {
  expect(messageOf(() => expectStructure(branches).toRunInParallelWith('log', 'clear'))).toBe(`
tasks 'log' and 'clear' of workflow 'branches' never run in the same run: they are on different branches of 'size'

▶ ○ size  ← chooses between them
▶ ├─● clear  (size = small)  ← needs its own 'size'
  ● │ review  (size = large)
▶ ■ │ log  ← needs its own 'size'
    ■ join  (all_done)
`);
  // Whatever becomes of its dependency, this one runs.
  expect(holds(branches, (it) => it.toRunInParallelWith('join', 'log'))).toBe(true);
});

test('toHaveRoots and toHaveLeaves take all of them, in any order', () => {
  expect(holds(etl, (it) => it.toHaveRoots('extract'))).toBe(true);
  expect(holds(etl, (it) => it.toHaveRoots('extract', 'audit'))).toBe(false);
  expect(holds(etl, (it) => it.toHaveLeaves('load', 'audit'))).toBe(true);
  expect(holds(etl, (it) => it.toHaveLeaves('load'))).toBe(false);
  expect(messageOf(() => expectStructure(etl).toHaveRoots('clean'))).toBe(`
the roots of workflow 'etl' are 'extract', not 'clean'

▶ ○ extract  ← a root that was not expected
▶ ├─● clean  ← no root: depends on 'extract'
  ■ │ audit
    ■ load
`);
  expect(messageOf(() => expectStructure(etl).toHaveLeaves('load', 'extract'))).toBe(`
the leaves of workflow 'etl' are 'audit' and 'load', not 'load' and 'extract'

▶ ○ extract  ← no leaf: 'clean' and 'audit' depend on it
  ├─● clean
▶ ■ │ audit  ← a leaf that was not expected
    ■ load
`);
});

test('toHaveCriticalPath takes any of the longest chains', () => {
  expect(holds(etl, (it) => it.toHaveCriticalPath('extract', 'clean', 'load'))).toBe(true);
  expect(holds(etl, (it) => it.toHaveCriticalPath('extract', 'load'))).toBe(false);
  expect(holds(etl, (it) => it.toHaveCriticalPath('extract', 'audit', 'load'))).toBe(false);
  expect(holds(branches, (it) => it.toHaveCriticalPath('size', 'review', 'log'))).toBe(true);
  expect(holds(branches, (it) => it.toHaveCriticalPath('size', 'clear', 'join'))).toBe(true);
  expect(messageOf(() => expectStructure(etl).toHaveCriticalPath('extract', 'audit'))).toBe(`
the critical path of workflow 'etl' is extract → clean → load, not extract → audit

▶ ○ extract  ← 1 of 3
▶ ├─● clean  ← 2 of 3
  ■ │ audit
▶   ■ load  ← 3 of 3
`);
});

test('toMatchGraph compares drawings, however they are indented', () => {
  const drawing = `
    ○ extract
    ├─● clean
    ■ │ audit
      ■ load
  `;
  expect(holds(etl, (it) => it.toMatchGraph(drawing))).toBe(true);
  expect(holds(etl, (it) => it.toMatchGraph(drawing.replaceAll('\n', '\r\n')))).toBe(true);
  expect(holds(etl, (it) => it.toMatchGraph('○ extract'))).toBe(false);
  expect(messageOf(() => expectStructure(etl).toMatchGraph(drawing.replace('clean', 'clear')))).toBe(`
workflow 'etl' does not match the graph (- expected, + it is)

  ○ extract
- ├─● clear
+ ├─● clean
  ■ │ audit
    ■ load
`);
});

test('a message about a large workflow stays short', () => {
  const g = graph();
  const parts = Array.from({ length: 500 }, (_, index) => g.addTask(`part${index}`).run(() => index));
  const large = workflow('large').addTasks(...parts);
  const lines = messageOf(() => expectStructure(large).toHaveTask('other'))?.split('\n') ?? [];
  expect(lines.slice(-3)).toEqual(['□ part79', '⋮ (420 more)', '']);
  const marked = messageOf(() => expectStructure(large).toRunBefore('part100', 'part400'))?.split('\n') ?? [];
  expect(marked).toContain('▶ □ part100  ← should run before …');
  expect(marked).toContain('  ⋮ (287 more)');
  expect(marked.length).toBeLessThan(40);
});

test('an assertion begins its stack with the line of the test', () => {
  const stackOf = (assertion: () => void): readonly string[] => {
    try {
      assertion();
      return [];
    } catch (error) {
      return error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
    }
  };
  const frames = stackOf(() => expectStructure(etl).toHaveTask('x')).filter((line) =>
    line.startsWith('    at '),
  );
  expect(frames[0]).toContain('structure.test.ts');
});
