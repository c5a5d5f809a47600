import { describe, expect, test } from 'vitest';

import { gate } from '@wf-sdk/testing';
import {
  type Driven,
  drive,
  fails,
  flowOf,
  lines,
  type PlainTask,
  schemaOf,
  statesOf,
  taskOf,
} from '../../test/kit.ts';
import type { RunOptions } from '../index.ts';

const escalate = (message?: string): NonNullable<PlainTask['recover']> => [
  { match: { kind: 'predicate', test: () => true }, action: { type: 'escalate', message } },
];

/** `a` fails and then waits for a person, `after` wants its output. */
function asking(policies: Partial<PlainTask> = {}, options: RunOptions = {}): Driven {
  const after: PlainTask = { id: 'after', dependsOn: ['a'], handler: ({ a }: { readonly a: unknown }) => a };
  return drive(
    flowOf([{ id: 'a', handler: fails, recover: escalate('look at it'), ...policies }, after]),
    options,
  );
}

describe('an escalated task', () => {
  test('waits as long as it takes, and the run says why and since when', async () => {
    const { handle, clock, events } = asking();
    await clock.advance(86_400_000);
    expect(handle.waiting).toEqual([
      { task: 'a', error: new Error('no'), message: 'look at it', since: clock.startedAt },
    ]);
    expect(events.slice(-3)).toMatchObject([
      { type: 'task.recovering', rule: 0, action: 'escalate' },
      { type: 'task.waiting', for: 'approval', message: 'look at it', error: { message: 'no' } },
      { type: 'run.waiting', tasks: ['a'] },
    ]);
    expect(clock.timers).toBe(0);
    handle.skip('a');
    await handle;
    expect(handle.waiting).toEqual([]);
  });

  test('holds no slot', async () => {
    const { handle, clock, end } = drive(
      flowOf([
        { id: 'a', priority: 1, handler: fails, recover: escalate() },
        { id: 'b', handler: () => 1 },
      ]),
      { concurrency: 1 },
    );
    await clock.settle();
    handle.skip('a');
    expect(statesOf(await end())).toEqual({ a: 'skipped intervention', b: 'succeeded' });
  });

  test('can be approved with a value, which its dependents read', async () => {
    const { handle, clock, end, events } = asking();
    await clock.advance(50);
    handle.approve('a', 'fine');
    const result = await end();
    expect(result).toMatchObject({ outcome: 'success', outputs: { a: 'fine', after: 'fine' } });
    expect(taskOf(result, 'a')).toMatchObject({
      by: 'approval',
      attempts: 1,
      error: undefined,
      durationMs: 50,
    });
    expect(events.filter((event) => 'task' in event && event.task === 'a').slice(-2)).toMatchObject([
      { type: 'task.decided', decision: 'approve' },
      { type: 'task.succeeded', by: 'approval', output: 'fine' },
    ]);
  });

  test('can be tried again, and escalates again if that fails', async () => {
    const { handle, clock, end, events } = asking({
      handler: (_: never, { attempt }) => (attempt < 3 ? fails() : attempt),
    });
    await clock.settle();
    handle.retry('a');
    await clock.settle();
    expect(handle.waiting).toHaveLength(1);
    handle.retry('a');
    expect((await end()).outputs['after']).toBe(3);
    expect(lines(events).filter((line) => line === 'run.waiting')).toHaveLength(2);
  });

  test('can be skipped', async () => {
    const { handle, clock, end } = asking();
    await clock.settle();
    handle.skip('a');
    const result = await end();
    expect(statesOf(result)).toEqual({ a: 'skipped intervention', after: 'skipped dependency' });
    expect(result.outcome).toBe('success');
  });

  test('can be failed, with the error because of which it waits or another', async () => {
    const first = asking();
    await first.clock.settle();
    first.handle.fail('a');
    expect(taskOf(await first.end(), 'a')).toMatchObject({ state: 'failed', error: { message: 'no' } });
    const second = asking();
    await second.clock.settle();
    second.handle.fail('a', new Error('rejected by a person'));
    expect(await second.end()).toMatchObject({
      state: 'failed',
      error: { errors: [{ cause: { message: 'rejected by a person' } }] },
    });
  });

  test('waits no longer than its deadline', async () => {
    const { handle, clock, end } = asking({ deadline: '1h' });
    const result = await end();
    expect(taskOf(result, 'a')).toMatchObject({
      state: 'failed',
      error: { code: 'deadline_exceeded', cause: { message: 'no' } },
    });
    expect([clock.elapsedMs, handle.waiting]).toEqual([3_600_000, []]);
  });

  test('waits no longer than its run', async () => {
    const { handle, clock, end } = asking();
    await clock.settle();
    void handle.cancel();
    expect(statesOf(await end())).toEqual({ a: 'cancelled', after: 'cancelled' });
    expect([clock.elapsedMs, handle.waiting]).toEqual([0, []]);
  });

  test('may be a fanned-out one: its items have ended, and run again when it is tried again', async () => {
    let works = false;
    const { handle, clock, end } = asking({
      fanOut: { kind: 'each', select: () => [1, 2] },
      handler: ({ item }: { readonly item: number }) => (works ? item : fails()),
    });
    await clock.settle();
    expect(handle.waiting).toMatchObject([{ error: { code: 'item_failed' } }]);
    works = true;
    handle.retry('a');
    expect((await end()).outputs['a']).toEqual([1, 2]);
  });
});

