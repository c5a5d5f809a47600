import { workflow, type TaskContext, type Workflow } from '@wf-sdk/core';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { Sample } from './sample.ts';

function untilAborted(_: unknown, { signal }: TaskContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

/** When it is cancelled each of its tasks is in another state. */
function everyState(clock: VirtualClock): Workflow {
  return workflow('nightly')
    .addTask('done')
    .compensate((output: number) => output)
    .run(() => 1)
    .addTask('retrying')
    .retry({ attempts: 2, delay: '1d' })
    .run(() => {
      throw new Error('try again tomorrow');
    })
    .addTask('running')
    .run(untilAborted)
    .addTask('queued')
    .priority(-1)
    .run(() => 2)
    .addTask('waiting')
    .sleep('1d')
    .addTask('pending')
    .dependsOn('running')
    .run(() => 3)
    .addTask('always')
    .dependsOn('running')
    .runAlways()
    .run(() => clock.sleep('1h'));
}

/** A run that is cancelled and ends in good order. */
export const cancelled: Sample = {
  name: 'cancelled',
  shows:
    'a run that is cancelled while its tasks run, wait, sleep and are queued; what always runs; what is undone',
  workflow: everyState,
  options: { concurrency: 1 },
  react: (event, handle) => {
    if (event.type === 'attempt.started' && event.task === 'running')
      void handle.cancel('not needed any more');
  },
};

/** A run that is cancelled, and cancelled again by somebody who does not want to wait. */
export const forced: Sample = {
  name: 'forced',
  shows: 'a run that is cancelled twice, the second time with force',
  workflow: everyState,
  react: (event, handle) => {
    if (event.type === 'attempt.started' && event.task === 'running') void handle.cancel(new Error('first'));
    if (event.type === 'attempt.started' && event.task === 'always')
      void handle.cancel('now', { force: true });
  },
};
