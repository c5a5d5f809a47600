import { describe, expect, test } from 'vitest';

import { gate } from '@wf-sdk/testing';
import {
  drive,
  fails,
  flowOf,
  lines,
  type PlainTask,
  statesOf,
  taskOf,
  untilAborted,
} from '../../test/kit.ts';

const create: PlainTask = { id: 'create', handler: () => 'db' };
const drop: PlainTask = {
  id: 'drop',
  teardownOf: 'create',
  handler: ({ create: made }: { readonly create: string }) => `dropped ${made}`,
};
const use = (id: string, handler: PlainTask['handler'], ...dependsOn: string[]): PlainTask => ({
  id,
  dependsOn: dependsOn.length === 0 ? ['create'] : dependsOn,
  handler,
});

describe('a teardown', () => {
  test('runs after everything that comes after its setup, and reads what that gave', async () => {
    const [first, second] = [gate(), gate()];
    const { clock, end, events } = drive(
      flowOf([
        drop,
        create,
        use('a', () => first.promise),
        use('b', () => second.promise, 'a'),
        { id: 'far', handler: () => 1 },
      ]),
    );
    await clock.settle();
    first.open();
    await clock.settle();
    expect(lines(events)).not.toContain('task.queued drop');
    second.open();
    const result = await end();
    expect(result.outputs).toMatchObject({ drop: 'dropped db' });
    expect(lines(events).slice(-3)).toEqual([
      'attempt.started drop#1',
      'task.succeeded drop',
      'run.finished',
    ]);
  });

  test('runs whatever became of those, and the run fails as it would without it', async () => {
    const result = await drive(
      flowOf(
        [create, use('bad', fails), use('next', () => 1, 'bad'), use('skipped', () => 1), drop].map((task) =>
          task.id === 'skipped' ? { ...task, conditions: [() => false] } : task,
        ),
      ),
    ).end();
    expect(statesOf(result)).toEqual({
      create: 'succeeded',
      bad: 'failed',
      next: 'upstream_failed',
      skipped: 'skipped condition',
      drop: 'succeeded',
    });
    expect(result.outcome).toBe('partial');
  });

  test('runs in a cancelled run, after the handlers that use its setup have stopped', async () => {
    const { handle, clock, end, events } = drive(flowOf([create, use('a', untilAborted), drop]));
    await clock.settle();
    void handle.cancel();
    const result = await end();
    expect(result).toMatchObject({ state: 'cancelled', outputs: { drop: 'dropped db' } });
    expect(lines(events).slice(-5)).toEqual([
      'task.cancelled a',
      'task.queued drop',
      'attempt.started drop#1',
      'task.succeeded drop',
      'run.finished',
    ]);
  });

  test('has nothing to undo where its setup was not done', async () => {
    const states = async (setup: Partial<PlainTask>) =>
      statesOf(await drive(flowOf([{ ...create, ...setup }, use('a', () => 1), drop])).end());
    expect(await states({ handler: fails })).toMatchObject({ a: 'upstream_failed', drop: 'upstream_failed' });
    expect(await states({ conditions: [() => false] })).toMatchObject({
      a: 'skipped dependency',
      drop: 'skipped dependency',
    });
    const { handle, clock, end } = drive(flowOf([{ ...create, handler: untilAborted }, drop]));
    await clock.settle();
    void handle.cancel();
    expect(statesOf(await end())).toEqual({ create: 'cancelled', drop: 'upstream_failed' });
  });

  test('may read more than its setup: what became of it, as it does not ask for success', async () => {
    let seen: unknown;
    const handler = (data: unknown): void => {
      seen = data;
    };
    await drive(flowOf([create, use('a', fails), { ...drop, dependsOn: ['a'], handler }])).end();
    expect(seen).toMatchObject({ create: 'db', a: { status: 'failed', error: { message: 'no' } } });
  });

  test('is one of several, which do not wait for each other, and what depends on one is no user of the setup', async () => {
    const { end, events } = drive(
      flowOf([
        create,
        use('a', () => 1),
        drop,
        { ...drop, id: 'log' },
        { id: 'after', dependsOn: ['drop'], handler: () => 1 },
      ]),
    );
    expect((await end()).outcome).toBe('success');
    const order = lines(events).filter((line) => line.startsWith('attempt.started'));
    expect(order.map((line) => line.slice(16, -2))).toEqual(['create', 'a', 'drop', 'log', 'after']);
  });

  test('that fails fails the run, unless it may fail', async () => {
    const bad = { ...drop, handler: fails };
    expect((await drive(flowOf([create, bad])).end()).outcome).toBe('partial');
    const result = await drive(flowOf([create, { ...bad, allowFailure: true }])).end();
    expect([result.outcome, taskOf(result, 'drop').state]).toEqual(['success', 'failed']);
  });
});

test('setups within setups are torn down from the inside out', async () => {
  const torn: string[] = [];
  const { end } = drive(
    flowOf([
      { id: 'net', handler: () => 'net' },
      { id: 'db', dependsOn: ['net'], handler: () => 'db' },
      { id: 'work', dependsOn: ['db'], handler: () => torn.push('work') },
      { id: 'dropNet', teardownOf: 'net', dependsOn: ['work'], handler: () => torn.push('net') },
      { id: 'dropDb', teardownOf: 'db', handler: () => torn.push('db') },
    ]),
  );
  expect((await end()).state).toBe('succeeded');
  expect(torn).toEqual(['work', 'db', 'net']);
});
