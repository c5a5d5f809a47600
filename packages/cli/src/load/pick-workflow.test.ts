import { describe, expect, test } from 'vitest';
import { LoadError } from './load-error.ts';
import type { ModuleExports } from './modules.ts';
import { pickWorkflow } from './pick-workflow.ts';

class Workflow {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
const isWorkflow = (value: unknown): value is Workflow => value instanceof Workflow;
const [a, b] = [new Workflow('a'), new Workflow('b')];

function refusal(exports: ModuleExports, name?: string): string {
  try {
    pickWorkflow(exports, name, isWorkflow);
  } catch (error) {
    if (error instanceof LoadError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('a workflow was picked');
}

describe('pickWorkflow', () => {
  test('the default export wins', () => {
    expect(pickWorkflow({ a, default: b }, undefined, isWorkflow).id).toBe('b');
  });

  test('else the only workflow', () => {
    expect(pickWorkflow({ default: 5, helper: () => a, b }, undefined, isWorkflow)).toBe(b);
  });

  test('one workflow under two names is one', () => {
    expect(pickWorkflow({ a, same: a }, undefined, isWorkflow)).toBe(a);
  });

  test('a name is followed, even past a default export', () => {
    expect(pickWorkflow({ a, default: b }, 'a', isWorkflow)).toBe(a);
  });

  test('several are listed', () => {
    expect(refusal({ a, b })).toMatch(/^several_workflows: .*2 workflows: a, b\. .*--export <name>/);
  });

  test('a name that is missing', () => {
    expect(refusal({ report: a, weather: b }, 'wether')).toBe(
      'no_such_export: The file has no export named wether. Did you mean weather?',
    );
    expect(refusal({ report: a, weather: b }, 'zzzzz')).toMatch(/Its workflows: report, weather\.$/);
    expect(refusal({ report: a }, 'toString')).toMatch(/^no_such_export/);
  });

  test('a name that is no workflow', () => {
    expect(refusal({ a, x: 5 }, 'x')).toBe('no_workflow: The export x is no workflow: a number.');
  });

  const unfinished = { dependsOn: () => 0, retry: () => 0, timeout: () => 0, run: () => 0 };
  test.each<[string, ModuleExports, RegExp]>([
    ['nothing', {}, /It exports nothing/],
    ['a function', { default: () => a }, /default is a function; export the workflow itself/],
    [
      'a task without handler',
      { default: unfinished },
      /default is a task without a handler; did you forget \.run/,
    ],
    ['a promise', { default: Promise.resolve(a) }, /did you forget await/],
    ['an array', { all: [a, b] }, /all is an array; export each/],
    ['undefined', { x: undefined, y: null }, /x is undefined\. y is null\./],
    ['many things', { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1 }, /e is a number\. It has 2 more\.$/],
  ])('no workflow, but %s', (_, exports, told) => {
    expect(refusal(exports)).toMatch(/^no_workflow: /);
    expect(refusal(exports)).toMatch(told);
  });
});