describe('a run', () => {
  test('says that it waits once nothing else goes on, and again after something did', async () => {
    const busy = gate();
    const { handle, clock, events, end } = drive(
      flowOf([
        { id: 'a', handler: fails, recover: escalate() },
        { id: 'b', handler: () => busy.promise.then(fails), recover: escalate() },
        { id: 'c', dependsOn: ['a'], handler: fails, recover: escalate() },
      ]),
    );
    const waits = (): unknown[] =>
      events.flatMap((event) => (event.type === 'run.waiting' ? [event.tasks] : []));
    await clock.settle();
    expect(waits()).toEqual([]);
    busy.open();
    await clock.settle();
    expect(waits()).toEqual([['a', 'b']]);
    handle.approve('a', 1);
    await clock.settle();
    expect(waits()).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
    handle.skip('b');
    handle.skip('c');
    await end();
  });
});

describe('a decision', () => {
  test('about a task that waits for none throws, and says in what state it is', async () => {
    const { handle, clock, end } = asking();
    const refused = (task: string, message: string): void => {
      for (const decide of [
        () => handle.approve(task, 1),
        () => handle.retry(task),
        () => handle.skip(task),
        () => handle.fail(task),
      ])
        expect(decide).toThrow(expect.objectContaining({ code: 'not_waiting', task, message }));
    };
    refused('a', "task 'a' does not wait for a decision: it is pending");
    await clock.settle();
    refused('after', "task 'after' does not wait for a decision: it is pending");
    refused('other', "task 'other' does not wait for a decision: it is not a task of workflow 'w'");
    handle.approve('a', 1);
    refused('a', "task 'a' does not wait for a decision: it has succeeded");
    await end();
    refused('after', "task 'after' does not wait for a decision: it has succeeded");
  });

  test('can be made by an observer, at once, and all observers are told the same in the same order', async () => {
    for (const decision of ['retry', 'skip', 'fail', 'approve'] as const) {
      const told: string[][] = [[], []];
      const driven = asking(
        { handler: (_: never, { attempt }) => (attempt === 1 ? fails() : attempt) },
        {
          observers: [
            ({ type }) => void told[0]?.push(type),
            (event) => {
              if (event.type !== 'task.waiting') return;
              if (decision === 'approve') driven.handle.approve('a', 1);
              else driven.handle[decision]('a');
            },
            ({ type }) => void told[1]?.push(type),
          ],
        },
      );
      const result = await driven.end();
      expect(told[0]).toEqual(told[1]);
      expect(told[0]).toContain('task.decided');
      expect(taskOf(result, 'a').state).toBe(
        { retry: 'succeeded', skip: 'skipped', fail: 'failed', approve: 'succeeded' }[decision],
      );
    }
  });

  test('of a value that does not fit the output schema is refused, at once or in the log, and the task waits on', async () => {
    const number = schemaOf((value: unknown) => {
      if (typeof value !== 'number') throw 'not a number'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
      return value * 2;
    });
    const { handle, clock, end } = asking({ output: number });
    await clock.settle();
    expect(() => handle.approve('a', 'text')).toThrow(expect.objectContaining({ code: 'output_invalid' }));
    expect(handle.waiting).toHaveLength(1);
    handle.approve('a', 21);
    expect((await end()).outputs).toEqual({ a: 42, after: 42 });

    const checked = gate();
    const later = schemaOf(async (value: number) => {
      await checked.promise;
      if (value < 0) throw 'negative'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
      return value;
    });
    const second = asking({ output: later });
    await second.clock.settle();
    second.handle.approve('a', -1);
    await second.clock.advance(10);
    checked.open();
    await second.clock.settle();
    expect(second.events.at(-1)).toMatchObject({
      type: 'task.log',
      level: 'warn',
      at: second.clock.startedAt + 10,
      message: expect.stringMatching(
        /^it was approved with a value that cannot be used: .*negative/s,
      ) as string,
    });
    second.handle.approve('a', 1);
    expect((await second.end()).outputs['a']).toBe(1);
  });

  test('made twice counts once', async () => {
    const { handle, clock, end } = asking(
      {},
      {
        observers: [
          (event) => {
            if (event.type !== 'task.waiting') return;
            handle.approve('a', 'first');
            handle.skip('a');
          },
        ],
      },
    );
    await clock.settle();
    expect((await end()).outputs['a']).toBe('first');
  });
});
