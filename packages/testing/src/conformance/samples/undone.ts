import { workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** A run that fails and is undone: well, at the second attempt, and not at all. */
export const undone: Sample = {
  name: 'undone',
  shows: 'a failed run whose tasks are undone: well, at a second attempt, and in vain; a teardown',
  workflow: (clock) =>
    workflow('trip')
      .addTask('flight')
      .compensate((booking: string) => booking)
      .run(() => 'flight 7')
      .addTask('rooms')
      .dependsOn('flight')
      .forEach(() => ['a', 'b'])
      .compensate(
        async (_: string, __, { attempt }) => {
          await clock.sleep('1s');
          if (attempt === 1) throw new Error('nobody answers');
        },
        { retry: { attempts: 2, delay: '1m' } },
      )
      .run(({ item }) => `room ${item}`)
      .addTask('car')
      .dependsOn('rooms')
      .compensate(() => {
        throw new TypeError('it cannot be given back');
      })
      .run(() => 'car 3')
      .addTask('pay')
      .dependsOn('car')
      .run(() => {
        throw new Error('card refused');
      })
      .addTask('forget')
      .teardownOf('flight')
      .run(({ flight }) => flight),
};
