import { beforeAll, describe, expect, test } from 'vitest';
import { fails, flowOf, lines, type PlainTask, schemaOf, taskOf } from '../../test/kit.ts';
import { Lives } from '../../test/lives.ts';
import { loadBreakers } from '../execute/breakers.ts';
import { breakers, on, type RunEvent, send } from '../index.ts';
import type { BreakerOptions } from '../model/policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const anything = schemaOf((value: unknown) => value);

// Loaded before: what takes real time would let a virtual clock believe that nothing goes on any more.
beforeAll(loadBreakers);

const waitingOf = (events: readonly RunEvent[], run = 'r') =>
  events.filter((event) => event.type === 'run.waiting' && event.run === run);

describe('items that wait long for another attempt', () => {
  /** Of five items the first is fine; the others fail until their third attempt, after which they wait 2 and then 4 hours. */
  function flaky(policies: Partial<PlainTask> = {}): { lives: Lives; calls: string[] } {
    const calls: string[] = [];
    const each = { kind: 'each', select: () => ['a', 'b', 'c', 'd', 'e'] } as const;
    const flow = flowOf([
      {
        id: 'fetch',
        fanOut: { ...each, concurrency: 3, join: 'allSettled' },
        retry: { attempts: 3, delay: '2h' },
        handler: ({ item }: { item: string }, { attempt }) => {
          calls.push(`${item}${attempt}`);
          if (item !== 'a' && attempt < 3) throw new Error('busy');
          return `${item}${attempt}`;
        },
        ...policies,
      },
    ]);
    return { lives: new Lives(flow), calls };
  }

  test('need no process, and go on with their counts when they are due, not earlier', async () => {
    const { lives, calls } = flaky();
    await lives.live('1m');
    expect(calls).toEqual(['a1', 'b1', 'c1', 'd1']);
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: 2 * HOUR });
    expect([await lives.dueAfter(2 * HOUR - 1), await lives.dueAfter(2 * HOUR)]).toEqual([[], ['r']]);
    const early = await lives.live('1m');
    expect(waitingOf(early.events)).toMatchObject([{ until: lives.begun + 2 * HOUR }]);
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: 2 * HOUR });
    lives.pass(2 * HOUR - 2 * MINUTE);
    await lives.live('1m');
    expect(calls.slice(4)).toEqual(['b2', 'c2', 'd2']);
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: 6 * HOUR });
    const { result, clock } = await lives.end();
    expect(calls.slice(7)).toEqual(['b3', 'e1', 'c3', 'd3', 'e2', 'e3']);
    expect(result.outputs['fetch']).toMatchObject(
      ['a1', 'b3', 'c3', 'd3', 'e3'].map((value) => ({ status: 'succeeded', value })),
    );
    expect(taskOf(result, 'fetch').attempts).toBe(13);
    expect(clock.now() - lives.begun).toBe(12 * HOUR);
  });

  test('go on at once where they are late', async () => {
    const { lives, calls } = flaky();
    await lives.live('1m');
    lives.pass(9 * HOUR);
    await lives.live('1s');
    expect(calls.slice(4)).toEqual(['b2', 'c2', 'd2']);
  });

  test('wait on after a process that died while others of them ran', async () => {
    const started: string[] = [];
    const lives = new Lives(
      flowOf([
        {
          id: 'a',
          fanOut: { kind: 'each', select: () => [0, 1] },
          retry: { attempts: 3, delay: '2h' },
          handler: async ({ item }: { item: number }, { attempt }) => {
            started.push(`${item}#${attempt}`);
            if (item === 1) await new Promise(() => undefined);
            throw new Error('busy');
          },
        },
      ]),
    );
    await lives.live('1h');
    expect((await lives.kept()).state).toBe('running');
    await lives.live('30m');
    expect(started).toEqual(['0#1', '1#1', '1#1']);
    await lives.live('31m');
    expect(started.slice(3).toSorted()).toEqual(['0#2', '1#1']);
  });

  test('end with their task: with its deadline, or when the run is cancelled', async () => {
    const { lives } = flaky({ deadline: '1h' });
    await lives.live('1m');
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: HOUR });
    await lives.live('1m');
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: HOUR });
    const { result, clock } = await lives.end();
    expect(taskOf(result, 'fetch').error).toMatchObject({ code: 'deadline_exceeded' });
    expect([clock.now() - lives.begun, clock.timers]).toEqual([HOUR, 0]);
    const other = flaky();
    await other.lives.live('1m');
    await send(other.lives.store, 'r', { type: 'cancel', reason: 'no need' });
    const cancelled = await other.lives.end();
    expect([cancelled.result.state, cancelled.clock.timers]).toEqual(['cancelled', 0]);
  });

  test('keep their process where the wait is short, or anything else of the run goes on', async () => {
    const short = flaky({ retry: { attempts: 3, delay: '1m', backoff: 'constant' } });
    expect(waitingOf((await short.lives.live('5m')).events)).toEqual([]);
    const source = async function* (): AsyncGenerator<string> {
      yield 'b';
      await new Promise(() => undefined);
    };
    const slow = flaky({ fanOut: { kind: 'each', select: source } });
    expect(waitingOf((await slow.lives.live('1m')).events)).toEqual([]);
    expect((await slow.lives.kept()).state).toBe('running');
  });
});

