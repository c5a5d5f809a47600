import { describe, expect, test } from 'vitest';
import { gate, VirtualClock } from '@wf-sdk/testing';
import { OptionError, run, type RunEvent, workflow } from '../index.ts';

const flow = workflow('w')
  .addTask('a')
  .run((_, { log }) => log.info('here', { rows: 3 }))
  .addTask('b')
  .dependsOn('a')
  .run(() => 'done');

describe('a listener', () => {
  test('hears every event of its type, with the fields of that type', async () => {
    const handle = run(flow);
    const heard: unknown[] = [];
    handle.on('task.succeeded', ({ task, output }) => heard.push([task, output]));
    handle.on('task.log', ({ level, fields }) => heard.push([level, fields?.['rows']]));
    await handle;
    expect(heard).toEqual([
      ['info', 3],
      ['a', undefined],
      ['b', 'done'],
    ]);
  });

  test("of '*' hears what an observer hears", async () => {
    const observed: RunEvent[] = [];
    const heard: RunEvent[] = [];
    const handle = run(flow, undefined, { observers: [(event) => void observed.push(event)] });
    handle.on('*', (event) => void heard.push(event));
    await handle;
    expect(heard).toEqual(observed);
    expect(heard.length).toBeGreaterThan(5);
  });

  test('hears the runs below from when it came', async () => {
    const open = gate();
    const clock = new VirtualClock();
    const below = workflow('below')
      .addTask('leaf')
      .run(() => open.promise);
    const handle = run(workflow('above').addTask('sub').runWorkflow(below), undefined, { id: 'r', clock });
    await clock.settle();
    const heard: string[] = [];
    handle.on('task.succeeded', (event) => heard.push(`${event.run} ${event.task}`));
    open.open();
    await handle;
    expect(heard).toEqual(['r~sub leaf', 'r sub']);
  });

  test('hears no more once it is taken off; another on the same function does', async () => {
    const heard: string[] = [];
    const listener = ({ task }: { readonly task: string }): void => void heard.push(task);
    const handle = run(flow);
    const off = handle.on('task.queued', listener);
    handle.on('task.queued', listener);
    handle.on('task.succeeded', ({ task }) => {
      if (task === 'a') off();
    });
    await handle;
    expect(heard).toEqual(['a', 'a', 'b']);
    off();
    expect(() => handle.on('*', listener as never)()).not.toThrow();
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('my fault');
      },
    ],
    ['rejects', () => Promise.reject(new Error('my fault'))],
  ])('that %s is called no more, a warning says so, and the run goes on', async (_, listener) => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    let called = 0;
    let heard = 0;
    const clock = new VirtualClock();
    const slow = workflow('w').addTask('a').sleep('1s').addTask('b').dependsOn('a').sleep('1s');
    const handle = run(slow, undefined, { id: 'r9', clock });
    handle.on('task.succeeded', () => {
      called++;
      return listener();
    });
    handle.on('task.succeeded', () => void heard++);
    const result = await clock.passUntil(handle.result);
    expect((await warned).message).toBe(
      'an observer of run r9 threw and is told no more events: Error: my fault',
    );
    expect([result.outcome, called, heard]).toEqual(['success', 1, 2]);
  });
});

test.each([
  [() => run(flow).on('task.suceeded' as 'task.log', () => undefined), "did you mean 'task.succeeded'?"],
  [() => run(flow).on('constructor' as 'task.log', () => undefined), "option 'type' must be a type of event"],
  [() => run(flow).on('task.log', undefined as never), "option 'listener' must be a function"],
])('what cannot be listened to is refused: %#', (act, message) => {
  expect(act).toThrow(OptionError);
  expect(act).toThrow(message);
});
