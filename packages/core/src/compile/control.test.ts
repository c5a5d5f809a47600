import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { compile, DefinitionError, type Diagnostic, type Plan, type Workflow } from '../index.ts';

const handler = (): number => 0;

/** A definition as untyped code may make it: nothing in it is sure. */
function untyped(tasks: readonly object[], header: object = {}): Workflow {
  const all = tasks.map((task) => ({ dependsOn: [], handler, ...task }));
  return { definition: { id: 'w', version: '0.0.0', tasks: all, ...header } } as unknown as Workflow;
}

function diagnosticsOf(flow: Workflow): readonly Diagnostic[] {
  try {
    compile(flow);
  } catch (error) {
    if (error instanceof DefinitionError) return error.diagnostics;
    throw error;
  }
  return [];
}

const codes = (...tasks: readonly object[]): string[] =>
  diagnosticsOf(untyped(tasks)).map(({ code, task }) => `${code} ${task}`);
const message = (...tasks: readonly object[]): string | undefined =>
  diagnosticsOf(untyped(tasks))[0]?.message;
const before = { id: 'b' };

describe('a diagnostic is given for', () => {
  test.each<[string, object[], string]>([
    ['an unknown rule', [{ id: 'a', triggerRule: 'all_succes' }], 'bad_trigger_rule a'],
    ['a rule that is no text', [{ id: 'a', triggerRule: 3 }], 'bad_trigger_rule a'],
    [
      'a teardown with a rule',
      [before, { id: 'a', teardownOf: 'b', triggerRule: 'always' }],
      'conflicting_policies a',
    ],
    ['a teardown of itself', [{ id: 'a', teardownOf: 'a' }], 'bad_teardown a'],
    ['a teardown of nothing', [before, { id: 'a', teardownOf: 'c' }], 'bad_teardown a'],
    ['a teardown of what is no ID', [{ id: 'a', teardownOf: 5 }], 'bad_teardown a'],
    ['a dependency that is no ID', [{ id: 'a', dependsOn: [undefined] }], 'unknown_dependency a'],
    ['a condition that is no function', [{ id: 'a', conditions: [true] }], 'bad_condition a'],
    [
      'a branch of no dependency',
      [before, { id: 'a', branches: [{ task: 'b', labels: ['x'] }] }],
      'bad_branch a',
    ],
    [
      'a branch without labels',
      [before, { id: 'a', dependsOn: ['b'], branches: [{ task: 'b', labels: [] }] }],
      'bad_branch a',
    ],
    [
      'labels that are no list',
      [before, { id: 'a', dependsOn: ['b'], branches: [{ task: 'b', labels: 'x' }] }],
      'bad_branch a',
    ],
    ['a select that is no function', [{ id: 'a', fanOut: { kind: 'each', select: [1] } }], 'bad_fan_out a'],
    [
      'no concurrency',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, concurrency: 0 } }],
      'bad_fan_out a',
    ],
    [
      'half an item',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, concurrency: 1.5 } }],
      'bad_fan_out a',
    ],
    [
      'an unknown join',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, join: 'any' } }],
      'bad_fan_out a',
    ],
    [
      'a tolerance below nothing',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, join: { tolerate: -1 } } }],
      'bad_fan_out a',
    ],
    [
      'a tolerance of half an item',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, join: { tolerate: 0.5 } } }],
      'bad_fan_out a',
    ],
    [
      'a tolerance without a unit',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, join: { tolerate: '5' } } }],
      'bad_fan_out a',
    ],
    [
      'a tolerance of more than all',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, join: { tolerate: '101%' } } }],
      'bad_fan_out a',
    ],
    [
      'a collect that is no yes or no',
      [{ id: 'a', fanOut: { kind: 'each', select: handler, collect: 'no' } }],
      'bad_fan_out a',
    ],
    ['a matrix without axes', [{ id: 'a', fanOut: { kind: 'matrix', axes: {} } }], 'bad_fan_out a'],
    ['no axes at all', [{ id: 'a', fanOut: { kind: 'matrix' } }], 'bad_fan_out a'],
    [
      'an axis that is no list',
      [{ id: 'a', fanOut: { kind: 'matrix', axes: { os: 'mac' } } }],
      'bad_fan_out a',
    ],
    ['a workflow that is none', [{ id: 'a', handler: undefined, child: { workflow: {} } }], 'bad_child a'],
    ['no workflow', [{ id: 'a', handler: undefined, child: {} }], 'bad_child a'],
    ['nothing for a workflow', [{ id: 'a', handler: undefined, child: { workflow: null } }], 'bad_child a'],
    [
      'a made input that is no function',
      [{ id: 'a', handler: undefined, child: { workflow: untyped([before]), input: 1 } }],
      'bad_child a',
    ],
    [
      'a workflow and a handler',
      [{ id: 'a', child: { workflow: untyped([before]) } }],
      'conflicting_policies a',
    ],
    [
      'a workflow on a thread',
      [{ id: 'a', handler: undefined, child: { workflow: untyped([before]) }, isolate: {} }],
      'conflicting_policies a',
    ],
    ['a sleep without a unit', [{ id: 'a', handler: undefined, sleep: '5' }], 'bad_duration a'],
    ['a sleep until never', [{ id: 'a', handler: undefined, sleep: new Date(Number.NaN) }], 'bad_duration a'],
    ['a sleep and a handler', [{ id: 'a', sleep: 5 }], 'conflicting_policies a'],
    ['a queue timeout of nothing', [{ id: 'a', queueTimeout: 0 }], 'bad_duration a'],
    ['a service level that is no length', [{ id: 'a', sla: 'soon' }], 'bad_duration a'],
    [
      'a fallback without its function',
      [{ id: 'a', fallback: { kind: 'function', make: 1 } }],
      'bad_recovery a',
    ],
    ['rules that are no list', [{ id: 'a', recover: {} }], 'bad_recovery a'],
    [
      'a rule that is not finished',
      [{ id: 'a', recover: [{ match: { kind: 'code', code: 'x' } }] }],
      'bad_recovery a',
    ],
    ['a rule that is nothing', [{ id: 'a', recover: [null] }], 'bad_recovery a'],
    [
      'an unknown action',
      [{ id: 'a', recover: [{ match: { kind: 'code', code: 'x' }, action: { type: 'ignore' } }] }],
      'bad_recovery a',
    ],
    [
      'a wait that is no length',
      [
        {
          id: 'a',
          recover: [{ match: { kind: 'code', code: 'x' }, action: { type: 'retry', delay: 'soon' } }],
        },
      ],
      'bad_duration a',
    ],
    [
      'no times',
      [{ id: 'a', recover: [{ match: { kind: 'code', code: 'x' }, action: { type: 'retry', times: 0 } }] }],
      'bad_recovery a',
    ],
    ['an undo that is no function', [{ id: 'a', compensate: { undo: 'undo' } }], 'bad_compensation a'],
    [
      'an undo retried never',
      [{ id: 'a', compensate: { undo: handler, retry: { attempts: 0 } } }],
      'bad_retry a',
    ],
    ['an undo without time', [{ id: 'a', compensate: { undo: handler, timeout: 0 } }], 'bad_duration a'],
  ])('%s', (_, tasks, expected) => {
    expect(codes(...tasks)).toEqual([expected]);
  });

  test('what a workflow says of its failures', () => {
    for (const header of [{ onFailure: 'stop' }, { failurePolicy: 'all' }, { onFailure: null }])
      expect(diagnosticsOf(untyped([before], header))).toMatchObject([{ code: 'bad_failure_policy' }]);
    expect(diagnosticsOf(untyped([before], { onFailure: 'fail-fast', failurePolicy: 'leaves' }))).toEqual([]);
  });

  test('how many of its runs may be active at once', () => {
    for (const maxActiveRuns of [0, -1, 1.5, Infinity, Number.NaN, '2', null])
      expect(diagnosticsOf(untyped([before], { maxActiveRuns }))).toMatchObject([
        { code: 'bad_max_active_runs' },
      ]);
    expect(diagnosticsOf(untyped([before], { maxActiveRuns: 1 }))).toEqual([]);
  });

  test('everything that means nothing for a task that sleeps', () => {
    const policies = {
      fanOut: { kind: 'matrix', axes: { a: [1] } },
      retry: { attempts: 2 },
      timeout: 5,
      queueTimeout: 5,
      fallback: { kind: 'value', value: 1 },
      recover: [],
      compensate: { undo: handler },
      resources: { cpu: 1 },
      isolate: {},
    };
    const sleeps = { id: 'a', handler: undefined, sleep: 5 };
    expect(codes({ ...sleeps, ...policies })).toEqual(
      Object.keys(policies).map(() => 'conflicting_policies a'),
    );
    expect(
      codes({ ...sleeps, deadline: '1h', sla: '1h', conditions: [handler], allowFailure: true }),
    ).toEqual([]);
  });

  test('what is wrong with a signal that is waited for', () => {
    const schema = z.number();
    const waits = (signal: object, more: object = {}): readonly string[] =>
      codes({ id: 'a', handler: undefined, signal: { name: 'go', schema, ...signal }, ...more });
    expect(waits({})).toEqual([]);
    expect(waits({ timeout: '3d', onTimeout: { kind: 'skip' } }, { deadline: '1h' })).toEqual([]);
    expect(waits({ name: '' })).toEqual(['bad_signal a']);
    expect(waits({ schema: undefined })).toEqual(['bad_schema a']);
    expect(waits({ timeout: 0 })).toEqual(['bad_duration a']);
    expect(waits({ timeout: 'soon' })).toEqual(['bad_duration a']);
    expect(waits({ onTimeout: { kind: 'skip' } })).toEqual(['bad_signal a']);
    expect(waits({}, { retry: { attempts: 2 }, isolate: {} })).toEqual([
      'conflicting_policies a',
      'conflicting_policies a',
    ]);
  });

  test('nothing that can be used', () => {
    const each = (more: object): object => ({ id: 'a', fanOut: { kind: 'each', select: handler, ...more } });
    const given = [
      each({}),
      each({ concurrency: Number.POSITIVE_INFINITY, join: 'all', collect: true }),
      each({ join: { tolerate: 0 } }),
      each({ join: { tolerate: '2.5%' }, collect: false }),
      { id: 'a', fanOut: { kind: 'matrix', axes: { a: [], b: [1] } } },
      { id: 'a', handler: undefined, child: { workflow: () => untyped([]) } },
      { id: 'a', handler: undefined, sleep: handler },
      {
        id: 'a',
        recover: [
          { match: { kind: 'code', code: 'x' }, action: { type: 'retry', times: Number.POSITIVE_INFINITY } },
        ],
      },
    ];
    for (const task of given) expect(codes(task)).toEqual([]);
  });
});

