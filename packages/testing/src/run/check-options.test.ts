import { OptionError, workflow } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { testRun, TestKitError, VirtualClock } from '../index.ts';

const flow = workflow('etl')
  .addTask('extract')
  .run(() => ['a'])
  .addTask('nap')
  .sleep('1m')
  .addTask('items')
  .dependsOn('extract')
  .timeout('1s')
  .forEach(({ extract }) => extract)
  .run(({ item }) => item.length);

/** Of another kind. */
const clock = { now: (): number => 0 };

/** As untyped code may call it. */
const testLoosely = (options: object): unknown => testRun(flow, options as never);

describe('a test run refuses', () => {
  test.each([
    [
      'an option that is not there',
      { stub: { extract: [] } },
      "option 'stub' is not known; did you mean 'stubs'?",
    ],
    [
      'a stub for no task',
      { stubs: { extrct: [] } },
      "stubs.extrct: workflow 'etl' has no task 'extrct'; did you mean 'extract'?",
    ],
    [
      'a failure of no task',
      { failures: { nope: 'hang' } },
      "failures.nope: workflow 'etl' has no task 'nope'",
    ],
    ['a decision about no task', { decisions: { Extract: 'skip' } }, "did you mean 'extract'?"],
    ['an undo function of no task', { compensations: { nope: () => 1 } }, "has no task 'nope'"],
    [
      'a stub for an undo function that is not there',
      { compensations: { extract: () => 1 } },
      "task 'extract' has no undo function",
    ],
    [
      'a timeout of a task without one',
      { failures: { extract: [undefined, 'timeout'] } },
      "task 'extract' has no .timeout() that could pass; say 'hang'",
    ],
    [
      'a failure of a task that sleeps',
      { failures: { nap: new Error('no') } },
      "task 'nap' sleeps: it has no attempts that could fail",
    ],
    [
      'failing items of one that has none',
      { failures: { extract: { items: { 0: 'hang' } } } },
      "task 'extract' is not fanned out",
    ],
    [
      'failing items of one that is stubbed as a whole',
      { stubs: { items: [1] }, failures: { items: { items: { 0: 'hang' } } } },
      "task 'items' is stubbed as a whole",
    ],
  ])('%s', (_, options, message) => {
    expect(() => testLoosely(options)).toThrow(TestKitError);
    expect(() => testLoosely(options)).toThrow(message);
  });

  test.each([
    ['a seed that is no whole number', { seed: 0.5 }, "option 'seed' must be a whole number"],
    [
      'another word for onUnstubbed',
      { onUnstubbed: 'fail' },
      "option 'onUnstubbed' must be 'run' or 'error'",
    ],
    ['another clock', { clock }, "option 'clock' must be a VirtualClock"],
    [
      'patience beside a clock',
      { clock: new VirtualClock(), patience: 5 },
      "option 'patience' must be left out where a clock is given",
    ],
    ['what run refuses', { concurrency: 0 }, "option 'concurrency'"],
  ])('%s', (_, options, message) => {
    expect(() => testLoosely(options)).toThrow(message);
    expect(() => testLoosely(options)).toThrow(OptionError);
  });

  test('what is not a workflow', () => {
    expect(() => testRun({} as never)).toThrow("testRun() runs a workflow, such as workflow('etl')");
  });

  test('a workflow with a mistake in it', () => {
    const broken = {
      definition: { id: 'w', version: '1', tasks: [{ id: 'a', dependsOn: ['b'], handler: () => 1 }] },
    };
    expect(() => testRun(broken)).toThrow("'b'");
  });
});
