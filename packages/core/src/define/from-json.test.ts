import { describe, expect, test } from 'vitest';
import { schemaOf } from '../../test/kit.ts';
import {
  compile,
  DefinitionError,
  fromJSON,
  on,
  runOrThrow,
  skip,
  task,
  toJSON,
  workflow,
} from '../index.ts';
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

describe('a definition with everything in it', () => {
  const yes = (): boolean => true;
  const key = (): string => 'k';
  const rules = [on('E').skip()];
  const undo = { undo: yes };
  const payload = positive;
  const full = workflow('full', {
    onFailure: 'fail-fast',
    failurePolicy: 'leaves',
    maxActiveRuns: 2,
    module: 'file:///full.ts',
  })
    .addTask('kind')
    .run((): 'x' | 'y' => 'x')
    .addTask('controlled')
    .dependsOn('kind')
    .triggerRule('none_failed')
    .onBranch('kind', 'x')
    .when(yes)
    .runAlways()
    .allowFailure()
    .queueTimeout('1m')
    .sla('2m')
    .breaker({ name: 'db', window: '1m', countIf: yes })
    .resources({ cpu: 1 })
    .isolate({ memory: '1GB' })
    .pool({ name: 'db', slots: 2 }, { slots: 1, key })
    .pool({ name: 'api' })
    .recover(rules)
    .compensate(yes)
    .run(yes)
    .addTask('torn')
    .teardownOf('kind')
    .breaker('db')
    .fallback([1, { a: null }])
    .run(yes)
    .addTask('each')
    .forEach(() => [1], { concurrency: 2, join: 'allSettled' })
    .fallback(skip)
    .run(yes)
    .addTask('points')
    .matrix({ os: ['linux', 'macos'] }, { collect: false })
    .fallback(() => 1)
    .run(yes)
    .addTask('dated')
    .matrix({ day: [new Date(0)] })
    .fallback(new Date(0))
    .run(yes)
    .addTask('short')
    .sleep('5s')
    .addTask('until')
    .sleep(new Date(0))
    .addTask('unknown')
    .sleep(() => 1)
    .addTask('child')
    .runWorkflow(original, () => 1)
    .addTask('paid')
    .waitForSignal('paid', payload, { timeout: '3d', onTimeout: 0 })
    .addTask('rated')
    .waitForSignal('rated', payload, { timeout: '3d', onTimeout: 'skip' })
    .addTask('dued')
    .waitForSignal('dued', payload, { timeout: '3d', onTimeout: new Date(0) });

  const json = {
    format: 'wf-sdk/workflow@1',
    id: 'full',
    version: '0.0.0',
    onFailure: 'fail-fast',
    failurePolicy: 'leaves',
    maxActiveRuns: 2,
    module: 'file:///full.ts',
    tasks: [
      { id: 'kind' },
      {
        id: 'controlled',
        dependsOn: ['kind'],
        triggerRule: 'none_failed',
        branches: [{ task: 'kind', labels: ['x'] }],
        conditions: true,
        runAlways: true,
        allowFailure: true,
        queueTimeout: '1m',
        sla: '2m',
        breaker: { name: 'db', window: '1m', countIf: true },
        resources: { cpu: 1 },
        isolate: { memory: '1GB' },
        pools: [{ pool: { name: 'db', slots: 2 }, slots: 1, key: true }, { pool: { name: 'api' } }],
        recover: true,
        compensate: true,
      },
      {
        id: 'torn',
        dependsOn: ['kind'],
        teardownOf: 'kind',
        breaker: 'db',
        fallback: { value: [1, { a: null }] },
      },
      { id: 'each', fanOut: { kind: 'each', concurrency: 2, join: 'allSettled' }, fallback: 'skip' },
      {
        id: 'points',
        fanOut: { kind: 'matrix', axes: { os: ['linux', 'macos'] }, collect: false },
        fallback: true,
      },
      { id: 'dated', fanOut: { kind: 'matrix', axes: true }, fallback: true },
      { id: 'short', sleep: '5s' },
      { id: 'until', sleep: { until: '1970-01-01T00:00:00.000Z' } },
      { id: 'unknown', sleep: true },
      { id: 'child', child: true },
      { id: 'paid', signal: { name: 'paid', timeout: '3d', onTimeout: { value: 0 } } },
      { id: 'rated', signal: { name: 'rated', timeout: '3d', onTimeout: 'skip' } },
      { id: 'dued', signal: { name: 'dued', timeout: '3d', onTimeout: true } },
    ],
  };
  const handlers = { kind: yes, controlled: yes, torn: yes, each: yes, points: yes, dated: yes };
  const select = (): number[] => [1];
  const axes = { day: [new Date(0)] };
  const child = { workflow: original };
  const tasks = {
    controlled: { conditions: [yes], countIf: yes, keys: { db: key }, recover: rules, compensate: undo },
    each: { select },
    points: { fallback: { kind: 'value', value: 1 } },
    dated: { axes, fallback: { kind: 'function', make: yes } },
    unknown: { sleep: () => 1 },
    child: { child },
    paid: { signal: payload },
    rated: { signal: payload },
    dued: { signal: payload, onTimeout: new Date(0) },
  } as const;

  test('is told in JSON, functions and what JSON cannot hold being named', () => {
    expect(toJSON(full)).toEqual(json);
    expect(JSON.parse(JSON.stringify(toJSON(full)))).toEqual(json);
  });

  test('is made again, given these', () => {
    const again = fromJSON(JSON.parse(JSON.stringify(json)), { handlers, tasks });
    const points = { ...json.tasks[4], fallback: { value: 1 } } as never;
    expect(toJSON(again)).toEqual({ ...json, tasks: json.tasks.toSpliced(4, 1, points) });
    const [, controlled, torn, each, , dated, , until, unknown, last, paid, rated, dued] =
      again.definition.tasks;
    expect(controlled).toMatchObject({ conditions: [yes], recover: rules, compensate: undo, handler: yes });
    expect([controlled?.pools?.[0]?.key, controlled?.breaker]).toMatchObject([key, { countIf: yes }]);
    expect([torn?.fallback, each?.fallback]).toEqual([
      { kind: 'value', value: [1, { a: null }] },
      { kind: 'value', value: skip },
    ]);
    expect([each?.fanOut, dated?.fanOut]).toMatchObject([{ select }, { axes }]);
    expect([until?.sleep, unknown?.sleep, last?.child]).toEqual([new Date(0), tasks.unknown.sleep, child]);
    expect([paid?.signal, rated?.signal, dued?.signal]).toEqual(
      full.definition.tasks.slice(-3).map(({ signal }) => signal),
    );
    expect([until?.handler, last?.handler]).toEqual([undefined, undefined]);
  });

  test('says of each of them where it is to be passed', () => {
    const messages = problemsOf(() => fromJSON(json, { handlers })).map(({ message }) => message);
    expect(messages).toEqual([
      "the workflow needs conditions for task 'controlled': pass it as bindings.tasks['controlled'].conditions",
      "the workflow needs a countIf for task 'controlled': pass it as bindings.tasks['controlled'].countIf",
      "the workflow needs recovery rules for task 'controlled': pass it as bindings.tasks['controlled'].recover",
      "the workflow needs an undo function for task 'controlled': pass it as bindings.tasks['controlled'].compensate",
      "the workflow needs a key function for task 'controlled': pass it as bindings.tasks['controlled'].keys['db']",
      "the workflow needs a function that gives the items for task 'each': pass it as bindings.tasks['each'].select",
      "the workflow needs a fallback for task 'points': pass it as bindings.tasks['points'].fallback",
      "the workflow needs the axes of the matrix for task 'dated': pass it as bindings.tasks['dated'].axes",
      "the workflow needs a fallback for task 'dated': pass it as bindings.tasks['dated'].fallback",
      "the workflow needs a function that says how long to sleep for task 'unknown': pass it as bindings.tasks['unknown'].sleep",
      "the workflow needs a workflow to run for task 'child': pass it as bindings.tasks['child'].child",
      "the workflow needs the schema of its signal for task 'paid': pass it as bindings.tasks['paid'].signal",
      "the workflow needs the schema of its signal for task 'rated': pass it as bindings.tasks['rated'].signal",
      "the workflow needs the schema of its signal for task 'dued': pass it as bindings.tasks['dued'].signal",
      "the workflow needs the value for a signal that does not come for task 'dued': pass it as bindings.tasks['dued'].onTimeout",
    ]);
  });

  test.each([
    [{ conditions: 1 }, "task 'a': conditions must be true, which asks for it among the bindings, not 1"],
    [{ branches: {} }, "task 'a': branches must be a list, not {}"],
    [{ branches: [{ labels: [] }] }, "task 'a': a branch needs the ID of a task, not undefined"],
    [{ fanOut: { kind: 'loop' } }, 'task \'a\': fanOut needs a kind, "each" or "matrix", not "loop"'],
    [{ fanOut: 3 }, "task 'a': fanOut must be an object, not 3"],
    [{ pools: [1] }, "task 'a': each of its pools must be an object, not 1"],
    [{ retry: 3 }, "task 'a': retry must be an object, not 3"],
    [{ fallback: 7 }, "task 'a': fallback must be true, which asks for it among the bindings, not 7"],
  ])('says what it cannot read: %j', (fields, message) => {
    const flow = { id: 'w', tasks: [{ id: 'a', ...fields }] };
    const problems = problemsOf(() => fromJSON(flow, { handlers: { a: yes } }));
    expect(problems.map((problem) => problem.message)).toContain(message);
    expect(problems.every(({ code, task }) => code === 'bad_json' && task === 'a')).toBe(true);
  });

  test('tells a value that JSON would not give back by its place only', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const values = [new Map(), 1n, Number.NaN, undefined, { at: new Date(0) }, [() => 1], circular];
    const shown = values.map((value) => toJSON(workflow('w').addTask('a').fallback(value).run(yes)).tasks[0]);
    expect(shown).toEqual(values.map(() => ({ id: 'a', fallback: true })));
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