describe('what waits for a breaker that is open for long', () => {
  const service: BreakerOptions = { name: 'service', minimumCalls: 1, resetAfter: '2h' };

  interface Calling {
    readonly lives: Lives;
    readonly calls: string[];
    /** Whether the service answers. */
    up: boolean;
  }

  function calling(...more: readonly PlainTask[]): Calling {
    const calls: string[] = [];
    const call = (
      { item }: { item?: string },
      { task, attempt }: { task: { id: string }; attempt: number },
    ) => {
      calls.push(`${item ?? task.id}${attempt}`);
      if (!calling.up) throw new Error('down');
      return attempt;
    };
    const breaker = { breaker: service, handler: call };
    const flow = flowOf([
      { id: 'first', ...breaker, retry: { attempts: 2, delay: 0 } },
      { id: 'second', ...breaker, priority: -1 },
      { id: 'each', ...breaker, priority: -1, fanOut: { kind: 'each', select: () => ['x', 'y'] } },
      ...more,
    ]);
    const calling: Calling = { lives: new Lives(flow), calls, up: false };
    return calling;
  }

  test('needs no process, and is let through one at a time when its time is over', async () => {
    const given = calling();
    const { lives, calls } = given;
    const { events } = await lives.live('1m', { concurrency: 1 });
    expect(calls).toEqual(['first1']);
    const until = lives.begun + 2 * HOUR;
    expect(waitingOf(events)).toMatchObject([
      { tasks: [], until, breakers: [{ name: 'service', until, tasks: ['second', 'first', 'each'] }] },
    ]);
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: 2 * HOUR });
    // Who comes earlier finds it as open as it was.
    const early = await lives.live('1m');
    expect(breakers(early.clock)).toMatchObject([{ name: 'service', state: 'open', until }]);
    expect(calls).toEqual(['first1']);
    lives.pass(3 * HOUR);
    // The first is a probe; it fails, and all wait again.
    const late = await lives.live('1m');
    expect(calls).toEqual(['first1', 'first2']);
    expect(await lives.kept()).toEqual({
      state: 'waiting',
      wakesAfter: late.clock.startedAt + 2 * HOUR - lives.begun,
    });
    given.up = true;
    const { result } = await lives.end();
    expect(result.outputs).toMatchObject({ second: 1, each: [1, 1] });
    expect(calls.slice(2).toSorted()).toEqual(['second1', 'x1', 'y1']);
  });

  test('is waited for still where something else has the run go on sooner', async () => {
    const { lives, calls } = calling({ id: 'paid', signal: { name: 'paid', schema: anything } });
    await lives.live('1m', { concurrency: 1 });
    await send(lives.store, 'r', { type: 'signal', name: 'paid', value: 1 });
    expect(await lives.dueAfter(0)).toEqual(['r']);
    const { events } = await lives.live('1m');
    expect(lines(events)).toContain('task.succeeded paid');
    expect(calls).toEqual(['first1']);
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: 2 * HOUR });
  });

  test('keeps its process where that is no longer than a minute', async () => {
    const flow = flowOf([
      {
        id: 'a',
        breaker: { ...service, resetAfter: '1m' },
        retry: { attempts: 2, delay: 0 },
        handler: fails,
      },
    ]);
    const { events } = await new Lives(flow).live('30s');
    expect(lines(events)).toContain('task.waiting a');
    expect(waitingOf(events)).toEqual([]);
  });
});

