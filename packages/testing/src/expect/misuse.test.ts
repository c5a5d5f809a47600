import { DefinitionError, fromJSON, run, type RunResult, task, workflow, type Workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { TestKitError } from '../run/test-kit-error.ts';
import { testRun } from '../run/test-run.ts';
import { expectResult } from './result.ts';
import { expectStructure } from './structure.ts';

// Untyped code, and JavaScript, can say what the compiler would refuse.
const etl: Workflow = workflow('etl')
  .addTask('extract')
  .run(() => [1])
  .addTask('load')
  .dependsOn('extract')
  .run(({ extract }) => extract);
const result: RunResult = await testRun(etl);

/** Assertions as untyped code sees them. */
function untyped(assertions: object): Readonly<Record<string, (...args: readonly unknown[]) => void>> {
  return assertions as Readonly<Record<string, (...args: readonly unknown[]) => void>>;
}

/** What is said of an assertion that nobody can mean. */
function misuse(says: () => void): string | undefined {
  try {
    says();
    return undefined;
  } catch (error) {
    if (error instanceof TestKitError) return error.message;
    throw error;
  }
}

test.for([
  ['toDependOn', 'load', 'extrct'],
  ['toRunBefore', 'extrct', 'load'],
  ['toRunInParallelWith', 'load', 'extrct'],
  ['toHaveRoots', 'extrct'],
  ['toHaveLeaves', 'extrct'],
  ['toHaveCriticalPath', 'extrct'],
] as const)('%s does not take an ID that is no task, under not neither', ([name, ...ids]) => {
  for (const it of [expectStructure(etl), expectStructure(etl).not])
    expect(misuse(() => untyped(it)[name]?.(...ids))).toBe(
      `no task 'extrct' in workflow 'etl'; did you mean 'extract'?`,
    );
});

test.for([
  ['toHaveRun', 'extrct'],
  ['toHaveSkipped', 'extrct'],
  ['toHaveFailed', 'extrct'],
  ['toFailWith', 'no rows', 'extrct'],
  ['toHaveRunInOrder', 'load', 'extrct'],
  ['toHaveCompensated', 'extrct'],
  ['toHaveOutput', 'extrct', 1],
] as const)('%s does not take an ID that is no task, under not neither', ([name, ...args]) => {
  for (const it of [expectResult(result), expectResult(result).not])
    expect(misuse(() => untyped(it)[name]?.(...args))).toBe(
      `no task 'extrct' in workflow 'etl'; did you mean 'extract'?`,
    );
});

test('where no task is spelt like it, those there are are listed', () => {
  expect(misuse(() => expectStructure(etl).toRunBefore('banana', 'load'))).toBe(
    `no task 'banana' in workflow 'etl'; its tasks are 'extract', 'load'`,
  );
  expect(misuse(() => expectStructure(etl).toRunBefore(undefined as never, 'load'))).toContain(
    'no task undefined in',
  );
});

const module = { default: etl };
test.for([
  ['a result', result, `the result of a run of workflow 'etl'; give it the workflow itself`],
  ['a run', run(etl), 'a run; give it the workflow itself'],
  ['a promise', Promise.resolve(etl), 'a promise; put await in front of it'],
  ['a module', module, `a module; give it the module's default export`],
  [
    'a reusable task',
    task({ name: 't', run: () => 1 }),
    `a function; make one with workflow('…').addTask('…').run(…)`,
  ],
  ['nothing', undefined, `undefined; make one with workflow('…').addTask('…').run(…)`],
  ['a text', 'etl', `'etl'; make one with workflow('…').addTask('…').run(…)`],
] as const)('expectStructure does not take %s', ([, subject, message]) => {
  expect(misuse(() => expectStructure(subject as never))).toBe(
    `this looks at a workflow, and was given ${message}`,
  );
});

test.for([
  ['a workflow', etl, `workflow 'etl' itself; run it first: await testRun(workflow)`],
  ['a run', run(etl), 'a run that was not awaited; put await in front of it'],
  ['a test run', testRun(etl), 'a run that was not awaited; put await in front of it'],
  ['a promise', Promise.resolve(result), 'a promise; put await in front of it'],
  ['null', null, 'null; a result is what await testRun(workflow) gives'],
  ['an output', { rows: 5 }, '{ rows: 5 }; a result is what await testRun(workflow) gives'],
] as const)('expectResult does not take %s', ([, subject, message]) => {
  expect(misuse(() => expectResult(subject as never))).toBe(
    `this looks at the result of a run, and was given ${message}`,
  );
});

test('a workflow that cannot be run shows what is wrong with it', () => {
  const broken = fromJSON(
    {
      id: 'broken',
      tasks: [
        { id: 'a', dependsOn: ['b'] },
        { id: 'b', dependsOn: ['a'], timeout: 'soon' },
      ],
    },
    { handlers: { a: () => 1, b: () => 2 } },
  );
  expect(() => expectStructure(broken)).toThrow(DefinitionError);
  expect(() => expectStructure(broken)).toThrow(/2 problems[^]+soon[^]+cycle/);
});

test('what would say nothing is refused', () => {
  const structure = untyped(expectStructure(etl));
  const results = untyped(expectResult(result));
  expect(misuse(() => structure['toDependOn']?.('load'))).toContain('toDependOn needs at least one task');
  expect(misuse(() => structure['toRunBefore']?.('load', 'load'))).toContain('two different tasks');
  expect(misuse(() => structure['toRunInParallelWith']?.('load', 'load'))).toContain('two different tasks');
  expect(misuse(() => structure['toMatchGraph']?.())).toContain('can be put in:\n\n○ extract\n■ load\n');
  expect(misuse(() => results['toHaveRunInOrder']?.('load'))).toContain('needs at least 2 tasks');
  expect(misuse(() => results['toHaveCompensated']?.())).toContain('needs at least one task');
  expect(misuse(() => results['toHaveOutput']?.())).toContain('takes a value, or a task and a value');
  expect(misuse(() => results['toHaveRun']?.('load', { attempt: 3 }))).toBe(
    `there is no fact of a run 'attempt'; did you mean 'attempts'?`,
  );
  expect(misuse(() => results['toHaveSkipped']?.('load', 'conditon'))).toContain(`did you mean 'condition'?`);
  expect(misuse(() => results['toHaveOutcome']?.('succeeded'))).toContain('there is no outcome');
});

test.for([[''], [undefined], [() => new Error('x')], [Date], [5]])(
  'toFailWith does not take %o',
  ([expected]) => {
    expect(misuse(() => expectResult(result).not.toFailWith(expected as never))).toContain(
      'toFailWith takes an error class',
    );
    expect(misuse(() => expectResult(result).not.toFailWith(expected as never))).not.toContain('\n');
  },
);
