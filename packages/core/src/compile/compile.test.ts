import { describe, expect, test } from 'vitest';

import {
  compile,
  DefinitionError,
  type Diagnostic,
  type Plan,
  type TaskDefinition,
  type Workflow,
  workflow,
} from '../index.ts';

const handler = (): number => 0;

/** A definition as untyped code may make it: nothing in it is sure. */
function untyped(tasks: readonly object[], header: object = {}): Workflow {
  return {
    definition: {
      id: 'w',
      version: '0.0.0',
      tasks: tasks.map((task) => ({ dependsOn: [], handler, ...task })),
      ...header,
    },
  } as unknown as Workflow;
}

function diagnosticsOf(flow: unknown): readonly Diagnostic[] {
  try {
    compile(flow as Workflow);
  } catch (error) {
    if (error instanceof DefinitionError) return error.diagnostics;
    throw error;
  }
  return [];
}

const codes = (flow: unknown): string[] =>
  diagnosticsOf(flow).map(({ code, task }) => (task === undefined ? code : `${code} ${task}`));
const graph = (edges: Readonly<Record<string, readonly string[]>>): Workflow =>
  untyped(Object.entries(edges).map(([id, dependsOn]) => ({ id, dependsOn })));
const ids = (plan: Plan, indices: Iterable<number>): (string | undefined)[] =>
  Array.from(indices, (index) => plan.tasks[index]?.id);

describe('a diagnostic', () => {
  test.each<[string, unknown, string[]]>([
    ['something else', { tasks: [] }, ['not_a_workflow']],
    ['no tasks', untyped([]), ['empty_workflow']],
    ['a workflow ID with a space', untyped([{ id: 'a' }], { id: 'my flow' }), ['bad_id']],
    ['no workflow ID', untyped([{ id: 'a' }], { id: undefined }), ['bad_id']],
    ['a task ID with a slash', untyped([{ id: 'a/b' }]), ['bad_id a/b']],
    ['a task ID that begins with a digit', untyped([{ id: '1st' }]), ['bad_id 1st']],
    ['an empty task ID', untyped([{ id: '' }]), ['bad_id ']],
    [
      'reserved IDs',
      untyped(['input', 'item', 'index', 'matrix', '__proto__'].map((id) => ({ id }))),
      [
        'reserved_id input',
        'reserved_id item',
        'reserved_id index',
        'reserved_id matrix',
        'reserved_id __proto__',
      ],
    ],
    ['an ID used twice', untyped([{ id: 'a' }, { id: 'b' }, { id: 'a' }]), ['duplicate_id a']],
    ['an unknown dependency', graph({ a: ['b'] }), ['unknown_dependency a']],
    ['a dependency on itself', graph({ a: ['a'] }), ['self_dependency a']],
    ['a dependency named twice', graph({ a: [], b: ['a', 'a'] }), ['duplicate_dependency b']],
    ['a cycle', graph({ a: ['b'], b: ['a'] }), ['cycle a']],
    ['no handler', untyped([{ id: 'a', handler: undefined }]), ['missing_handler a']],
    ['a handler that is no function', untyped([{ id: 'a', handler: 'run' }]), ['missing_handler a']],
    ['a timeout of nothing', untyped([{ id: 'a', timeout: 0 }]), ['bad_duration a']],
    ['a deadline without a unit', untyped([{ id: 'a', deadline: '5' }]), ['bad_duration a']],
    ['a delay before now', untyped([{ id: 'a', retry: { attempts: 2, delay: -1 } }]), ['bad_duration a']],
    ['no attempts', untyped([{ id: 'a', retry: { attempts: 0 } }]), ['bad_retry a']],
    ['half an attempt', untyped([{ id: 'a', retry: { attempts: 1.5 } }]), ['bad_retry a']],
    ['a number for retry', untyped([{ id: 'a', retry: 3 }]), ['bad_retry a']],
    [
      "another library's retry option",
      untyped([{ id: 'a', retry: { attempts: 2, retries: 3 } }]),
      ['bad_retry a'],
    ],
    [
      'an unknown backoff',
      untyped([{ id: 'a', retry: { attempts: 2, backoff: 'fibonacci' } }]),
      ['bad_retry a'],
    ],
    ['an unknown jitter', untyped([{ id: 'a', retry: { attempts: 2, jitter: true } }]), ['bad_retry a']],
    ['a factor that shrinks', untyped([{ id: 'a', retry: { attempts: 2, factor: 0.5 } }]), ['bad_retry a']],
    [
      'a factor that has no meaning',
      untyped([{ id: 'a', retry: { attempts: 2, factor: 3, backoff: 'linear' } }]),
      ['bad_retry a'],
    ],
    [
      'a retryIf that is no function',
      untyped([{ id: 'a', retry: { attempts: 2, retryIf: /x/ } }]),
      ['bad_retry a'],
    ],
    ['a priority that is no number', untyped([{ id: 'a', priority: Number.NaN }]), ['bad_priority a']],
    ['an input that is no schema', untyped([{ id: 'a' }], { input: { type: 'object' } }), ['bad_schema']],
    ['an output that is no schema', untyped([{ id: 'a', output: {} }]), ['bad_schema a']],
  ])('is given for %s', (_, flow, expected) => {
    expect(codes(flow)).toEqual(expected);
  });

  test('is given for each thing that is wrong, all at once, in one error that lists them', () => {
    const flow = untyped(
      [
        { id: 'extract', timeout: 'soon' },
        { id: 'clean', dependsOn: ['extrct'], handler: undefined },
        { id: 'a', dependsOn: ['b'] },
        { id: 'b', dependsOn: ['a'] },
        { id: 'extract' },
      ],
      { id: '' },
    );
    expect(codes(flow).toSorted()).toEqual(
      [
        'bad_id',
        'bad_duration extract',
        'missing_handler clean',
        'unknown_dependency clean',
        'duplicate_id extract',
        'cycle a',
      ].toSorted(),
    );
    const compiling = (): unknown => compile(flow);
    expect(compiling).toThrow(/^workflow '' has 6 problems in its definition:(\n {2}- .+){6}$/);
  });

  test('of an unknown dependency says what was likely meant', () => {
    const flow = untyped([{ id: 'extract' }, { id: 'clean', dependsOn: ['extrct'] }]);
    expect(diagnosticsOf(flow)[0]?.message).toBe(
      "task 'clean' depends on 'extrct', which is not a task of this workflow; did you mean 'extract'?",
    );
  });

  test('of a task begun before the one before it had its handler names that one', () => {
    const begun = workflow('w').addTask('a') as unknown as {
      addTask(id: string): { run(work: () => void): Workflow };
    };
    expect(codes(begun.addTask('b').run(handler))).toEqual(['missing_handler a']);
  });
});

