import { describe, expect, test } from 'vitest';

import { gate, type Gate, VirtualClock } from '@wf-sdk/testing';
import { graph, run, type TaskContext, workflow } from '../index.ts';

// Stands still: what is tested here takes no time, and the real clock would let a busy machine change the order.
const clock = new VirtualClock();
const turn = (): Promise<void> => clock.settle();

/** Tasks that wait for the test and note when they start and how many run. */
function watched() {
  const gates = new Map<string, Gate<string>>();
  const started: string[] = [];
  let running = 0;
  let most = 0;
  const work = (_: unknown, { task }: TaskContext): Promise<string> => {
    started.push(task.id);
    most = Math.max(most, ++running);
    const own = gate<string>();
    gates.set(task.id, own);
    return own.promise.finally(() => running--);
  };
  const end = async (id: string): Promise<void> => {
    gates.get(id)?.open(id);
    await turn();
  };
  const fail = async (id: string): Promise<void> => {
    gates.get(id)?.fail(new Error(`${id} failed`));
    await turn();
  };
  return { started, work, end, fail, most: () => most };
}

describe('concurrency', () => {
  const many = (count: number, work: (_: unknown, context: TaskContext) => Promise<string>) => {
    const g = graph();
    return workflow('w').addTasks(
      ...Array.from({ length: count }, (_, index) => g.addTask(`t${index}`).run(work)),
    );
  };

  test('is all there is to do where no limit is given', async () => {
    const { started, work } = watched();
    void run(many(50, work), undefined, { clock });
    await turn();
    expect(started).toHaveLength(50);
  });

  test('is never exceeded, and a slot that is free is used', async () => {
    const { started, work, end, most } = watched();
    const handle = run(many(7, work), undefined, { clock, concurrency: 3 });
    await turn();
    expect(started).toHaveLength(3);
    for (let next = 0; next < 7; next++) {
      await end(`t${next}`);
      expect(started).toHaveLength(Math.min(7, next + 4));
    }
    expect([(await handle).outcome, most()]).toEqual(['success', 3]);
  });

  test('of one runs one task after the other', async () => {
    const { started, work, end, most } = watched();
    void run(many(2, work), undefined, { clock, concurrency: 1 });
    await turn();
    expect(started).toEqual(['t0']);
    await end('t0');
    expect([started, most()]).toEqual([['t0', 't1'], 1]);
  });

  test('belongs to one run, not to all of a workflow', async () => {
    const { started, work } = watched();
    const flow = many(2, work);
    void run(flow, undefined, { clock, concurrency: 1 });
    void run(flow, undefined, { clock, concurrency: 1 });
    await turn();
    expect(started).toEqual(['t0', 't0']);
  });
});

describe('start order', () => {
  test('is priority, then longest remaining path, then order of definition', async () => {
    const { started, work, end } = watched();
    const flow = workflow('w')
      .addTask('plain')
      .run(work)
      .addTask('second')
      .run(work)
      .addTask('long')
      .run(work)
      .addTask('middle')
      .dependsOn('long')
      .run(work)
      .addTask('tail')
      .dependsOn('middle')
      .run(work)
      .addTask('urgent')
      .priority(5)
      .run(work)
      .addTask('low')
      .priority(-1)
      .run(work)
      .addTask('lowTail')
      .dependsOn('low')
      .run(work);
    const handle = run(flow, undefined, { clock, concurrency: 1 });
    await turn();
    for (let next = 0; next < 8; next++) await end(started.at(-1) ?? '');
    await handle;
    expect(started).toEqual(['urgent', 'long', 'middle', 'plain', 'second', 'tail', 'low', 'lowTail']);
  });

  test('lets a dependent start as soon as its own dependencies are done, without waiting for their siblings', async () => {
    const { started, work, end } = watched();
    const flow = workflow('w')
      .addTask('slow')
      .run(work)
      .addTask('fast')
      .run(work)
      .addTask('next')
      .dependsOn('fast')
      .run(work)
      .addTask('join')
      .dependsOn('next', 'slow')
      .run(work);
    void run(flow, undefined, { clock });
    await turn();
    await end('fast');
    expect(started).toEqual(['fast', 'slow', 'next']);
    await end('next');
    expect(started).not.toContain('join');
    await end('slow');
    expect(started).toContain('join');
  });
});

describe('failure', () => {
  test('brings down what depends on the task, and lets independent branches go on', async () => {
    const { started, work, end, fail } = watched();
    const flow = workflow('w')
      .addTask('bad')
      .run(work)
      .addTask('child')
      .dependsOn('bad')
      .run(work)
      .addTask('grandchild')
      .dependsOn('child')
      .run(work)
      .addTask('good')
      .run(work)
      .addTask('after')
      .dependsOn('good')
      .run(work);
    const handle = run(flow, undefined, { clock });
    await turn();
    await fail('bad');
    await end('good');
    await end('after');
    const { tasks, outcome, outputs, error } = await handle;
    expect(started).toEqual(['bad', 'good', 'after']);
    expect(tasks.child).toMatchObject({
      state: 'upstream_failed',
      cause: 'bad',
      attempts: 0,
      startedAt: undefined,
    });
    expect(tasks.grandchild).toMatchObject({ state: 'upstream_failed', cause: 'child' });
    expect([outcome, outputs]).toEqual(['partial', { good: 'good', after: 'after' }]);
    expect(error).toMatchObject({
      code: 'run_failed',
      errors: [{ code: 'task_failed', task: 'bad', cause: { message: 'bad failed' } }],
    });
  });

  test('of several tasks is all told, in the order in which they failed', async () => {
    const { work, fail } = watched();
    const handle = run(workflow('w').addTask('a').run(work).addTask('b').run(work), undefined, { clock });
    await turn();
    await fail('b');
    await fail('a');
    const { error, outcome } = await handle;
    expect(error).toMatchObject({ errors: [{ task: 'b' }, { task: 'a' }], cause: { task: 'b' } });
    expect(outcome).toBe('failed');
  });
});

test('a long row of tasks that never wait lets the event loop have its turn', async () => {
  const own = new VirtualClock();
  const g = graph();
  const tasks = Array.from({ length: 100 }, (_, index) => g.addTask(`t${index}`).run(() => own.spend(1)));
  let turns = 0;
  let over = false;
  const count = (): void => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  const result = await run(workflow('w').addTasks(...tasks), undefined, { clock: own });
  over = true;
  expect(result.outcome).toBe('success');
  expect(turns).toBeGreaterThan(5);
});

test('a chain of 20,000 tasks that never wait does not overflow the stack', async () => {
  const g = graph();
  const tasks = [g.addTask('t0').run(() => 0)];
  for (let index = 1; index < 20_000; index++) {
    const before = tasks[index - 1];
    if (before !== undefined)
      tasks.push(
        g
          .addTask(`t${index}`)
          .dependsOn(before)
          .run((data) => Number(Object.values(data)[1]) + 1) as typeof before,
      );
  }
  const { outputs } = await run(workflow('w').addTasks(...tasks.slice(-1)));
  expect((outputs as Record<string, unknown>)['t19999']).toBe(19_999);
});
