import { type Schema, workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

const days: Schema<number> = {
  '~standard': {
    version: 1,
    vendor: 'wf-sdk',
    validate: () => ({ issues: [{ message: 'must be a number from 1', path: ['days'] }] }),
  },
};

/** A run that fails before any of its tasks could begin. */
export const refusedInput: Sample = {
  name: 'refused-input',
  shows: 'a run whose input does not fit its schema',
  input: { days: -1 },
  workflow: () =>
    workflow('clean-up', { input: days })
      .addTask('remove')
      .run(({ input }) => input),
};
