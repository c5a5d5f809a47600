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

/** A run that is cancelled while two of its tasks do not listen: what they did is undone all the same. */
export const tooLate: Sample = {
  name: 'too-late',
  shows: 'tasks that succeed although their run is being cancelled; they are undone',
  workflow: (clock) =>
    workflow('parcels')
      .addTask('label')
      .compensate((label: string) => label)
      .run(async () => {
        await clock.sleep('2s');
        return 'label 9';
      })
      .addTask('parcels')
      .forEach(() => ['a', 'b'])
      .compensate((parcel: string) => parcel)
      .run(async ({ item }) => {
        await clock.sleep(item === 'a' ? '1s' : '3s');
        return `parcel ${item}`;
      }),
  react: (event, handle) => {
    if (event.type === 'item.succeeded') void handle.cancel('not needed any more');
  },
};
