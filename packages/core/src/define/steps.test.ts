import { describe, expect, test } from 'vitest';

import { fragment, graph, isSkip, on, skip, task, workflow } from '../index.ts';
import type { AnyTask, Pool, TaskDefinition, Workflow } from '../index.ts';

const base = workflow('w')
  .addTask('a')
  .run(() => 1)
  .addTask('kind')
  .run((): 'x' | 'y' | 'z' => 'x');
const yes = (): boolean => true;
const work = (): number => 1;
const db: Pool = { name: 'db', slots: 2 };

function last(flow: Workflow): TaskDefinition {
  const definition = flow.definition.tasks.at(-1);
  if (definition === undefined) throw new Error('there is no task');
  return definition;
}

/** What is said of a task, without what is not. */
const said = (flow: Workflow): object =>
  Object.fromEntries(
    Object.entries(last(flow)).filter(
      ([key, value]) => value !== undefined && !['id', 'handler'].includes(key),
    ),
  );

describe('a step leaves in the definition', () => {
  const b = base.addTask('b');
  const dependsOn: string[] = [];
  test.each<[string, Workflow, object]>([
    ['nothing, where nothing is said', b.run(work), { dependsOn }],
    ['a rule', b.triggerRule('all_failed').run(work), { dependsOn, triggerRule: 'all_failed' }],
    [
      'the last rule',
      b.triggerRule('all_failed').dependsOn('a').triggerRule('always').run(work),
      { dependsOn: ['a'], triggerRule: 'always' },
    ],
    ['that it always runs', b.runAlways().run(work), { dependsOn, runAlways: true }],
    ['that it may fail', b.allowFailure().run(work), { dependsOn, allowFailure: true }],
    [
      'conditions',
      b
        .when(yes)
        .when(work as never)
        .run(work),
      { dependsOn, conditions: [yes, work] },
    ],
    [
      'a branch, and its dependency',
      b.onBranch('kind', 'x', 'y').run(work),
      { dependsOn: ['kind'], branches: [{ task: 'kind', labels: ['x', 'y'] }] },
    ],
    [
      'branches, and each dependency once',
      b.dependsOn('a', 'kind').onBranch('kind', 'x', 'y').onBranch('kind', 'y').run(work),
      {
        dependsOn: ['a', 'kind'],
        branches: [
          { task: 'kind', labels: ['x', 'y'] },
          { task: 'kind', labels: ['y'] },
        ],
      },
    ],
    [
      'what it tears down, and the dependency',
      b.dependsOn('kind').teardownOf('a').run(work),
      { dependsOn: ['kind', 'a'], teardownOf: 'a' },
    ],
    [
      'what its items are',
      b.forEach(work as never, { concurrency: 3, join: 'allSettled', collect: false }).run(work),
      {
        dependsOn,
        fanOut: { kind: 'each', select: work, concurrency: 3, join: 'allSettled', collect: false },
      },
    ],
    [
      'the axes of its matrix',
      b.matrix({ os: ['linux', 'macos'] }, { join: { tolerate: '5%' } }).run(work),
      {
        dependsOn,
        fanOut: { kind: 'matrix', axes: { os: ['linux', 'macos'] }, join: { tolerate: '5%' } },
      },
    ],
    ['a fallback', b.fallback(null).run(work), { dependsOn, fallback: { kind: 'value', value: null } }],
    [
      'a fallback that is made',
      b.fallback(work).run(work),
      { dependsOn, fallback: { kind: 'function', make: work } },
    ],
    [
      'a fallback to nothing',
      b.fallback(skip).run(work),
      { dependsOn, fallback: { kind: 'value', value: skip } },
    ],
    [
      'rules of recovery',
      b.recover([on('E').skip()]).run(work),
      { dependsOn, recover: [{ match: { kind: 'code', code: 'E' }, action: { type: 'skip' } }] },
    ],
    [
      'how it is undone',
      b.compensate(yes, { timeout: '1s', retry: { attempts: 2 } }).run(work),
      { dependsOn, compensate: { undo: yes, timeout: '1s', retry: { attempts: 2 } } },
    ],
    [
      'time limits',
      b.timeout(1).deadline(2).queueTimeout('3s').sla('4s').run(work),
      { dependsOn, timeout: 1, deadline: 2, queueTimeout: '3s', sla: '4s' },
    ],
    ['a breaker', b.breaker('x').run(work), { dependsOn, breaker: 'x' }],
    ['a breaker with options', b.breaker({ name: 'x' }).run(work), { dependsOn, breaker: { name: 'x' } }],
    [
      'pools',
      b
        .pool(db)
        .pool({ name: 'api' }, { slots: 2, key: () => 'k' })
        .run(work),
      {
        dependsOn,
        pools: [{ pool: db }, { pool: { name: 'api' }, slots: 2, key: expect.any(Function) as unknown }],
      },
    ],
    ['resources', b.resources({ cpu: 2 }).run(work), { dependsOn, resources: { cpu: 2 } }],
    ['that it is isolated', b.isolate().run(work), { dependsOn, isolate: {} }],
    ['how it is isolated', b.isolate({ memory: 1 }).run(work), { dependsOn, isolate: { memory: 1 } }],
    ['a workflow to run', b.runWorkflow(base), { dependsOn, child: { workflow: base, input: undefined } }],
    [
      'a workflow to run, given by a function, and its input',
      b.runWorkflow(later, yes as never),
      { dependsOn, child: { workflow: later, input: yes } },
    ],
    ['how long it sleeps', b.sleep('5s'), { dependsOn, sleep: '5s' }],
    ['until when it sleeps', b.sleep(new Date(7)), { dependsOn, sleep: new Date(7) }],
  ])('%s', (_, flow, expected) => {
    expect(said(flow)).toEqual(expected);
    expect(Object.isFrozen(last(flow))).toBe(true);
  });

  function later(): Workflow<undefined, AnyTask, undefined> {
    return base;
  }
});

