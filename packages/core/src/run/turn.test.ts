import { describe, expect, test } from 'vitest';
import { VirtualClock } from '@wf-sdk/testing';
import { gated } from '../../test/gated.ts';
import { drive, flowOf, lines, recorder } from '../../test/kit.ts';
import { EVENT_VERSION, run, type RunHandle, type RunOptions, type RunResult, workflow } from '../index.ts';

const asked = workflow('w', { maxActiveRuns: 2 });

function begin(flow: Parameters<typeof run>[0], clock: VirtualClock) {
  return (id: string, options: RunOptions = {}): RunHandle<RunResult> =>
    run(flow, undefined, { id, clock, ...options });
}

describe('maxActiveRuns', () => {
  test('is kept as it was said', () => {
    expect(asked.addTask('a').run(() => 1).definition.maxActiveRuns).toBe(2);
  });

  test('has runs start one after the other, in the order in which they were begun', async () => {
    const { flow, started, letGo } = gated(1);
    const clock = new VirtualClock();
    const handles = ['r1', 'r2', 'r3'].map((id) => begin(flow, clock)(id));
    await clock.settle();
    expect(started).toEqual(['r1']);
    letGo('r2', 'r3', 'r1');
    const results = await Promise.all(handles);
    expect(results.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(started).toEqual(['r1', 'r2', 'r3']);
  });

  test('lets so many be active at once, and the next one start when any of them has ended', async () => {
    const { flow, started, letGo } = gated(2);
    const clock = new VirtualClock();
    const handles = ['r1', 'r2', 'r3', 'r4'].map((id) => begin(flow, clock)(id));
    await clock.settle();
    expect(started).toEqual(['r1', 'r2']);
    letGo('r2');
    await handles[1];
    await clock.settle();
    expect(started).toEqual(['r1', 'r2', 'r3']);
    letGo('r1', 'r3', 'r4');
    await Promise.all(handles);
    expect(started).toEqual(['r1', 'r2', 'r3', 'r4']);
  });

  test('counts the runs of the workflow alone, and those by the same clock', async () => {
    const one = gated(1, { id: 'one' });
    const other = gated(1, { id: 'other' });
    const clock = new VirtualClock();
    const handles = [
      begin(one.flow, clock)('r1'),
      begin(other.flow, clock)('r2'),
      begin(one.flow, new VirtualClock())('r3'),
    ];
    await clock.settle();
    expect([one.started, other.started]).toEqual([['r1', 'r3'], ['r2']]);
    one.letGo('r1', 'r3');
    other.letGo('r2');
    await Promise.all(handles);
  });

  test('frees the place of a run that failed, and of one that could not begin', async () => {
    const clock = new VirtualClock();
    const flow = flowOf(
      [
        {
          id: 'a',
          secrets: ['TOKEN'],
          handler: () => {
            throw new Error('no');
          },
        },
      ],
      { maxActiveRuns: 1 },
    );
    const results = await Promise.all([
      begin(flow, clock)('r1', { secrets: () => ({}) }),
      begin(flow, clock)('r2', { secrets: () => ({ TOKEN: 'x' }) }),
      begin(flow, clock)('r3', { secrets: () => ({ TOKEN: 'x' }) }),
    ]);
    expect(results.map(({ error }) => error?.code)).toEqual(['secrets_missing', 'run_failed', 'run_failed']);
  });
});

describe('a run that waits for its turn', () => {
  test('tells so, once, and nothing of it has started', async () => {
    const { flow, letGo } = gated(1);
    const clock = new VirtualClock();
    const { events, observe } = recorder();
    const others = ['r1', 'r2'].map((id) => begin(flow, clock)(id));
    const handle = run(flow, { n: 1 }, { id: 'r3', clock, observers: [observe] });
    await clock.settle();
    expect(events).toEqual([
      {
        type: 'run.pending',
        run: 'r3',
        at: clock.now(),
        workflow: 'w',
        version: '1.0.0',
        eventVersion: EVENT_VERSION,
        input: { n: 1 },
        limit: 1,
        runs: ['r1', 'r2'],
      },
    ]);
    letGo('r1', 'r2', 'r3');
    await Promise.all([...others, handle]);
    expect(lines(events).slice(0, 3)).toEqual(['run.pending', 'run.started', 'task.queued a']);
    expect(lines(events).at(-1)).toBe('run.finished');
  });

  test('begins when it has its turn: its timeout does not count before', async () => {
    const { flow, letGo } = gated(1);
    const clock = new VirtualClock();
    const first = begin(flow, clock)('r1');
    const second = begin(flow, clock)('r2', { timeout: '1m' });
    await clock.advance('1h');
    letGo('r1');
    await first;
    await clock.advance('59s');
    letGo('r2');
    const result = await second;
    expect(result).toMatchObject({ state: 'succeeded', durationMs: 59_000 });
    expect(result.startedAt).toBe(clock.startedAt + 3_600_000);

    const late = begin(flow, clock)('r3', { timeout: '1m' });
    expect((await clock.passUntil(late)).error?.code).toBe('run_timeout');
  });

  test.each([
    ['cancel', (handle: RunHandle<RunResult>) => void handle.cancel('no need')],
    ['a forced cancel', (handle: RunHandle<RunResult>) => void handle.cancel('no need', { force: true })],
    ['its signal', (_: unknown, controller: AbortController) => controller.abort('no need')],
  ])('is cancelled by %s, and those behind it move up', async (_, cancel) => {
    const { flow, started, letGo } = gated(1);
    const clock = new VirtualClock();
    const controller = new AbortController();
    const { events, observe } = recorder();
    const first = begin(flow, clock)('r1');
    const second = begin(flow, clock)('r2', { signal: controller.signal, observers: [observe] });
    const third = begin(flow, clock)('r3');
    await clock.settle();
    cancel(second, controller);
    expect(await second).toMatchObject({ state: 'cancelled', error: { cause: 'no need' } });
    expect(lines(events)).toEqual([
      'run.pending',
      'run.started',
      'run.cancelling',
      'task.cancelled a',
      'run.finished',
    ]);
    letGo('r1', 'r3');
    await Promise.all([first, third]);
    expect(started).toEqual(['r1', 'r3']);
  });

  test('fails instead, where it is to: nothing is told, and it is in nobody’s way', async () => {
    const { flow, started, letGo } = gated(1);
    const clock = new VirtualClock();
    const { events, observe } = recorder();
    const first = begin(flow, clock)('r1', { ifFull: 'fail' });
    const refused = await begin(flow, clock)('r2', { ifFull: 'fail', observers: [observe] });
    expect(refused).toMatchObject({ state: 'failed', outcome: 'failed', error: { code: 'too_many_runs' } });
    expect(refused.error).toMatchObject({ run: 'r2', workflow: 'w', limit: 1, runs: ['r1'] });
    expect(refused.error?.message).toContain("no more than 1 run of workflow 'w' may be active");
    expect(events).toEqual([]);
    const third = begin(flow, clock)('r3');
    letGo('r1', 'r3');
    await Promise.all([first, third]);
    expect(started).toEqual(['r1', 'r3']);
  });

  test('is given an option that there is', () => {
    expect(() => run(gated(1).flow, undefined, { ifFull: 'queue' as 'wait' })).toThrow(
      "option 'ifFull' must be one of 'wait', 'fail'",
    );
  });
});

describe('a run below another', () => {
  const sub = (flow: ReturnType<typeof flowOf>, maxActiveRuns?: number, id = 'parent') =>
    flowOf([{ id: 'sub', child: { workflow: flow } }], {
      id,
      ...(maxActiveRuns !== undefined && { maxActiveRuns }),
    });

  test('counts, and waits for its turn', async () => {
    const { flow, started, letGo } = gated(1);
    const clock = new VirtualClock();
    const { events, observe } = recorder();
    const first = begin(flow, clock)('r1');
    const parent = begin(sub(flow), clock)('p', { observers: [observe], ifFull: 'fail' });
    await clock.settle();
    expect(started).toEqual(['r1']);
    expect(events.at(-1)).toMatchObject({
      type: 'run.pending',
      run: 'p~sub',
      runs: ['r1'],
      parent: { run: 'p', task: 'sub' },
    });
    letGo('r1');
    await first;
    await clock.settle();
    const third = begin(flow, clock)('r3');
    await clock.settle();
    expect(started).toEqual(['r1', 'p~sub']);
    letGo('p~sub', 'r3');
    expect((await parent).state).toBe('succeeded');
    await third;
    expect(started).toEqual(['r1', 'p~sub', 'r3']);
  });

  test('is cancelled with it while it waits', async () => {
    const { flow, started, letGo } = gated(1);
    const clock = new VirtualClock();
    const first = begin(flow, clock)('r1');
    const parent = begin(sub(flow), clock)('p');
    await clock.settle();
    expect((await parent.cancel('enough')).state).toBe('cancelled');
    letGo('r1');
    await first;
    expect(started).toEqual(['r1']);
  });

  test('does not wait for the one above it: a workflow that runs itself ends', async () => {
    const countdown = (): ReturnType<typeof flowOf> =>
      flowOf(
        [
          {
            id: 'deeper',
            conditions: [({ input }: { readonly input: number }) => input > 0],
            child: {
              workflow: countdown,
              input: ({ input }: { readonly input: number }) => input - 1,
            },
          },
        ],
        { maxActiveRuns: 1, id: 'countdown' },
      );
    const { end } = drive(countdown(), {}, 3);
    expect(await end()).toMatchObject({ state: 'succeeded' });
  });

  test('does not wait where one above it has a turn, which another may wait for', async () => {
    const a = gated(1, { id: 'a' });
    const b = gated(1, { id: 'b' });
    const clock = new VirtualClock();
    const one = begin(sub(b.flow, 1, 'a'), clock)('r1');
    const other = begin(sub(a.flow, 1, 'b'), clock)('r2');
    await clock.settle();
    expect([a.started, b.started]).toEqual([['r2~sub'], ['r1~sub']]);
    const third = begin(a.flow, clock)('r3');
    await clock.settle();
    expect(a.started).toEqual(['r2~sub']);
    a.letGo('r2~sub', 'r3');
    b.letGo('r1~sub');
    expect((await Promise.all([one, other, third])).map(({ state }) => state)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
  });
});
