import { createMemoryStore, run, type RunEvent, workflow } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { RunEvents } from './run-events.ts';
import { runsBelow } from './run-family.ts';

const leaf = workflow<number>('leaf')
  .addTask('work')
  .run(({ input }) => input)
  .output(({ work }) => work);
const fans = workflow('fans')
  .addTask('ship')
  .forEach(() => [1, 2, 3])
  .runWorkflow(leaf, ({ item }) => item);

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const read: RunEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

describe('the events of a run and of those below it', () => {
  test('are all there, in the order of time, and of each run in its own', async () => {
    const store = createMemoryStore();
    const told: RunEvent[] = [];
    await run(fans, undefined, { id: 'r', store, observers: [(event) => told.push(event)] });
    const read = await all(new RunEvents(store, 'r').read());
    expect(read).toHaveLength(told.length);
    for (const id of ['r', 'r~ship[0]', 'r~ship[2]'])
      expect(read.filter(({ run: of }) => of === id)).toEqual(told.filter(({ run: of }) => of === id));
    const times = read.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  test('are given once each', async () => {
    const store = createMemoryStore();
    const events = new RunEvents(store, 'r');
    expect(await all(events.read())).toEqual([]);
    await run(fans, undefined, { id: 'r', store });
    const first = await all(events.read());
    expect(first.length).toBeGreaterThan(10);
    expect(await all(events.read())).toEqual([]);
    expect(await all(events.follow())).toEqual([]);
    expect(await all(new RunEvents(store, 'r').follow())).toEqual(first);
  });

  test('are not those of a run that is only named so', async () => {
    const store = createMemoryStore();
    await run(fans, undefined, { id: 'r', store });
    await run(leaf, 1, { id: 'r~ship[7]', store });
    const below = (await runsBelow(store, 'r')).map(({ id }) => id);
    expect(below.toSorted()).toEqual(['r~ship[0]', 'r~ship[1]', 'r~ship[2]']);
  });
});
