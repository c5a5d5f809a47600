import { run, type RunEvent, workflow } from '@wf-sdk/core';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import type { Sample, SampleRun } from './sample.ts';

/** Runs below a run, of which only one may be active at once. */
export const turns: Sample = {
  name: 'turns',
  shows: 'runs below another that wait for their turn',
  workflow: (clock) => {
    const till = workflow<string>('till', { maxActiveRuns: 1 })
      .addTask('pay')
      .run(async ({ input }) => {
        await clock.sleep('2s');
        return `${input} has paid`;
      })
      .output(({ pay }) => pay);
    return workflow('shop')
      .addTask('customers')
      .run(() => ['Ada', 'Eve'])
      .addTask('pay')
      .dependsOn('customers')
      .forEach(({ customers }) => customers)
      .runWorkflow(till, ({ item }) => item);
  },
};

/** A run that waits for its turn before it starts. */
export async function recordPending(): Promise<SampleRun> {
  const clock = new VirtualClock();
  const flow = workflow('nightly', { maxActiveRuns: 1 })
    .addTask('load')
    .run(() => clock.sleep('10s'));
  const events: RunEvent[] = [];
  const id = 'sample-pending';
  run(flow, undefined, { id: `${id}-before`, clock });
  const handle = run(flow, undefined, { id, clock, observers: [(event) => void events.push(event)] });
  await clock.passUntil(handle.result);
  return {
    name: 'pending',
    shows: 'a run that waits until another one of its workflow has ended',
    run: id,
    workflow: flow,
    events,
  };
}
