import { createMemoryStore, run, type RunEvent, workflow } from '@wf-sdk/core';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SampleRun } from './sample.ts';

/** A run of which a run before it has left outputs in the cache: of a task, and of two items of another. */
export async function recordCached(): Promise<SampleRun> {
  const clock = new VirtualClock();
  const flow = workflow<number>('thumbnails')
    .addTask('list')
    .run(({ input }) => Array.from({ length: input }, (_, index) => `photo ${index}`))
    .addTask('size')
    .cache({ key: ({ input }) => input > 0 })
    .run(() => 120)
    .addTask('draw')
    .dependsOn('list', 'size')
    .forEach(({ list }) => list)
    .cache({ key: ({ item, size }) => [item, size] })
    .run(({ item, size }) => `${item}, ${size} wide`);
  const store = createMemoryStore();
  await run(flow, 2, { id: 'sample-cached-before', clock, store });
  const events: RunEvent[] = [];
  const id = 'sample-cached';
  await run(flow, 3, { id, clock, store, observers: [(event) => void events.push(event)] });
  return { name: 'cached', shows: 'outputs of an earlier run', run: id, workflow: flow, events };
}
