import { describe, expect, test } from 'vitest';

import { gate, VirtualClock } from '@wf-sdk/testing';
import { lines, recorder } from '../../test/kit.ts';
import { EVENT_VERSION, run, type RunEvent, workflow } from '../index.ts';

const flow = workflow('w', { version: '2.0.0' })
  .addTask('a')
  .run(() => 1)
  .addTask('b')
  .dependsOn('a')
  .run(({ a }, { log }) => {
    log.warn('nearly there', { a });
    return a + 1;
  })
  .output(({ b }) => b * 10);

const story = [
  'run.started',
  'task.queued a',
  'attempt.started a#1',
  'task.succeeded a',
  'task.queued b',
  'attempt.started b#1',
  'task.log b#1',
  'task.succeeded b',
  'run.finished',
];

async function collect(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('events', () => {
  test('tell a run from its start to its end', async () => {
    const { events, observe } = recorder();
    await run(flow, undefined, { id: 'r', clock: new VirtualClock(), observers: [observe] });
    const base = { run: 'r', at: new VirtualClock().startedAt };
    expect(lines(events)).toEqual(story);
    expect(events[0]).toEqual({
      ...base,
      type: 'run.started',
      workflow: 'w',
      version: '2.0.0',
      eventVersion: EVENT_VERSION,
      input: undefined,
      total: 2,
    });
    expect(events[3]).toEqual({ ...base, type: 'task.succeeded', task: 'a', output: 1 });
    expect(events[6]).toEqual({
      ...base,
      type: 'task.log',
      task: 'b',
      attempt: 1,
      level: 'warn',
      message: 'nearly there',
      fields: { a: 1 },
    });
    expect(events[8]).toEqual({
      ...base,
      type: 'run.finished',
      state: 'succeeded',
      succeeded: 2,
      total: 2,
      output: 20,
    });
  });

  test('are complete for who asks in the same turn, and each who asks gets all of them', async () => {
    const handle = run(flow);
    const [first, second] = await Promise.all([collect(handle.events()), collect(handle.events())]);
    expect(lines(first)).toEqual(story);
    expect(second).toEqual(first);
  });

  test('can be read after the run has ended by who asked in time', async () => {
    const handle = run(flow);
    const events = handle.events();
    await handle;
    expect(lines(await collect(events))).toEqual(story);
  });

  test('are those from now on for who asks later, and none after the end', async () => {
    const middle = gate<number>();
    const clock = new VirtualClock();
    const waiting = workflow('w')
      .addTask('a')
      .run(() => middle.promise);
    const handle = run(waiting, undefined, { clock });
    await clock.settle();
    const events = handle.events();
    middle.open(1);
    expect(lines(await collect(events))).toEqual(['task.succeeded a', 'run.finished']);
    expect(await collect(handle.events())).toEqual([]);
  });

  test('stop for a reader who leaves, while the run and other readers go on', async () => {
    const middle = gate<number>();
    const waiting = workflow('w')
      .addTask('a')
      .run(() => middle.promise);
    const handle = run(waiting);
    const other = collect(handle.events());
    const events = handle.events();
    for await (const event of events) if (event.type === 'attempt.started') break;
    expect(await events.next()).toEqual({ value: undefined, done: true });
    middle.open(1);
    expect(lines(await other).slice(-2)).toEqual(['task.succeeded a', 'run.finished']);
    expect((await handle).outcome).toBe('success');
    expect(await events.next()).toEqual({ value: undefined, done: true });
  });

  test('can be asked for ahead of time', async () => {
    const handle = run(flow);
    const events = handle.events();
    const asked = await Promise.all(Array.from({ length: story.length + 2 }, () => events.next()));
    expect(asked.map(({ done }) => done)).toEqual([...story.map(() => false), true, true]);
  });

  test('are none after the end, whatever a task that was given up still logs', async () => {
    const clock = new VirtualClock();
    const late = gate();
    const { events, observe } = recorder();
    const slow = workflow('w')
      .addTask('a')
      .timeout(5)
      .run(async (_, { log }) => {
        await late.promise;
        log.info('still here');
      });
    await clock.passUntil(run(slow, undefined, { clock, observers: [observe] }));
    late.open();
    await clock.settle();
    expect(events.at(-1)?.type).toBe('run.finished');
  });

  test("end the run's iterators also when its input is refused", async () => {
    const input = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
    } as const;
    const handle = run(
      workflow('w', { input })
        .addTask('a')
        .run(() => 1),
      0 as never,
    );
    expect(lines(await collect(handle.events()))).toContain('run.finished');
  });
});

describe('an observer that throws', () => {
  test('is told no more, a warning says so, and neither the run nor other observers notice', async () => {
    const { events, observe } = recorder();
    let told = 0;
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const bad = (): never => {
      told++;
      throw new Error('my fault');
    };
    const result = await run(flow, undefined, { id: 'r7', observers: [bad, observe] });
    expect([result.outcome, told]).toEqual(['success', 1]);
    expect(lines(events)).toEqual(story);
    expect((await warned).message).toMatch(/observer of run r7.*my fault/);
  });
});