describe('a run whose tasks run others', () => {
  const asks: PlainTask = { id: 'review', handler: fails, recover: [on(Error).escalate('how many?')] };
  const child = (tasks: readonly PlainTask[], maxActiveRuns?: number) => ({
    workflow: flowOf(tasks, { id: 'child', ...(maxActiveRuns !== undefined && { maxActiveRuns }) }),
  });

  test('waits when they all do, and wakes with the first of them or of its own timers', async () => {
    const lives = new Lives(
      flowOf([
        { id: 'ask', child: child([asks]) },
        { id: 'nap', child: child([{ id: 'z', sleep: '3h' }]) },
        { id: 'own', sleep: '2h' },
      ]),
    );
    const { events } = await lives.live('1m');
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: 2 * HOUR });
    expect(await lives.kept('r~nap')).toEqual({ state: 'waiting', wakesAfter: 3 * HOUR });
    expect(waitingOf(events).at(-1)).toMatchObject({ tasks: [], until: lives.begun + 2 * HOUR });
    expect([await lives.dueAfter(2 * HOUR - 1), await lives.dueAfter(2 * HOUR)]).toEqual([[], ['r']]);
    lives.pass(2 * HOUR);
    const second = await lives.live('1m');
    expect(lines(second.events)).toContain('task.succeeded own');
    expect(await lives.kept()).toEqual({ state: 'waiting', wakesAfter: 3 * HOUR });
  });

  test('does not wait any more when one of them goes on, though it tells nothing itself', async () => {
    const work = { id: 'work', dependsOn: ['review'], handler: () => new Promise(() => undefined) };
    const lives = new Lives(flowOf([{ id: 'a', child: child([asks, work]) }]));
    const { events } = await lives.live('1m', {
      act: ({ handle }) => handle.children[0]?.approve('review', 1),
    });
    expect(waitingOf(events)).toHaveLength(1);
    expect([(await lives.kept()).state, (await lives.kept('r~a')).state]).toEqual(['running', 'running']);
  });

  test('nor while one of them undoes what it has done', async () => {
    const undo = { undo: () => new Promise(() => undefined) };
    const lives = new Lives(
      flowOf([{ id: 'a', child: child([{ id: 'book', handler: () => 1, compensate: undo }, asks]) }]),
    );
    const { events } = await lives.live('1m', { act: ({ handle }) => handle.children[0]?.fail('review') });
    expect(waitingOf(events)).toHaveLength(1);
    expect((await lives.kept()).state).toBe('running');
  });

  test('nor when the attempt that runs one of them has taken too long', async () => {
    const lives = new Lives(
      flowOf([
        { id: 'a', child: child([asks]), timeout: '1h', retry: { attempts: 2, delay: '2h' } },
        { id: 'b', child: child([asks]) },
      ]),
    );
    const { events } = await lives.live('90m');
    expect(waitingOf(events)).toMatchObject([{}, { until: lives.begun + 3 * HOUR }]);
    const again = await lives.live('90m');
    expect(again.events.filter(({ run }) => run === 'r~a~2').map(({ type }) => type)).toContain(
      'run.waiting',
    );
  });

  test('of which one waits for its turn behind another waits with that', async () => {
    const lives = new Lives(
      flowOf([
        { id: 'each', fanOut: { kind: 'each', select: () => [1, 2, 3] }, child: child([asks], 1) },
        { id: 'later', handler: () => 1 },
      ]),
    );
    await lives.live('1m', { concurrency: 3 });
    expect((await lives.kept()).state).toBe('waiting');
    expect((await lives.kept('r~each[0]')).state).toBe('waiting');
    expect((await lives.kept('r~each[1]')).state).toBe('pending');
    await send(lives.store, 'r~each[0]', { type: 'approve', task: 'review', value: 7 });
    expect(await lives.dueAfter(0)).toEqual(['r~each[0]']);
    await lives.live('2m', { concurrency: 3 });
    expect((await lives.kept('r~each[0]')).state).toBe('succeeded');
    expect((await lives.kept('r~each[1]')).state).toBe('waiting');
    expect((await lives.kept('r~each[2]')).state).toBe('pending');
    expect((await lives.kept()).state).toBe('waiting');
  });

  test('of which one waits for its turn behind a run that is not its own does not', async () => {
    const workflow = flowOf([asks], { id: 'child', maxActiveRuns: 1 });
    const lives = new Lives(flowOf([{ id: 'a', child: { workflow } }]));
    await lives.store.create(
      { id: 'other', workflow: 'child', version: '1.0.0', structure: '', createdAt: 0 },
      { owner: 'another process', until: Number.MAX_SAFE_INTEGER },
    );
    const { events } = await lives.live('1m');
    expect(lines(events)).toContain('run.pending');
    expect(waitingOf(events)).toEqual([]);
    expect((await lives.kept()).state).toBe('running');
  });
});
