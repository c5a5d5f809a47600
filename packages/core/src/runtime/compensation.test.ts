import { describe, expect, test } from 'vitest';

import { drive, fails, flowOf, lines, type PlainTask, taskOf, untilAborted } from '../../test/kit.ts';

/** Tasks that note when they are undone. */
function undoable() {
  const undone: string[] = [];
  const task = (id: string, ...dependsOn: string[]): PlainTask => ({
    id,
    dependsOn,
    handler: () => id.toUpperCase(),
    compensate: { undo: (output: string) => undone.push(output) },
  });
  return { undone, task };
}

const bad = (...dependsOn: string[]): PlainTask => ({ id: 'bad', dependsOn, handler: fails });

describe('compensation', () => {
  test('undoes what was done, the last first, when the run fails', async () => {
    const { undone, task } = undoable();
    const { end, events } = drive(
      flowOf([task('a'), task('b', 'a'), task('c', 'b'), bad('c'), task('never', 'bad')]),
    );
    const result = await end();
    expect(undone).toEqual(['C', 'B', 'A']);
    expect(result.compensations).toEqual(
      ['c', 'b', 'a'].map((id) => ({
        task: id,
        item: undefined,
        state: 'succeeded',
        attempts: 1,
        error: undefined,
      })),
    );
    expect(result).toMatchObject({ state: 'failed', succeeded: 3, outputs: { a: 'A', b: 'B', c: 'C' } });
    expect(lines(events).slice(-8)).toEqual([
      'task.upstream_failed never',
      'compensation.started c#1',
      'compensation.succeeded c#1',
      'compensation.started b#1',
      'compensation.succeeded b#1',
      'compensation.started a#1',
      'compensation.succeeded a#1',
      'run.finished',
    ]);
  });

  test('goes by the order in which tasks were done, not by that in which they were defined', async () => {
    const { undone, task } = undoable();
    const { clock, end } = drive(
      flowOf([
        { ...task('slow'), handler: () => clock.sleep(50).then(() => 'SLOW') },
        task('quick'),
        bad('slow'),
      ]),
    );
    await end();
    expect(undone).toEqual(['SLOW', 'QUICK']);
  });

  test('undoes nothing of a run that succeeded, also if a failure was handled', async () => {
    const { undone, task } = undoable();
    const result = await drive(flowOf([task('a'), { ...bad('a'), allowFailure: true }])).end();
    expect([result.outcome, undone, result.compensations]).toEqual(['success', [], []]);
  });

  test('undoes what was done of a cancelled run, of one that timed out and of one that fails fast', async () => {
    const states = [];
    for (const how of ['cancel', 'timeout', 'fail-fast'] as const) {
      const { undone, task } = undoable();
      const work: PlainTask = {
        id: 'work',
        dependsOn: ['a'],
        handler: how === 'fail-fast' ? fails : untilAborted,
      };
      const { handle, clock, end } = drive(flowOf([task('a'), work]), {
        onFailure: how === 'fail-fast' ? 'fail-fast' : 'continue',
        ...(how === 'timeout' && { timeout: 10 }),
      });
      await clock.settle();
      if (how === 'cancel') void handle.cancel();
      states.push((await end()).state);
      expect(undone).toEqual(['A']);
    }
    expect(states).toEqual(['cancelled', 'failed', 'failed']);
  });

  test('undoes what a cancelled task did all the same, and not what it did not', async () => {
    const { undone, task } = undoable();
    const { clock, handle, end } = drive(
      flowOf([
        { ...task('deaf'), handler: () => clock.sleep(50).then(() => 'DEAF') },
        { ...task('obedient'), handler: untilAborted },
        {
          ...task('items'),
          fanOut: { kind: 'each', select: () => [0, 1] },
          handler: ({ item }: { readonly item: number }) => clock.sleep(60 + item).then(() => `ITEM ${item}`),
        },
      ]),
    );
    await clock.advance(10);
    void handle.cancel();
    const result = await end();
    expect(undone).toEqual(['ITEM 1', 'ITEM 0', 'DEAF']);
    expect(result).toMatchObject({ state: 'cancelled', succeeded: 0, outputs: {} });
  });

  test('comes after everything else, what always runs and teardowns too', async () => {
    const { task } = undoable();
    const { end, events } = drive(
      flowOf([
        task('a'),
        bad('a'),
        { id: 'clean', dependsOn: ['bad'], runAlways: true, handler: () => 1 },
        { id: 'drop', teardownOf: 'a', handler: () => 1 },
      ]),
    );
    await end();
    expect(lines(events).slice(-4)).toEqual([
      'task.succeeded drop',
      'compensation.started a#1',
      'compensation.succeeded a#1',
      'run.finished',
    ]);
  });

  test('undoes each item that was done, also of a task that failed', async () => {
    const undone: unknown[] = [];
    const result = await drive(
      flowOf([
        {
          id: 'map',
          fanOut: { kind: 'each', select: () => ['x', 'y', 'z'], concurrency: 1 },
          handler: ({ item }: { readonly item: string }) => (item === 'z' ? fails() : item.toUpperCase()),
          compensate: {
            undo: (output: string, { item, index }: { readonly item: string; readonly index: number }) =>
              undone.push([output, item, index]),
          },
        },
      ]),
    ).end();
    expect(undone).toEqual([
      ['Y', 'y', 1],
      ['X', 'x', 0],
    ]);
    expect(result.compensations).toMatchObject([
      { task: 'map', item: 1 },
      { task: 'map', item: 0 },
    ]);
  });

  test('gets the output, what the task read, and a context with a key of its own', async () => {
    let seen: unknown;
    const { end } = drive(
      flowOf([
        { id: 'first', handler: () => 1 },
        {
          id: 'a',
          dependsOn: ['first'],
          retry: { attempts: 2, delay: 0 },
          handler: (_: never, { attempt }) => (attempt === 1 ? fails() : 'made'),
          compensate: {
            undo: (output, data, { attempt, idempotencyKey, task, run, signal }) => {
              seen = { output, data, attempt, idempotencyKey, task, run: run.id, aborted: signal.aborted };
            },
          },
        },
        bad('a'),
      ]),
      {},
      'in',
    );
    await end();
    expect(seen).toEqual({
      output: 'made',
      data: { input: 'in', first: 1 },
      attempt: 1,
      idempotencyKey: 'r/a/undo',
      task: { id: 'a' },
      run: 'r',
      aborted: false,
    });
  });

  test('is not for what stood in for an output: it did nothing', async () => {
    const { undone, task } = undoable();
    const standIn: Partial<PlainTask>[] = [
      { fallback: { kind: 'value', value: 1 } },
      {
        recover: [
          { match: { kind: 'predicate', test: () => true }, action: { type: 'value', make: () => 1 } },
        ],
      },
    ];
    for (const policies of standIn)
      await drive(flowOf([{ ...task('a'), handler: fails, ...policies }, bad('a')])).end();
    expect(undone).toEqual([]);
  });
});