describe('a message', () => {
  test('says where, what, and what to do', () => {
    expect(message({ id: 'a', triggerRule: 'all_succes' })).toMatch(
      /^task 'a': there is no trigger rule 'all_succes'; did you mean 'all_success'\?; the rules are all_success, .+, always$/,
    );
    expect(message({ id: 'create' }, { id: 'a', teardownOf: 'creat' })).toBe(
      "task 'a': it is the teardown of 'creat', which is not a task of this workflow; did you mean 'create'?",
    );
    expect(message(before, { id: 'a', branches: [{ task: 'b', labels: ['x'] }] })).toBe(
      "task 'a': it is on a branch of 'b', which is not among its dependencies",
    );
    expect(message({ id: 'a', sleep: 5 })).toBe(
      "task 'a': a task that sleeps makes no attempts, so that 'handler' means nothing; remove it",
    );
  });
});

describe('a teardown', () => {
  const idsOf = (plan: Plan, id: string): (string | undefined)[] => {
    const task = plan.tasks[plan.indexOf.get(id) ?? -1];
    return Array.from(task?.dependsOn ?? [], (index) => plan.tasks[index]?.id);
  };

  test('waits for all that comes after its setup and not after it, beside what it names', () => {
    const plan = compile(
      untyped([
        { id: 'create' },
        { id: 'use', dependsOn: ['create'] },
        { id: 'more', dependsOn: ['use'] },
        { id: 'other' },
        { id: 'drop', teardownOf: 'create', dependsOn: ['other'] },
        { id: 'after', dependsOn: ['drop', 'use'] },
      ]),
    );
    expect(idsOf(plan, 'drop')).toEqual(['other', 'create', 'use', 'more']);
    const drop = plan.tasks[plan.indexOf.get('drop') ?? -1];
    expect(drop).toMatchObject({
      rule: 'teardown',
      reads: ['other', 'create'],
      setup: plan.indexOf.get('create'),
    });
  });

  test('that waits for another that waits for it is a cycle', () => {
    const tasks = [
      { id: 'a' },
      { id: 'b' },
      { id: 'dropA', teardownOf: 'a', dependsOn: ['b'] },
      { id: 'dropB', teardownOf: 'b', dependsOn: ['a'] },
    ];
    expect(codes(...tasks)).toEqual([expect.stringMatching(/^cycle drop[AB]$/)]);
  });
});

