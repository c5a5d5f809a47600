import { describe, expect, test } from 'vitest';

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

const always = (id: string, ...dependsOn: string[]): PlainTask => ({
  id,
  dependsOn,
  runAlways: true,
  handler: (data: Readonly<Record<string, { readonly status: string } | undefined>>) =>
    data[dependsOn[0] ?? '']?.status,
});

describe('a task that always runs', () => {
  test('runs once its dependencies have ended, however they have', async () => {
    const result = await drive(
      flowOf([
        { id: 'bad', handler: fails },
        { id: 'next', dependsOn: ['bad'], handler: () => 1 },
        { id: 'skipped', conditions: [() => false], handler: () => 1 },
        always('a', 'bad'),
        always('b', 'next'),
        always('c', 'skipped'),
      ]),
    ).end();
    expect(result.outputs).toEqual({ a: 'failed', b: 'upstream_failed', c: 'skipped' });
    expect(result.outcome).toBe('partial');
  });

  test('runs in a cancelled run, which stays cancelled, once what it waits for has stopped', async () => {
    const { handle, clock, end, events } = drive(
      flowOf([
        { id: 'work', handler: untilAborted },
        { id: 'next', dependsOn: ['work'], handler: () => 1 },
        always('clean', 'work', 'next'),
        always('more', 'clean'),
        { id: 'other', dependsOn: ['clean'], handler: () => 1 },
      ]),
    );
    await clock.settle();
    void handle.cancel();
    const result = await end();
    expect(result).toMatchObject({
      state: 'cancelled',
      outcome: 'cancelled',
      outputs: { clean: 'cancelled', more: 'succeeded' },
    });
    expect(statesOf(result)).toMatchObject({ work: 'cancelled', next: 'cancelled', other: 'cancelled' });
    const told = lines(events);
    expect(told.indexOf('attempt.started clean#1')).toBeGreaterThan(told.indexOf('task.cancelled work'));
  });

  test('is not told to stop, and gets all the time it needs', async () => {
    const { handle, clock, end } = drive(
      flowOf([
        { id: 'work', handler: untilAborted },
        {
          id: 'clean',
          dependsOn: ['work'],
          runAlways: true,
          retry: { attempts: 2, delay: '1h' },
          handler: async (_: never, { attempt, signal }) => {
            await clock.sleep(60_000);
            if (attempt === 1) throw new Error('once');
            return signal.aborted;
          },
        },
      ]),
      { gracePeriod: 10 },
    );
    await clock.settle();
    void handle.cancel();
    const result = await end();
    expect(taskOf(result, 'clean')).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect(result.outputs['clean']).toBe(false);
    expect(result.durationMs).toBe(2 * 60_000 + 3_600_000);
    expect(clock.timers).toBe(0);
  });

  test('that ran already when the run was cancelled goes on', async () => {
    const { handle, clock, end } = drive(
      flowOf([
        { ...always('clean'), handler: () => clock.sleep(100).then(() => 'cleaned') },
        { id: 'work', handler: untilAborted },
      ]),
    );
    await clock.advance(10);
    void handle.cancel();
    expect((await end()).outputs).toEqual({ clean: 'cleaned' });
  });

  test('that fails leaves a cancelled run cancelled', async () => {
    const { handle, clock, end } = drive(
      flowOf([
        { id: 'work', handler: untilAborted },
        { id: 'clean', dependsOn: ['work'], runAlways: true, handler: fails },
      ]),
    );
    await clock.settle();
    void handle.cancel();
    const result = await end();
    expect([result.state, taskOf(result, 'clean').state]).toEqual(['cancelled', 'failed']);
  });

  test('runs after a timeout of the run and after a fast failure', async () => {
    const late = await drive(flowOf([{ id: 'work', handler: untilAborted }, always('clean', 'work')]), {
      timeout: 10,
    }).end();
    expect(late).toMatchObject({
      state: 'failed',
      error: { code: 'run_timeout' },
      outputs: { clean: 'cancelled' },
    });
    const fast = drive(
      flowOf([
        { id: 'bad', handler: () => fast.clock.sleep(5).then(fails) },
        { id: 'work', handler: untilAborted },
        always('clean', 'work'),
      ]),
      { onFailure: 'fail-fast' },
    );
    expect(await fast.end()).toMatchObject({ state: 'failed', outputs: { clean: 'cancelled' } });
  });

  test('starts nothing where the run is cancelled before it begins', async () => {
    const { handle, end, events } = drive(flowOf([always('clean')]));
    void handle.cancel();
    expect(statesOf(await end())).toEqual({ clean: 'cancelled' });
    expect(events.find(({ type }) => type === 'run.cancelling')).toMatchObject({ wholly: true });
  });
});

test('a forced cancel waits for nothing: not for handlers, nor for what always runs', async () => {
  const { handle, clock, end, events } = drive(
    flowOf([
      { id: 'deaf', handler: () => clock.sleep(60_000) },
      always('running'),
      { ...always('busy'), handler: () => clock.sleep(60_000) },
      always('pending', 'deaf'),
    ]),
  );
  await clock.advance(5);
  void handle.cancel('at once', { force: true });
  const result = await end();
  expect(result).toMatchObject({ state: 'cancelled', durationMs: 5, error: { cause: 'at once' } });
  expect(statesOf(result)).toEqual({
    deaf: 'cancelled',
    running: 'succeeded',
    busy: 'cancelled',
    pending: 'cancelled',
  });
  expect(events.filter(({ type }) => type === 'run.cancelling')).toMatchObject([{ wholly: true }]);
  expect(clock.timers).toBe(0);
});

test('a run that is being cancelled can be forced, and keeps its first reason', async () => {
  const { handle, clock, end, events } = drive(
    flowOf([{ id: 'deaf', handler: () => clock.sleep(60_000) }, always('pending', 'deaf')]),
  );
  await clock.settle();
  void handle.cancel('first');
  await clock.advance(50);
  void handle.cancel('second', { force: true });
  const result = await end();
  expect(result).toMatchObject({ durationMs: 50, error: { cause: 'first' } });
  expect(statesOf(result)).toEqual({ deaf: 'cancelled', pending: 'cancelled' });
  expect(events.filter(({ type }) => type === 'run.cancelling').map((event) => 'wholly' in event)).toEqual([
    false,
    true,
  ]);
  expect(clock.timers).toBe(0);
});

test('a forced cancel by an observer ends the run as one from outside does', async () => {
  for (const first of ['gently', 'at once']) {
    const { handle, end, clock } = drive(
      flowOf([{ id: 'deaf', handler: () => clock.sleep(60_000) }, always('clean', 'deaf')]),
      {
        observers: [
          ({ type }) => {
            if (type === 'attempt.started') void handle.cancel(first, { force: first !== 'gently' });
            if (type === 'run.cancelling') void handle.cancel('now', { force: true });
          },
        ],
      },
    );
    const result = await end();
    expect(result).toMatchObject({ state: 'cancelled', durationMs: 0 });
    expect(statesOf(result)).toEqual({ deaf: 'cancelled', clean: 'cancelled' });
    expect(clock.timers).toBe(0);
  }
});