describe('a step', () => {
  test('leaves the builder it was called on as it was', () => {
    const half = base.addTask('b').when(yes).pool(db);
    const more = half.when(work as never).pool({ name: 'api' });
    expect(said(half.run(work))).toMatchObject({ conditions: [yes], pools: [{ pool: db }] });
    expect(said(more.run(work))).toMatchObject({ conditions: [yes, work] });
    expect(last(half.run(work)).pools).toHaveLength(1);
  });

  test('leaves frozen data', () => {
    const { conditions, branches, fanOut, fallback, compensate, pools, child } = last(
      base
        .addTask('b')
        .onBranch('kind', 'x')
        .when(yes)
        .forEach(() => [1])
        .fallback(0)
        .compensate(yes)
        .pool(db)
        .runWorkflow(base),
    );
    const parts = [conditions, branches, branches?.[0], branches?.[0]?.labels, fanOut, fallback, compensate];
    expect([...parts, pools, pools?.[0], child].every(Object.isFrozen)).toBe(true);
  });

  test('is there for tasks of a fragment too', () => {
    const part = fragment<{ a: number }>()
      .addTask('b')
      .dependsOn('a')
      .triggerRule('all_done')
      .run(({ a }) => a.status)
      .addTask('c')
      .dependsOn('b')
      .sleep(1)
      .addTask('d')
      .runWorkflow(base)
      .exports('d');
    expect(part.tasks).toMatchObject([
      { id: 'b', triggerRule: 'all_done' },
      { id: 'c', sleep: 1 },
      { id: 'd', child: { workflow: base } },
    ]);
  });

  test('by reference brings the tasks that it names', () => {
    const g = graph();
    const kind = g.addTask('kind').run((): 'x' | 'y' => 'x');
    const setup = g.addTask('setup').run(() => 1);
    const b = g.addTask('b').dependsOn(kind).onBranch(kind, 'x').sleep(1);
    const c = g.addTask('c').teardownOf(setup).dependsOn(b).runWorkflow(base);
    const { tasks } = workflow('w').addTasks(c).definition;
    expect(tasks.map(({ id, dependsOn }) => [id, ...dependsOn])).toEqual([
      ['setup'],
      ['kind'],
      ['b', 'kind'],
      ['c', 'setup', 'b'],
    ]);
    expect(tasks[2]).toMatchObject({ branches: [{ task: 'kind', labels: ['x'] }], sleep: 1 });
    expect(tasks[3]).toMatchObject({ teardownOf: 'setup', child: { workflow: base } });
  });
});

describe('a workflow', () => {
  test('keeps what it says of failures and where its module is', () => {
    const options = { onFailure: 'fail-fast', failurePolicy: 'leaves', module: 'file:///w.ts' } as const;
    expect(workflow('w', options).definition).toMatchObject(options);
  });
});

describe('a reusable task', () => {
  test('has policies of its own for whatever the chain does not say', () => {
    const policies = {
      queueTimeout: '1m',
      sla: '2m',
      breaker: 'x',
      resources: { cpu: 1 },
      isolate: { memory: 1 },
    } as const;
    const busy = task({ name: 'busy', run: work, ...policies });
    expect(said(base.addTask('b').run(busy))).toEqual({ dependsOn: [], handlerName: 'busy', ...policies });
    expect(said(base.addTask('b').breaker('y').resources({}).run(busy))).toEqual({
      dependsOn: [],
      handlerName: 'busy',
      ...policies,
      breaker: 'y',
      resources: {},
    });
  });
});

describe('skip', () => {
  test('is known by its brand, not by its looks', () => {
    expect(isSkip(skip)).toBe(true);
    expect(isSkip({ '~skip': true })).toBe(false);
    expect([undefined, null, 'skip'].some(isSkip)).toBe(false);
  });
});
