import { getEventListeners } from 'node:events';

import { describe, expect, test } from 'vitest';

import { gate, VirtualClock } from '@wf-sdk/testing';
import { lines, recorder, schemaOf } from '../../test/kit.ts';
import { CancelledError, OptionError, run, RunCancelledError, type RunOptions, workflow } from '../index.ts';

/** `work` runs until the test opens its gate, `retrying` waits an hour, `queued` wants a slot, `pending` wants `work`. */
function busy(options: RunOptions = {}) {
  const clock = new VirtualClock();
  const end = gate<string>();
  const signals: AbortSignal[] = [];
  const { events, observe } = recorder();
  const flow = workflow('w')
    .addTask('done')
    .priority(3)
    .run(() => 'done')
    .addTask('retrying')
    .priority(2)
    .retry({ attempts: 2, delay: '1h' })
    .run((): string => {
      throw new Error('once');
    })
    .addTask('work')
    .priority(1)
    .run((_, { signal }) => {
      signals.push(signal);
      return end.promise;
    })
    .addTask('queued')
    .run(() => 'queued')
    .addTask('pending')
    .dependsOn('work')
    .run(({ work }) => work);
  const handle = run(flow, undefined, { clock, concurrency: 1, observers: [observe], ...options });
  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries(Object.values((await handle).tasks).map(({ id, state }) => [id, state]));
  return { clock, end, signals, events, handle, states };
}

const cancelled = {
  done: 'succeeded',
  retrying: 'cancelled',
  work: 'cancelled',
  queued: 'cancelled',
  pending: 'cancelled',
};

