import { describe, expect, test } from 'vitest';
import { schemaOf } from '../../test/kit.ts';
import { compile, DefinitionError, fromJSON, runOrThrow, task, toJSON, workflow } from '../index.ts';
import type { Diagnostic } from '../index.ts';

const positive = schemaOf((value: number) => {
  if (value < 0) throw 'must not be negative'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
  return value;
});
const addOne = task({ name: 'add-one', timeout: '5s', run: ({ n }: { n: number }) => n + 1 });
const original = workflow('sums', { version: '2.0.0', description: 'adds', input: positive })
  .addTask('first')
  .output(positive)
  .retry({ attempts: 2, delay: '10ms', retryIf: () => true })
  .run(({ input }) => input)
  .addTask('second')
  .dependsOn('first')
  .deadline('1m')
  .priority(3)
  .run(addOne, ({ first }) => ({ n: first }))
  .output(({ second }) => second);

function problemsOf(act: () => unknown): readonly Diagnostic[] {
  try {
    act();
  } catch (error) {
    if (error instanceof DefinitionError) return error.diagnostics;
  }
  throw new Error('this should have been refused');
}

describe('toJSON', () => {
  test('is the whole structure, and names what JSON cannot hold', () => {
    expect(toJSON(original)).toEqual({
      format: 'wf-sdk/workflow@1',
      id: 'sums',
      version: '2.0.0',
      description: 'adds',
      input: true,
      tasks: [
        { id: 'first', retry: { attempts: 2, delay: '10ms', retryIf: true }, output: true },
        {
          id: 'second',
          dependsOn: ['first'],
          handler: 'add-one',
          timeout: '5s',
          deadline: '1m',
          priority: 3,
        },
      ],
      output: true,
    });
  });
});

describe('fromJSON', () => {
  const bindings = {
    handlers: {
      first: ({ input }: { input: number }) => input,
      'add-one': ({ first }: { first: number }) => first + 1,
    },
    input: positive,
    outputs: { first: positive },
    retryIf: { first: () => true },
    output: ({ second }: { second: number }) => second,
  };

  test('makes the same workflow again, its handlers bound by name', async () => {
    const again = fromJSON(JSON.parse(JSON.stringify(toJSON(original))), bindings);
    expect(toJSON(again)).toEqual(toJSON(original));
    expect(await runOrThrow(again, 41)).toMatchObject({ output: 42, outputs: { first: 41, second: 42 } });
  });

  test('asks for everything that is not bound, at once', () => {
    expect(
      problemsOf(() => fromJSON(toJSON(original), { handlers: {} })).map(({ message }) => message),
    ).toEqual([
      'the workflow needs an input schema: pass it as bindings.input',
      'the workflow needs an output function: pass it as bindings.output',
      "the workflow needs a handler for task 'first': pass it as bindings.handlers['first']",
      "the workflow needs an output schema for task 'first': pass it as bindings.outputs['first']",
      "the workflow needs a retryIf for task 'first': pass it as bindings.retryIf['first']",
      "the workflow needs a handler for task 'second': pass it as bindings.handlers['add-one']",
    ]);
  });

  test('does not take a method that every object has for a handler', () => {
    const problems = problemsOf(() => fromJSON({ id: 'w', tasks: [{ id: 'toString' }] }, { handlers: {} }));
    expect(problems).toMatchObject([{ task: 'toString' }]);
  });

  test.each([
    [null, 'the workflow must be an object, not null'],
    [
      { format: 'other@9', id: 'w', tasks: [] },
      'format "other@9" is not known; this version reads \'wf-sdk/workflow@1\'',
    ],
    [{ id: 7, tasks: [] }, "the workflow's id must be text, not 7"],
    [{ id: 'w' }, 'the workflow needs a list of tasks'],
    [{ id: 'w', tasks: ['a'] }, 'task number 1 must be an object, not "a"'],
    [{ id: 'w', tasks: [{}] }, 'task number 1 needs an id, not undefined'],
    [{ id: 'w', tasks: [{ id: 'a', dependsOn: 'b' }] }, "task 'a': dependsOn must be a list of task IDs"],
    [{ id: 'w', tasks: [{ id: 'a', retrys: 3 }] }, "task 'a' has a property 'retrys' that is not known"],
  ])('says what cannot be read: %j', (json, message) => {
    const problems = problemsOf(() => fromJSON(json, { handlers: { a: () => 1 } }));
    expect(problems.map((problem) => problem.message)).toContain(message);
  });

  test('leaves it to compile to judge the structure', () => {
    const loop = fromJSON(
      {
        id: 'w',
        tasks: [
          { id: 'a', dependsOn: ['b'] },
          { id: 'b', dependsOn: ['a'] },
        ],
      },
      { handlers: { a: () => 1, b: () => 1 } },
    );
    expect(problemsOf(() => compile(loop))).toMatchObject([{ code: 'cycle' }]);
  });
});

describe('a definition that no builder made', () => {
  test('gets a diagnostic for what is not even shaped like a task, and the rest is still checked', () => {
    const definition = { id: 'w', version: '1', tasks: [null, { id: 'a' }, { id: 'b', dependsOn: ['x'] }] };
    expect(problemsOf(() => compile({ definition: definition as never })).map(({ code }) => code)).toEqual([
      'bad_task',
      'bad_task',
      'missing_handler',
      'unknown_dependency',
    ]);
  });

  test('cannot have the same task twice', () => {
    const twice = { id: 'a', dependsOn: [], handler: () => 1 };
    const definition = { id: 'w', version: '1', tasks: [twice, twice] };
    expect(problemsOf(() => compile({ definition }))).toMatchObject([{ code: 'duplicate_id', task: 'a' }]);
  });
});
