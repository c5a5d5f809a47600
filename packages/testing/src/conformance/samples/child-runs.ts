import { workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** Runs below a run, also for each item and each attempt. */
export const childRuns: Sample = {
  name: 'child-runs',
  shows: 'runs that tasks of other runs run: below each other, for each item, again after a failure',
  workflow: (clock) => {
    const label = workflow<number>('label')
      .addTask('print')
      .run(async ({ input }, { log }) => {
        await clock.sleep('1s');
        log.info('printed', { parcel: input });
        return `label ${input}`;
      })
      .output(({ print }) => print);
    let failures = 0;
    const parcel = workflow<number>('parcel')
      .addTask('pack')
      .run(({ input }) => {
        if (input === 2 && failures++ === 0) throw new Error('the box is torn');
        return input;
      })
      .addTask('label')
      .dependsOn('pack')
      .runWorkflow(label, ({ pack }) => pack)
      .output(({ label: text }) => text);
    return workflow('shipping')
      .addTask('parcels')
      .run(() => [1, 2])
      .addTask('ship')
      .dependsOn('parcels')
      .forEach(({ parcels }) => parcels)
      .retry({ attempts: 2, delay: '10s' })
      .runWorkflow(parcel, ({ item }) => item)
      .addTask('last')
      .dependsOn('ship')
      .runWorkflow(label, ({ ship }) => ship.length);
  },
};
