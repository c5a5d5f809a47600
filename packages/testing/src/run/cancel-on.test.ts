import { workflow } from '@wf-sdk/core';
import { expect, it } from 'vitest';
import { testRun } from '../index.ts';

const flow = workflow('nightly')
  .addTask('load')
  .retry({ attempts: 3, delay: '1h' })
  .run((_, { attempt }) => attempt)
  .addTask('nap')
  .dependsOn('load')
  .sleep('8h')
  .addTask('mail')
  .dependsOn('nap')
  .run(() => 'sent');

it('a run is cancelled as soon as something is told of it', async () => {
  const failures = { load: [new Error('1'), new Error('2')] };
  const between = await testRun(flow, {
    failures,
    cancelOn: { type: 'attempt.failed', task: 'load', attempt: 2 },
  });
  expect(between).toMatchObject({ state: 'cancelled', elapsedMs: 3_600_000 });
  expect(between.tasks.load).toMatchObject({ state: 'cancelled', attempts: 2 });
  const asleep = await testRun(flow, { cancelOn: { type: 'task.waiting' } });
  expect(asleep).toMatchObject({ state: 'cancelled', elapsedMs: 0 });
  expect([asleep.tasks.load.state, asleep.tasks.nap.state, asleep.tasks.mail.attempts]).toEqual([
    'succeeded',
    'cancelled',
    0,
  ]);
});

it('what is never told cancels nothing', async () => {
  expect((await testRun(flow, { cancelOn: { type: 'attempt.failed', task: 'load' } })).state).toBe(
    'succeeded',
  );
  expect(() => testRun(flow, { cancelOn: { type: 'attempt.failed', task: 'lod' as 'load' } })).toThrow(
    "cancelOn.lod: workflow 'nightly' has no task 'lod'",
  );
});

it('a handler is not called any more once its run is cancelled', async () => {
  const called: string[] = [];
  const two = workflow('two')
    .addTask('a')
    .run(() => called.push('a'))
    .addTask('b')
    .run(() => called.push('b'));
  const result = await testRun(two, { seed: 1, cancelOn: { type: 'attempt.started', task: 'b' } });
  expect([result.state, called]).toEqual(['cancelled', []]);
});