describe('a cycle', () => {
  const cycles = (edges: Readonly<Record<string, readonly string[]>>): string[] =>
    diagnosticsOf(graph(edges)).map(({ message }) => /: (.+) \(/.exec(message)?.[1] ?? message);

  test('is named as the path along it, without what leads to it or hangs on it', () => {
    const edges = { end: ['c'], start: [], a: ['start', 'c'], b: ['a'], c: ['b'] };
    expect(cycles(edges)).toEqual(['c → b → a → c']);
  });

  test('is told once for each knot', () => {
    expect(cycles({ a: ['b'], b: ['a'], c: ['d', 'a'], d: ['c'] })).toEqual(['a → b → a', 'c → d → c']);
    expect(cycles({ a: ['b', 'c'], b: ['a'], c: ['a'] })).toEqual(['a → b → a']);
  });

  test('of 100,000 tasks is found without overflowing the stack', () => {
    const size = 100_000;
    const edges = Object.fromEntries(
      Array.from({ length: size }, (_, index) => [`t${index}`, [`t${(index + 1) % size}`]]),
    );
    const [path = '', ...others] = cycles(edges);
    expect([path.split(' → ').length, others]).toEqual([size + 1, []]);
  });
});

describe('a plan', () => {
  const plan = compile(graph({ d: ['b', 'c'], b: ['a'], c: ['a', 'x'], x: [], a: [] }));
  const by = (read: (task: Plan['tasks'][number]) => unknown): Record<string, unknown> =>
    Object.fromEntries(plan.tasks.map((task) => [task.id, read(task)]));

  test('numbers tasks in the order of their definition and finds them by ID', () => {
    expect(plan.tasks.map(({ id }) => id)).toEqual(['d', 'b', 'c', 'x', 'a']);
    expect([...plan.indexOf]).toEqual([
      ['d', 0],
      ['b', 1],
      ['c', 2],
      ['x', 3],
      ['a', 4],
    ]);
  });

  test('orders each task after those it depends on', () => {
    expect(ids(plan, plan.order)).toEqual(['x', 'a', 'b', 'c', 'd']);
  });

  test('knows levels, ranks and both directions of every edge', () => {
    expect(by(({ level }) => level)).toEqual({ a: 0, x: 0, b: 1, c: 1, d: 2 });
    expect(by(({ rank }) => rank)).toEqual({ a: 3, x: 3, b: 2, c: 2, d: 1 });
    expect(by(({ dependsOn }) => ids(plan, dependsOn))).toEqual({
      a: [],
      x: [],
      b: ['a'],
      c: ['a', 'x'],
      d: ['b', 'c'],
    });
  });

  test('has policies with defaults filled in, in milliseconds', () => {
    const [task] = compile(
      untyped([{ id: 'a', retry: { attempts: 3 }, timeout: '1.5s', deadline: '1m' }]),
    ).tasks;
    expect(task).toMatchObject({
      timeoutMs: 1_500,
      deadlineMs: 60_000,
      retry: {
        attempts: 3,
        backoff: 'exponential',
        delayMs: 1_000,
        factor: 2,
        maxDelayMs: Number.POSITIVE_INFINITY,
        jitter: 'none',
      },
    });
  });

  test('is made once for a definition, and cannot be changed', () => {
    const flow = workflow('w').addTask('a').run(handler);
    expect(compile(flow)).toBe(compile(flow));
    expect(() => Object.assign(compile(flow), { id: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(compile(flow).tasks[0] ?? {}, { id: 'other' })).toThrow(TypeError);
  });

  test('of a chain of 100,000 tasks is made without overflowing the stack', () => {
    const tasks = Array.from({ length: 100_000 }, (_, index): TaskDefinition => ({
      id: `t${index}`,
      dependsOn: index === 0 ? [] : [`t${index - 1}`],
      handler,
    }));
    const { tasks: planned } = compile({
      definition: { id: 'w', version: '0.0.0', tasks: tasks.toReversed() },
    });
    expect([planned[0]?.level, planned[0]?.rank, planned.at(-1)?.rank]).toEqual([99_999, 1, 100_000]);
  });

  test('accepts IDs in any script, with dots, colons and dashes', () => {
    expect(codes(untyped(['über', '_x', 'a.b:c-d', '読む', 'constructor'].map((id) => ({ id }))))).toEqual(
      [],
    );
  });
});
