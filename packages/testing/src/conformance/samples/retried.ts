import { createMemoryStore, retry, run, type RunEvent, workflow } from '@wf-sdk/core';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SampleRun } from './sample.ts';

/** A run that failed, and was retried: what had succeeded before stays. */
export async function recordRetried(): Promise<SampleRun> {
  const clock = new VirtualClock();
  let isUp = false;
  const flow = workflow('publish')
    .addTask('build')
    .run(() => 'build 7')
    .addTask('upload')
    .dependsOn('build')
    .run(({ build }) => {
      if (!isUp) throw new Error('the server is down');
      return `${build} is there`;
    })
    .addTask('announce')
    .dependsOn('upload')
    .run(() => 'told everybody');
  const store = createMemoryStore();
  const events: RunEvent[] = [];
  const id = 'sample-retried';
  const options = { clock, store, observers: [(event: RunEvent): void => void events.push(event)] };
  await run(flow, undefined, { ...options, id });
  isUp = true;
  await retry(flow, id, options);
  return { name: 'retried', shows: 'a run that failed, and was retried', run: id, workflow: flow, events };
}