describe('a warning', () => {
  const routing = (output: object, ...labels: readonly unknown[]): Workflow =>
    untyped([
      { id: 'route', output },
      { id: 'a', dependsOn: ['route'], branches: [{ task: 'route', labels }] },
    ]);

  test('is given for each label of a decision that leads nowhere, as far as its schema lists them', () => {
    expect(compile(routing(z.enum(['yes', 'no', 'later']), 'yes')).warnings).toEqual([
      {
        code: 'unhandled_branch',
        task: 'route',
        message:
          "task 'route' can give 'no', and no task is on that branch; add one with .onBranch('route', 'no')",
      },
      expect.objectContaining({ message: expect.stringContaining("can give 'later'") as string }),
    ]);
    expect(compile(routing(z.union([z.literal(1), z.literal('two')]), 1)).warnings).toMatchObject([
      { message: expect.stringContaining("'two'") as string },
    ]);
    expect(compile(routing(z.literal('only'), 'only')).warnings).toEqual([]);
    expect(compile(routing(z.enum(['yes', 'no']), 'yes', 'no')).warnings).toEqual([]);
  });

  test('is not given where the schema lists no labels, or nothing branches', () => {
    const none = { '~standard': { version: 1, vendor: 'test', validate: () => ({ value: 1 }) } };
    for (const output of [z.string(), z.union([z.literal('a'), z.string()]), z.bigint(), none])
      expect(compile(routing(output, 'a')).warnings).toEqual([]);
    expect(compile(untyped([{ id: 'route', output: z.enum(['yes', 'no']) }])).warnings).toEqual([]);
  });
});

