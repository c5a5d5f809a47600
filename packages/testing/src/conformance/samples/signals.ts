import { type RunEvent, type RunHandle, type RunResult, type Schema, workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

const amount: Schema<number> = {
  '~standard': {
    version: 1,
    vendor: 'wf-sdk',
    validate: (value) =>
      typeof value === 'number' ? { value } : { issues: [{ message: 'an amount is a number' }] },
  },
};

/** One signal comes before its task waits, another one when nothing else is left; the others never do. */
function send(event: RunEvent, handle: RunHandle<RunResult>): void {
  if (event.type === 'attempt.started') handle.signal('early', 5, { by: 'Ada' });
  if (event.type === 'run.waiting' && event.tasks.includes('paid')) handle.signal('paid', 80);
}

/** Tasks that wait for signals: they come early, in time, or not at all. */
export const signals: Sample = {
  name: 'signals',
  shows: 'tasks that wait for signals, and what becomes of them without one',
  options: { timeout: '2d' },
  react: send,
  workflow: (clock) =>
    workflow('order')
      .addTask('pack')
      .run(() => clock.sleep('1m'))
      .addTask('early')
      .dependsOn('pack')
      .waitForSignal('early', amount)
      .addTask('paid')
      .waitForSignal('paid', amount)
      .addTask('tip')
      .waitForSignal('tip', amount, { timeout: '1h', onTimeout: 0 })
      .addTask('rating')
      .waitForSignal('rating', amount, { timeout: '2h', onTimeout: 'skip' })
      .addTask('complaint')
      .allowFailure()
      .waitForSignal('complaint', amount, { timeout: '3h' })
      .addTask('rest')
      .sleep('1d'),
};
