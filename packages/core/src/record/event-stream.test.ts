import { describe, expect, test } from 'vitest';
import { EventsLostError, OptionError, run, type RunEvent, workflow } from '../index.ts';
import { type EventsOptions, EventStream } from './event-stream.ts';

const event = (at: number): RunEvent => ({ type: 'task.queued', run: 'r', at, task: 'a' });

interface Opened {
  readonly stream: EventStream;
  readonly warnings: string[];
  readonly closed: () => number;
}

function open(options?: EventsOptions): Opened {
  const warnings: string[] = [];
  let closed = 0;
  const stream = new EventStream(
    () => void closed++,
    (message) => void warnings.push(message),
    options,
  );
  return { stream, warnings, closed: () => closed };
}

async function rest(stream: EventStream): Promise<number[]> {
  const times: number[] = [];
  for await (const { at } of stream) times.push(at);
  return times;
}

describe('a reader that is further behind than its limit', () => {
  test('loses the oldest events, gets the last ones, and is told how many are missing, where they are', async () => {
    const told: string[] = [];
    const { stream, warnings } = open({ limit: 3, onLag: (lost) => void told.push(`lost ${lost}`) });
    for (const at of [1, 2, 3]) stream.push(event(at));
    told.push(`read ${(await stream.next()).value?.at}`);
    for (const at of [4, 5, 6]) stream.push(event(at));
    for await (const { at } of stream) {
      told.push(`read ${at}`);
      if (at === 5) for (const more of [7, 8, 9, 10]) stream.push(event(more));
      if (at === 10) stream.end();
    }
    expect(told).toEqual(['read 1', 'lost 2', 'read 4', 'read 5', 'lost 2', 'read 8', 'read 9', 'read 10']);
    expect(warnings).toEqual([]);
  });

  test('has the process warned, once, where it does not listen for it', async () => {
    const { stream, warnings } = open({ limit: 2 });
    for (let at = 1; at <= 10; at++) stream.push(event(at));
    stream.end();
    expect(await rest(stream)).toEqual([9, 10]);
    expect(warnings).toEqual([
      expect.stringContaining('a reader of the events of run r is more than 2 behind'),
    ]);
  });

  test('gets what its own onLag throws', async () => {
    const boom = new Error('too slow');
    const { stream } = open({
      limit: 1,
      onLag: () => {
        throw boom;
      },
    });
    stream.push(event(1));
    stream.push(event(2));
    await expect(stream.next()).rejects.toBe(boom);
  });

  test("under 'error' gets what was kept without a gap, then the error, then nothing", async () => {
    const { stream, warnings, closed } = open({ limit: 2, whenFull: 'error' });
    for (const at of [1, 2, 3, 4]) stream.push(event(at));
    expect(closed()).toBeGreaterThan(0);
    expect([(await stream.next()).value?.at, (await stream.next()).value?.at]).toEqual([1, 2]);
    await expect(stream.next()).rejects.toThrow(EventsLostError);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    expect(warnings).toEqual([]);
  });
});

test('a reader that keeps up loses nothing, whatever its limit', async () => {
  const { stream, warnings } = open({ limit: 1 });
  for (let at = 1; at <= 5_000; at++) {
    stream.push(event(at));
    expect((await stream.next()).value?.at).toBe(at);
  }
  expect(warnings).toEqual([]);
});

test('a reader that is always some way behind gets every event, in order', async () => {
  const { stream, warnings } = open({ limit: 3_000 });
  let pushed = 0;
  let read = 0;
  for (; pushed < 2_500; pushed++) stream.push(event(pushed));
  for (; pushed < 20_000; pushed++) {
    stream.push(event(pushed));
    expect((await stream.next()).value?.at).toBe(read++);
  }
  stream.end();
  expect(await rest(stream)).toHaveLength(pushed - read);
  expect(warnings).toEqual([]);
});

test.each([
  [{ limit: 0 }, "option 'limit' must be a whole number from 1, not 0"],
  [{ limit: 1.5 }, "option 'limit' must be a whole number from 1, not 1.5"],
  [{ whenFull: 'block' }, "option 'whenFull' must be one of 'drop-oldest', 'error', not 'block'"],
  [
    { whenFull: 'error', onLag: () => undefined },
    "option 'onLag' must be left out where whenFull is 'error'",
  ],
  [{ onLag: 7 }, "option 'onLag' must be a function"],
])('%j is refused', (options, message) => {
  expect(() => open(options as EventsOptions)).toThrow(OptionError);
  expect(() => open(options as EventsOptions)).toThrow(message);
});

test('of a million events that nobody reads a bounded number is kept, and the run goes on', async () => {
  const { stream, warnings } = open();
  for (let at = 1; at <= 1_000_000; at++) {
    const made = event(at);
    stream.push(made);
  }
  stream.end();
  const times = await rest(stream);
  expect([times.length, times[0], times.at(-1)]).toEqual([100_000, 900_001, 1_000_000]);
  expect(warnings).toHaveLength(1);
});

test('a run is not held up by who never reads', async () => {
  const flow = workflow('w')
    .addTask('a')
    .forEach(() => Array.from({ length: 500 }, (_, item) => item))
    .run(({ item }) => item);
  const handle = run(flow);
  let lost = 0;
  const events = handle.events({ limit: 10, onLag: (missing) => (lost += missing) });
  expect((await handle).outcome).toBe('success');
  const kept: string[] = [];
  for await (const { type } of events) kept.push(type);
  expect([kept.length, kept.at(-1)]).toEqual([10, 'run.finished']);
  expect(lost).toBe(1_004 + 1 - 10);
});