describe('an undo function', () => {
  const undoing = (compensate: NonNullable<PlainTask['compensate']>) => {
    const { undone, task } = undoable();
    return {
      undone,
      ...drive(flowOf([task('a'), { ...task('b', 'a'), compensate }, task('c', 'b'), bad('c')])),
    };
  };

  test('that fails is reported, and the others go on', async () => {
    const { undone, end, events } = undoing({ undo: fails });
    const result = await end();
    expect(undone).toEqual(['C', 'A']);
    expect(result.compensations).toMatchObject([
      { task: 'c', state: 'succeeded' },
      { task: 'b', state: 'failed', attempts: 1, error: { message: 'no' } },
      { task: 'a', state: 'succeeded' },
    ]);
    expect(taskOf(result, 'b').state).toBe('succeeded');
    expect(events.find(({ type }) => type === 'compensation.failed')).toMatchObject({
      task: 'b',
      attempt: 1,
      error: { message: 'no' },
    });
  });

  test('is tried again as its own retry policy says', async () => {
    const tried: number[] = [];
    const { end, clock, events } = undoing({
      retry: { attempts: 3, delay: '1s' },
      undo: (_output, _data, { attempt }) => {
        tried.push(attempt);
        if (attempt < 3) fails();
      },
    });
    const result = await end();
    expect([tried, clock.elapsedMs]).toEqual([[1, 2, 3], 3_000]);
    expect(result.compensations[1]).toMatchObject({ state: 'succeeded', attempts: 3 });
    expect(events.filter(({ type }) => type === 'compensation.failed')).toMatchObject([
      { retryInMs: 1_000 },
      { retryInMs: 2_000 },
    ]);
    expect(result.durationMs).toBe(3_000);
  });

  test('is not tried again where retryIf says no, or throws', async () => {
    for (const retryIf of [() => false, fails]) {
      const { end } = undoing({ retry: { attempts: 3, retryIf }, undo: fails });
      expect((await end()).compensations[1]).toMatchObject({ state: 'failed', attempts: 1 });
    }
  });

  test('is given only so much time, and told to stop', async () => {
    const reasons: unknown[] = [];
    const { end, clock } = undoing({
      timeout: 40,
      retry: { attempts: 2, delay: 5 },
      undo: (_output, _data, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => reasons.push(signal.reason));
        }),
    });
    const { compensations } = await end();
    expect(compensations[1]).toMatchObject({
      state: 'failed',
      attempts: 2,
      error: { code: 'timeout', timeoutMs: 40 },
    });
    expect(reasons).toMatchObject([{ code: 'timeout' }, { code: 'timeout' }]);
    expect([clock.elapsedMs, clock.timers]).toEqual([85, 0]);
  });

  test('that throws no error is reported with one', async () => {
    const { end } = undoing({ undo: () => Promise.reject('text') });
    expect((await end()).compensations[1]).toMatchObject({ error: { code: 'thrown_value', cause: 'text' } });
  });
});

