import { describe, expect, test } from 'vitest';

import { drive, fails, flowOf, lines, type PlainTask, statesOf, untilAborted } from '../../test/kit.ts';

describe('fail-fast', () => {
  const tasks = (clock: () => { sleep(ms: number): Promise<void> }): PlainTask[] => [
    { id: 'bad', handler: () => clock().sleep(10).then(fails) },
    { id: 'work', handler: untilAborted },
    { id: 'retrying', retry: { attempts: 2, delay: '1h' }, handler: fails },
    { id: 'next', dependsOn: ['work'], handler: () => 1 },
  ];

  test('cancels the others as soon as a task has failed, and the run has failed because of it', async () => {
    const driven = drive(
      flowOf(
        tasks(() => driven.clock),
        { onFailure: 'fail-fast' },
      ),
    );
    const { clock, end, events } = driven;
    const result = await end();
    expect(statesOf(result)).toEqual({
      bad: 'failed',
      work: 'cancelled',
      retrying: 'cancelled',
      next: 'cancelled',
    });
    expect(result).toMatchObject({
      state: 'failed',
      durationMs: 10,
      error: { code: 'run_failed', errors: [{ code: 'task_failed', task: 'bad' }] },
    });
    const told = lines(events);
    expect(told.slice(told.indexOf('task.failed bad'))).toEqual([
      'task.failed bad',
      'run.cancelling',
      'task.cancelled retrying',
      'task.cancelled next',
      'task.cancelled work',
      'run.finished',
    ]);
    expect(clock.timers).toBe(0);
  });

  test('is what the run says, whatever the workflow does', async () => {
    const driven = drive(
      flowOf(
        tasks(() => driven.clock),
        { onFailure: 'fail-fast' },
      ),
      { onFailure: 'continue', timeout: 50 },
    );
    expect((await driven.end()).durationMs).toBe(50);
    const other = drive(flowOf(tasks(() => other.clock)), { onFailure: 'fail-fast' });
    expect((await other.end()).durationMs).toBe(10);
  });

  test('is brought about by no failure that is handled or allowed', async () => {
    const { clock, end } = drive(
      flowOf(
        [
          { id: 'allowed', allowFailure: true, handler: fails },
          { id: 'saved', handler: fails, fallback: { kind: 'value', value: 1 } },
          {
            id: 'retried',
            retry: { attempts: 2 },
            handler: (_: never, { attempt }) => (attempt === 1 ? fails() : 1),
          },
          { id: 'work', handler: () => clock.sleep(5_000) },
        ],
        { onFailure: 'fail-fast' },
      ),
    );
    expect((await end()).outcome).toBe('success');
  });

  test('waits for a handler that does not stop only as long as the grace period', async () => {
    const { clock, end } = drive(
      flowOf(
        [
          { id: 'bad', handler: fails },
          { id: 'deaf', priority: 1, handler: () => clock.sleep(60_000) },
        ],
        {
          onFailure: 'fail-fast',
        },
      ),
      { gracePeriod: 300 },
    );
    expect((await end()).durationMs).toBe(300);
  });
});

describe('a task that may fail', () => {
  test('fails neither the run nor what accepts its failure, but what wants its success', async () => {
    const result = await drive(
      flowOf([
        { id: 'bad', allowFailure: true, handler: fails },
        { id: 'next', dependsOn: ['bad'], triggerRule: 'all_done', handler: () => 1 },
        { id: 'never', dependsOn: ['bad'], handler: () => 1 },
      ]),
    ).end();
    expect(statesOf(result)).toEqual({ bad: 'failed', next: 'succeeded', never: 'upstream_failed' });
    expect(result).toMatchObject({ state: 'succeeded', outcome: 'success', succeeded: 1, total: 3 });
  });

  test('is not among the errors of a run that failed because of another', async () => {
    const result = await drive(
      flowOf([
        { id: 'allowed', allowFailure: true, handler: fails },
        { id: 'bad', handler: fails },
      ]),
    ).end();
    expect(result.error).toMatchObject({ errors: [{ task: 'bad' }] });
  });
});

describe('the failure policy', () => {
  const outcome = async (failurePolicy: 'any' | 'leaves', ...tasks: PlainTask[]) =>
    (await drive(flowOf(tasks, { failurePolicy })).end()).outcome;
  const bad = { id: 'bad', handler: fails };
  const accepting: PlainTask = {
    id: 'report',
    dependsOn: ['bad'],
    triggerRule: 'all_done',
    handler: () => 1,
  };

  test("of 'any' fails a run with any failure that nothing handled", async () => {
    expect(await outcome('any', bad, accepting)).toBe('partial');
  });

  test("of 'leaves' looks only at the tasks on which nothing depends", async () => {
    expect(await outcome('leaves', bad, accepting)).toBe('success');
    expect(await outcome('leaves', bad, { ...accepting, handler: fails })).toBe('failed');
    expect(await outcome('leaves', bad, { ...accepting, triggerRule: 'all_success' })).toBe('failed');
    expect(
      await outcome('leaves', bad, accepting, { id: 'other', dependsOn: ['bad'], handler: () => 1 }),
    ).toBe('partial');
    expect(await outcome('leaves', bad)).toBe('failed');
  });
});
