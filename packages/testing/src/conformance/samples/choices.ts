import { pool, skip, workflow } from '@wf-sdk/core';
import type { Sample } from './sample.ts';

/** Everything for which a task can be skipped, but by a person. */
export const choices: Sample = {
  name: 'choices',
  shows:
    'tasks skipped by a condition, a branch, a dependency and a fallback; a failure that leaves a dependent unrun',
  workflow: () =>
    workflow('support')
      .addTask('kind')
      .run((): 'bug' | 'question' => 'bug')
      .addTask('ticket')
      .onBranch('kind', 'bug')
      .run(() => 'T-1')
      .addTask('answer')
      .onBranch('kind', 'question')
      .run(() => 'see the manual')
      .addTask('urgent')
      .dependsOn('ticket')
      .when(({ ticket }) => ticket === 'T-0')
      .run(() => true)
      .addTask('call')
      .dependsOn('urgent')
      .run(() => 'called')
      .addTask('banner')
      .fallback(skip)
      .run((): string => {
        throw new Error('no banner');
      })
      .addTask('mail')
      .pool(pool('sample-mails', { slots: 1_000 }))
      .allowFailure()
      .run((): string => {
        throw new Error('no mail today');
      })
      .addTask('receipt')
      .dependsOn('mail')
      .run(({ mail }) => mail)
      .addTask('odd')
      .when(() => {
        throw new SyntaxError('a condition that throws');
      })
      .run(() => 1),
};
