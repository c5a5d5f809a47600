import { run, type RunEvent, workflow } from '@wf-sdk/core';
import { expect, test } from 'vitest';
import { RunView } from './run-view.ts';

test('at the end says of each task what the result says', async () => {
  let tries = 0;
  const flow = workflow('flow')
    .addTask('flaky')
    .retry({ attempts: 3, delay: 0 })
    .run(() => {
      if (++tries < 3) throw new Error('again');
    })
    .addTask('broken')
    .run(() => {
      throw new Error('no');
    })
    .addTask('after')
    .dependsOn('broken')
    .run(() => undefined);
  const view = new RunView('flow', flow.definition);
  const events: RunEvent[] = [];
  const result = await run(flow, undefined, {
    observers: [(event) => (view.apply(event), events.push(event))],
  });
  const seen = view.tasks.map(({ id, state, attempt, cause, error }) => ({
    id,
    state,
    attempt,
    cause,
    error: state === 'failed' ? error : undefined,
  }));
  const wanted = Object.values(result.tasks).map(({ id, state, attempts, cause, error }) => ({
    id,
    state,
    attempt: attempts,
    cause,
    error,
  }));
  expect(seen).toEqual(wanted);
  expect(view.startedAt).toBe(events[0]?.at);
  expect(view.countIn('succeeded', 'failed')).toBe(2);
  expect(view.cancelling).toBe(false);
});