describe('cancel', () => {
  test('ends what is pending, queued or retrying at once, and waits for what runs', async () => {
    const { clock, events, handle, end, states } = busy();
    await clock.settle();
    const before = events.length;
    void handle.cancel();
    expect(lines(events.slice(before))).toEqual([
      'run.cancelling',
      'task.cancelled retrying',
      'task.cancelled queued',
      'task.cancelled pending',
    ]);
    await clock.advance(5_000);
    expect(events.at(-1)?.type).toBe('task.cancelled');
    end.open('too late');
    const result = await handle;
    expect(lines(events.slice(-2))).toEqual(['task.cancelled work', 'run.finished']);
    expect(await states()).toEqual(cancelled);
    expect(result).toMatchObject({
      state: 'cancelled',
      outcome: 'cancelled',
      succeeded: 1,
      outputs: { done: 'done' },
      durationMs: 5_000,
    });
    expect(result.outputs).not.toHaveProperty('work');
    expect(clock.timers).toBe(0);
  });

  test('gives its reason to the signals, as the cause of a CancelledError, and to the result', async () => {
    const { clock, signals, handle, end } = busy();
    await clock.settle();
    const reason = { because: 'I say so' };
    const cancelling = handle.cancel(reason);
    expect(signals[0]?.reason).toBeInstanceOf(CancelledError);
    expect(signals[0]?.reason).toMatchObject({ code: 'cancelled', cause: reason });
    end.fail(new Error('stopped'));
    const result = await cancelling;
    expect(result.error).toBeInstanceOf(RunCancelledError);
    expect(result.error).toMatchObject({ code: 'run_cancelled', cause: reason });
    expect(result.tasks.work).toMatchObject({ state: 'cancelled', error: undefined, attempts: 1 });
  });

  test('waits for a handler that does not stop only as long as the grace period', async () => {
    const { clock, handle, states, end } = busy({ gracePeriod: '3s' });
    await clock.settle();
    void handle.cancel();
    const result = await clock.passUntil(handle);
    expect(result.durationMs).toBe(3_000);
    expect(await states()).toEqual(cancelled);
    end.fail(new Error('later than late'));
    await clock.settle();
    expect([handle.id, result.tasks.work.state]).toEqual([result.run, 'cancelled']);
  });

  test('takes another grace period than the run was given', async () => {
    const { clock, handle } = busy({ gracePeriod: '3s' });
    await clock.settle();
    void handle.cancel('now', { gracePeriod: 40 });
    expect((await clock.passUntil(handle)).durationMs).toBe(40);
    expect(() => handle.cancel('now', { gracePeriod: 'soon' as never })).toThrow(OptionError);
  });

  test('waits ten seconds where no grace period is given', async () => {
    const { clock, handle } = busy();
    await clock.settle();
    void handle.cancel();
    expect((await clock.passUntil(handle)).durationMs).toBe(10_000);
  });

  test('before the run begins starts nothing', async () => {
    const { events, handle } = busy();
    const result = await handle.cancel('changed my mind');
    expect(result).toMatchObject({ state: 'cancelled', succeeded: 0, error: { cause: 'changed my mind' } });
    expect(lines(events).filter((line) => line.startsWith('attempt'))).toEqual([]);
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(['run.started', 'run.finished']);
  });

  test('while the input is being checked starts nothing', async () => {
    const checked = gate();
    let called = false;
    const input = schemaOf(async (value: number) => {
      await checked.promise;
      return value;
    });
    const handle = run(
      workflow('w', { input })
        .addTask('a')
        .run(() => {
          called = true;
        }),
      1,
    );
    void handle.cancel();
    checked.open();
    expect([(await handle).state, called]).toEqual(['cancelled', false]);
  });

  test('after the end changes nothing', async () => {
    const { events, observe } = recorder();
    const handle = run(
      workflow('w')
        .addTask('a')
        .run(() => 1),
      undefined,
      { observers: [observe] },
    );
    const result = await handle;
    const count = events.length;
    expect(await handle.cancel('too late')).toBe(result);
    expect([result.state, events.length]).toEqual(['succeeded', count]);
  });

  test('said twice keeps the first reason', async () => {
    const { clock, handle, end, events } = busy();
    await clock.settle();
    void handle.cancel('first');
    void handle.cancel('second');
    end.open('');
    expect((await handle).error).toMatchObject({ cause: 'first' });
    expect(lines(events).filter((line) => line === 'run.cancelling')).toHaveLength(1);
  });

  test('by a task of the run itself ends the others, and that task too', async () => {
    let cancel: (reason: string) => unknown = () => undefined;
    const flow = workflow('w')
      .addTask('a')
      .run(() => void cancel('from within'))
      .addTask('b')
      .dependsOn('a')
      .run(() => 1)
      .addTask('c')
      .run(() => 2);
    const handle = run(flow, undefined, { concurrency: 1 });
    cancel = (reason) => handle.cancel(reason);
    const { tasks, state } = await handle;
    expect([state, tasks.a.state, tasks.b.state, tasks.c.state]).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  test.each([
    'run.started',
    'task.queued',
    'attempt.started',
    'attempt.failed',
    'task.log',
    'task.succeeded',
  ])(
    'by an observer told %s starts nothing more, and all observers are told the same in the same order',
    async (type) => {
      const clock = new VirtualClock();
      const [before, after] = [recorder(), recorder()];
      const flow = workflow('w')
        .addTask('a')
        .retry({ attempts: 2, delay: 5 })
        .run((_, { attempt, log }) => {
          if (attempt === 1) throw new Error('once');
          log.info('here');
          return 1;
        })
        .addTask('b')
        .dependsOn('a')
        .run(() => 2);
      const cancel = (event: { readonly type: string }): void => {
        if (event.type === type) void handle.cancel();
      };
      const handle = run(flow, undefined, { clock, observers: [before.observe, cancel, after.observe] });
      const result = await clock.passUntil(handle);
      const told = lines(before.events);
      expect(lines(after.events)).toEqual(told);
      expect(result.tasks.b.state).toBe('cancelled');
      expect(
        told.slice(told.indexOf('run.cancelling')).filter((line) => /queued|started|succeeded/.test(line)),
      ).toEqual([]);
      expect(told.filter((line) => line === 'run.cancelling' || line === 'run.finished')).toHaveLength(2);
      expect(clock.timers).toBe(0);
    },
  );
});

describe('options.signal', () => {
  test('cancels the run with its reason', async () => {
    const controller = new AbortController();
    const { clock, handle, end, states } = busy({ signal: controller.signal });
    await clock.settle();
    controller.abort('enough');
    end.open('late');
    expect((await handle).error).toMatchObject({ code: 'run_cancelled', cause: 'enough' });
    expect(await states()).toEqual(cancelled);
  });

  test('that is aborted already cancels the run before it begins', async () => {
    let called = false;
    const result = await run(
      workflow('w')
        .addTask('a')
        .run(() => {
          called = true;
        }),
      undefined,
      { signal: AbortSignal.abort('at once') },
    );
    expect(result).toMatchObject({ state: 'cancelled', error: { cause: 'at once' } });
    expect(called).toBe(false);
  });

  test('is let go of when the run ends', async () => {
    const { signal } = new AbortController();
    const handle = run(
      workflow('w')
        .addTask('a')
        .run(() => 1),
      undefined,
      { signal },
    );
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await handle;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