describe('a forced cancel', () => {
  test('while the run is compensated stops that, and says what was not undone', async () => {
    const { undone, task } = undoable();
    const aborted: unknown[] = [];
    const { handle, clock, end } = drive(
      flowOf([
        task('a'),
        {
          ...task('b', 'a'),
          compensate: {
            undo: (_output, _data, { signal }) =>
              new Promise(() => {
                signal.addEventListener('abort', () => aborted.push(signal.reason));
              }),
          },
        },
        bad('b'),
      ]),
    );
    await clock.advance(30);
    void handle.cancel('enough', { force: true });
    const result = await end();
    expect(undone).toEqual([]);
    expect(aborted).toMatchObject([{ code: 'cancelled', cause: 'enough' }]);
    expect(result).toMatchObject({
      state: 'failed',
      durationMs: 30,
      compensations: [
        { task: 'b', state: 'failed', attempts: 1, error: { code: 'cancelled' } },
        { task: 'a', state: 'failed', attempts: 0, error: { code: 'cancelled' } },
      ],
    });
    expect(clock.timers).toBe(0);
  });

  test('ends a wait before the next try at once, also where an observer forces it', async () => {
    for (const byObserver of [true, false]) {
      const force = (): void => void handle.cancel('enough', { force: true });
      const { handle, clock, end } = drive(
        flowOf([
          { ...undoable().task('a'), compensate: { undo: fails, retry: { attempts: 9, delay: '1h' } } },
          bad('a'),
        ]),
        { observers: [({ type }) => (byObserver && type === 'compensation.failed' ? force() : undefined)] },
      );
      await clock.settle();
      if (!byObserver) force();
      expect((await end()).compensations).toMatchObject([{ state: 'failed', attempts: 1 }]);
      expect([clock.elapsedMs, clock.timers]).toEqual([0, 0]);
    }
  });

  test('of a run that is not compensated yet undoes nothing, whoever forces it', async () => {
    for (const byObserver of [true, false]) {
      const { undone, task } = undoable();
      const force = (): void => void handle.cancel('enough', { force: true });
      const { handle, clock, end } = drive(
        flowOf([task('a'), { id: 'work', dependsOn: ['a'], handler: untilAborted }]),
        {
          observers: [
            (event) =>
              byObserver && event.type === 'attempt.started' && event.task === 'work' ? force() : undefined,
          ],
        },
      );
      await clock.settle();
      if (!byObserver) force();
      const result = await end();
      expect([result.state, undone]).toEqual(['cancelled', []]);
      expect(result.compensations).toMatchObject([{ task: 'a', state: 'failed', attempts: 0 }]);
    }
  });
});

test('a gentle cancel lets compensation go on to its end', async () => {
  const { undone, task } = undoable();
  const { handle, clock, end } = drive(
    flowOf([
      { ...task('a'), compensate: { undo: () => clock.sleep(50).then(() => undone.push('slowly')) } },
      bad('a'),
    ]),
  );
  await clock.advance(10);
  void handle.cancel();
  expect(await end()).toMatchObject({ state: 'failed', durationMs: 50 });
  expect(undone).toEqual(['slowly']);
});
