import { expect, test } from 'vitest';
import { flowOf, recorder } from '../../test/kit.ts';
import { createMemoryStore, keptTasks, readLog, run, type RunEvent } from '../index.ts';

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const read: RunEvent[] = [];
  for await (const event of events) read.push(event);
  return read;
}

test('a log is read as it was told, by more than one page, or from a number on', async () => {
  const store = createMemoryStore();
  const { events, observe } = recorder();
  const items = Array.from({ length: 600 }, (_, item) => item);
  const fan = {
    id: 'fan',
    fanOut: { kind: 'each', select: () => items },
    handler: () => new Date(5),
  } as const;
  await run(flowOf([fan]), undefined, { id: 'r', store, observers: [observe] });
  const read = await all(readLog(store, 'r'));
  expect(read).toEqual(events);
  expect(read.length).toBeGreaterThan(1_200);
  expect(await all(readLog(store, 'r', read.length - 2))).toEqual(events.slice(-2));
  expect(await all(readLog(store, 'none'))).toEqual([]);
});

test('the tasks of a run are known without its workflow, each after those it depends on', async () => {
  const store = createMemoryStore();
  const handler = (): number => 1;
  await run(
    flowOf([
      { id: 'z', handler },
      { id: 'a', dependsOn: ['m', 'z'], handler, allowFailure: true },
      { id: 'm', dependsOn: ['z'], fanOut: { kind: 'each', select: () => [1] }, handler },
    ]),
    undefined,
    { id: 'r', store },
  );
  const kept = await store.find('r');
  expect(kept && keptTasks(kept)).toEqual([
    { id: 'z', dependsOn: [], fansOut: false, allowFailure: false },
    { id: 'm', dependsOn: ['z'], fansOut: true, allowFailure: false },
    { id: 'a', dependsOn: ['m', 'z'], fansOut: false, allowFailure: true },
  ]);
});
