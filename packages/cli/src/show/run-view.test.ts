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

test('takes what ran in a process that has ended for not running any more', () => {
  const flow = workflow('flow')
    .addTask('a')
    .run(() => 1)
    .addTask('fan')
    .forEach(() => [1, 2])
    .run(({ item }) => item);
  const view = new RunView('flow', flow.definition);
  const fact = { run: 'r', at: 5, attempt: 1 } as const;
  view.apply({ ...fact, type: 'attempt.started', task: 'a' });
  view.apply({ ...fact, type: 'attempt.started', task: 'fan', item: 0 });
  view.apply({ ...fact, type: 'attempt.started', task: 'fan', item: 1 });
  view.apply({ type: 'item.succeeded', run: 'r', at: 6, task: 'fan', item: 0, output: 1 });
  view.apply({ type: 'run.resumed', run: 'r', at: 7 });
  expect(view.tasks.map(({ state }) => state)).toEqual(['queued', 'queued']);
  expect(view.task('fan').items).toMatchObject({ succeeded: 1, running: new Set() });
});

test('what begins anew in a run that is retried is as if it had not been, and what was undone is done', () => {
  const flow = workflow('flow')
    .addTask('a')
    .run(() => 1)
    .addTask('b')
    .run(() => 2);
  const view = new RunView('flow', flow.definition);
  const fact = { run: 'r', at: 5 } as const;
  view.apply({ ...fact, type: 'task.succeeded', task: 'a', output: 1 });
  view.apply({ ...fact, type: 'task.failed', task: 'b', error: new Error('no') });
  view.apply({ ...fact, type: 'task.cancelled', task: 'old' });
  view.apply({ ...fact, type: 'compensation.succeeded', task: 'a', attempt: 1 });
  view.apply({ ...fact, type: 'run.finished', state: 'failed', succeeded: 1, total: 2 });
  view.apply({ ...fact, type: 'run.retried', tasks: ['b', 'old'], messages: 0, changed: ['old'] });
  expect(view.tasks.map(({ id, state }) => `${id} ${state}`)).toEqual(['a succeeded', 'b pending']);
  expect(view.task('b').error).toBeUndefined();
  expect(view).toMatchObject({ endedAt: undefined, undone: [] });
});