describe('a plan', () => {
  test('says what a run of it needs', () => {
    const needs = (task: object): object => compile(untyped([{ id: 'a', ...task }])).needs;
    expect(needs({})).toEqual({ breakers: [], admission: false, dispatcher: false, secrets: [] });
    expect(needs({ breaker: 'b' })).toMatchObject({ breakers: [{ name: 'b' }] });
    expect(needs({ pools: [{ pool: { name: 'p', slots: 1 } }] })).toMatchObject({ admission: true });
    expect(needs({ resources: { cpu: 1 } })).toMatchObject({ admission: true });
    expect(needs({ isolate: {} })).toMatchObject({ admission: false, dispatcher: true });
  });

  test('has a rule for each task: its own, all_done where it always runs, all_success where nothing is said', () => {
    const { tasks, plainRules } = compile(
      untyped([
        { id: 'a' },
        { id: 'b', runAlways: true },
        { id: 'c', runAlways: true, triggerRule: 'one_failed' },
        { id: 'd', teardownOf: 'a' },
      ]),
    );
    expect(tasks.map(({ rule }) => rule)).toEqual(['all_success', 'all_done', 'one_failed', 'teardown']);
    expect([plainRules, compile(untyped([{ id: 'a' }])).plainRules]).toEqual([false, true]);
  });
});

test.each(['conditions', 'branches', 'fanOut', 'compensate', 'pools', 'retry', 'output', 'handlerName'])(
  '%s that is null is an error of its own, and brings no other',
  (key) => {
    const broken = untyped([
      { id: 'a', [key]: null },
      { id: 'b', dependsOn: ['a'] },
    ]);
    expect(() => compile(broken)).toThrow(
      expect.objectContaining({
        diagnostics: [
          { code: 'bad_task', task: 'a', message: `task 'a': ${key} is null; leave it out instead` },
        ],
      }),
    );
  },
);

test('a fallback of no known kind is an error', () => {
  expect(() => compile(untyped([{ id: 'a', fallback: { kind: 'later' } }]))).toThrow('.fallback() takes');
});
