import { describe, expect, test } from 'vitest';

import { type Driven, drive, flowOf, type PlainTask, schemaOf, statesOf, taskOf } from '../../test/kit.ts';
import { type RunOptions, SignalRefusedError, SignalTimeoutError, ValidationError } from '../index.ts';
import type { SignalWait } from '../model/signal.ts';

const even = schemaOf((value: number) => {
  if (value % 2 !== 0) throw 'it must be even'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
  return value / 2;
});
const evenLater = schemaOf(async (value: number) => {
  await Promise.resolve();
  if (value % 2 !== 0) throw 'it must be even'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
  return value / 2;
});

/** `s` waits for signal `go`; `after` wants its output. */
function waiting(
  wait: Partial<SignalWait> = {},
  policies: Partial<PlainTask> = {},
  options: RunOptions = {},
): Driven {
  const signal = { name: 'go', schema: even, ...wait };
  return drive(
    flowOf([
      { id: 's', signal, ...policies },
      { id: 'after', dependsOn: ['s'], handler: ({ s }: { readonly s: unknown }) => s },
    ]),
    options,
  );
}

describe('a task that waits for a signal', () => {
  test('gives its payload as the schema does, and says which signal it took', async () => {
    const { handle, clock, events } = waiting();
    await clock.advance(86_400_000);
    expect(events.slice(-2)).toMatchObject([
      { type: 'task.waiting', task: 's', for: 'signal', signal: 'go' },
      { type: 'run.waiting', tasks: ['s'] },
    ]);
    handle.signal('go', 8, { by: 'sam' });
    const result = await handle;
    expect(result.outputs).toEqual({ s: 4, after: 4 });
    expect(taskOf(result, 's')).toMatchObject({ attempts: 0, state: 'succeeded' });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'run.signalled', number: 1, name: 'go', value: 8, by: 'sam' }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'task.succeeded', task: 's', signal: { number: 1, by: 'sam' } }),
    );
  });

  test('holds no slot', async () => {
    const { handle, clock, end } = drive(
      flowOf([
        { id: 's', priority: 1, signal: { name: 'go', schema: even } },
        { id: 'a', handler: () => clock.sleep(80) },
      ]),
      { concurrency: 1 },
    );
    await clock.advance(100);
    handle.signal('go', 2);
    expect((await end()).state).toBe('succeeded');
  });

  test('waits on when the payload does not fit, and the sender hears why', async () => {
    const { handle, clock } = waiting();
    await clock.advance(5);
    expect(() => handle.signal('go', 3)).toThrow(ValidationError);
    expect(() => handle.signal('go', 3)).toThrow(
      "the payload of signal 'go' does not fit its schema:\n  - at.0: it must be even",
    );
    expect(() => handle.signal('goo', 3)).toThrow("waits for a signal 'goo'; did you mean 'go'?");
    handle.signal('go', 4);
    expect((await handle).outputs['s']).toBe(2);
    expect(() => handle.signal('go', 4)).toThrow(SignalRefusedError);
    expect(() => handle.signal('go', 4)).toThrow('has ended (s)');
  });

  test.each([
    ['before the run has begun', async ({ handle }: Driven) => handle.signal('go', 6)],
    [
      'while something else runs',
      async ({ handle, clock }: Driven) => {
        await clock.advance(10);
        handle.signal('go', 6);
      },
    ],
  ])('takes one that was sent %s', async (_, send) => {
    const driven = drive(
      flowOf([
        { id: 'a', handler: () => driven.clock.sleep(50) },
        { id: 's', dependsOn: ['a'], signal: { name: 'go', schema: even } },
      ]),
    );
    await send(driven);
    expect((await driven.end()).outputs['s']).toBe(3);
    expect(driven.clock.elapsedMs).toBe(50);
  });

  test.each([
    ['at once', even],
    ['later', evenLater],
  ])('takes each signal once, in order, where the schema answers %s', async (_, schema) => {
    const signal = { name: 'go', schema };
    const { handle, clock, events } = drive(
      flowOf([
        { id: 'one', signal },
        { id: 'two', signal },
        { id: 'three', dependsOn: ['one'], signal },
      ]),
    );
    await clock.advance(5);
    for (const value of [2, 4, 6]) handle.signal('go', value);
    expect((await handle).outputs).toEqual({ one: 1, two: 2, three: 3 });
    expect(events.flatMap((event) => (event.type === 'task.succeeded' ? [event.signal] : []))).toEqual([
      { number: 1 },
      { number: 2 },
      { number: 3 },
    ]);
  });

  test('says in the log that a payload does not fit, where its schema answers later, and takes the next', async () => {
    const { handle, clock, events } = waiting({ schema: evenLater });
    await clock.advance(5);
    handle.signal('go', 1);
    handle.signal('go', 8);
    expect((await handle).outputs['s']).toBe(4);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'task.log',
        task: 's',
        message: expect.stringContaining("signal 'go' was not taken: the payload") as string,
      }),
    );
  });

  test('can be sent by an observer', async () => {
    const driven: Driven = waiting(
      {},
      {},
      {
        observers: [(event) => event.type === 'task.waiting' && driven.handle.signal('go', 2)],
      },
    );
    expect((await driven.end()).outputs['s']).toBe(1);
    const types = driven.events.map(({ type }) => type);
    expect(types.indexOf('run.signalled')).toBeGreaterThan(types.indexOf('task.waiting'));
  });

  const tooLate = "task 's' waited 259200000 ms for signal 'go', and it did not come";
  test.each<[string, SignalWait['onTimeout'], object, object]>([
    ['fails', undefined, { s: 'failed', after: 'upstream_failed' }, { error: { message: tooLate } }],
    [
      'fails where that is said',
      { kind: 'fail' },
      { s: 'failed', after: 'upstream_failed' },
      { outputs: {} },
    ],
    ['is skipped', { kind: 'skip' }, { s: 'skipped timeout', after: 'skipped dependency' }, { outputs: {} }],
    [
      'has another value',
      { kind: 'value', value: 'none' },
      { s: 'succeeded', after: 'succeeded' },
      { outputs: { s: 'none', after: 'none' } },
    ],
  ])('%s when its time is over', async (_, onTimeout, states, { error, ...more }: { error?: object }) => {
    const { end, clock, events } = waiting({ timeout: '3d', onTimeout });
    const result = await end();
    expect(statesOf(result)).toEqual(states);
    expect(result).toMatchObject(more);
    expect(taskOf(result, 's')).toMatchObject(error === undefined ? {} : { error });
    expect(clock.elapsedMs).toBe(3 * 86_400_000);
    expect(clock.timers).toBe(0);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'run.waiting', tasks: ['s'], until: clock.now() }),
    );
  });

  test('fails with an error of the family', async () => {
    const { error } = taskOf(await waiting({ timeout: 5 }).end(), 's');
    expect(error).toBeInstanceOf(SignalTimeoutError);
    expect(error).toMatchObject({ code: 'signal_timeout', task: 's', signal: 'go', timeoutMs: 5 });
  });

  test('ends with its run, or at its deadline', async () => {
    const cancelled = waiting({ timeout: '1h' });
    await cancelled.clock.advance(5);
    void cancelled.handle.cancel();
    expect(statesOf(await cancelled.end())).toMatchObject({ s: 'cancelled' });
    expect(cancelled.clock.timers).toBe(0);
    const late = waiting({ timeout: '1h' }, { deadline: '5m' });
    expect(taskOf(await late.end(), 's').error).toMatchObject({ code: 'deadline_exceeded' });
    expect(late.clock.elapsedMs).toBe(300_000);
    expect(late.events).toContainEqual(
      expect.objectContaining({ type: 'run.waiting', until: late.clock.startedAt + 300_000 }),
    );
  });
});

describe('a run all of which waits', () => {
  test('says so for timers, except those that are due soon', async () => {
    const said = async (...sleeps: number[]): Promise<unknown[]> => {
      const { end, events, clock } = drive(
        flowOf(sleeps.map((sleep, place) => ({ id: `s${place}`, sleep }))),
      );
      await end();
      return events.flatMap((event) =>
        event.type === 'run.waiting' ? [[event.tasks, (event.until ?? 0) - clock.startedAt]] : [],
      );
    };
    expect(await said(500)).toEqual([]);
    expect(await said(5_000, 5_000)).toEqual([[[], 5_000]]);
    expect(await said(500, 10_000, 20_000)).toEqual([
      [[], 10_000],
      [[], 20_000],
    ]);
  });
});
