import { on, pool, type Schema, workflow } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { gate, testRun, TestKitError, type TestRun } from '../index.ts';

const patience = 10;

async function messageOf(run: TestRun): Promise<string> {
  const error: unknown = await run.result.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TestKitError);
  return (error as Error).message;
}

const anything: Schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };

describe('a run that waits for ever says which task waits for what', () => {
  test('a handler that never ends, and those behind it', async () => {
    const flow = workflow('etl')
      .addTask('extract')
      .run(() => new Promise<number>(() => undefined))
      .addTask('load')
      .dependsOn('extract')
      .run(() => 1);
    expect(await messageOf(testRun(flow, { patience }) as TestRun)).toBe(
      [
        `the run of 'etl' waits for ever, at 0 ms of virtual time:`,
        '  extract  runs (attempt 1): its handler has not ended in 10 ms of real time; if it does real work, give it more `patience`',
        '  load     waits for extract',
      ].join('\n'),
    );
  });

  test('a gate that nobody opens', async () => {
    const flow = workflow('etl')
      .addTask('extract')
      .timeout('1h')
      .run(() => 1);
    expect(
      await messageOf(testRun(flow, { patience, stubs: { extract: gate<number>() } }) as TestRun),
    ).toMatch('extract  is held by a gate that the test does not open');
  });

  test('a hang that nothing ends', async () => {
    const flow = workflow('etl')
      .addTask('extract')
      .run(() => 1);
    const message = await messageOf(testRun(flow, { patience, failures: { extract: 'hang' } }) as TestRun);
    expect(message).toMatch('extract  hangs, as `failures` says, and has no timeout that could end it');
  });

  test('a person in the run of another workflow', async () => {
    const child = workflow('child')
      .addTask('ask')
      .recover([on(Error).escalate()])
      .run(() => {
        throw new Error('no');
      });
    const flow = workflow('parent').addTask('below').runWorkflow(child);
    expect(await messageOf(testRun(flow, { patience }) as TestRun)).toMatch(
      'below  runs a workflow in which ask waits for a decision',
    );
  });

  test('a slot that is not given back', async () => {
    const one = pool('one', { slots: 1 });
    const flow = workflow('w')
      .addTask('a')
      .pool(one)
      .run(() => new Promise<number>(() => undefined))
      .addTask('b')
      .pool(one)
      .run(() => 1);
    expect(await messageOf(testRun(flow, { patience }) as TestRun)).toMatch(
      'b  is queued: it waits for a slot, of the run or of a pool',
    );
  });

  test('a signal that is not sent; once it is, the run goes on', async () => {
    const flow = workflow('w').addTask('paid').waitForSignal('paid', anything);
    expect(await messageOf(testRun(flow, { patience }) as TestRun)).toMatch(
      "paid  waits for signal 'paid': give `signals`, or call signal('paid', …)",
    );
    const run = testRun(flow);
    await run.until('paid', 'waiting');
    run.signal('paid', 7, { by: 'ada' });
    expect((await run).outputs).toEqual({ paid: 7 });
    expect((await testRun(flow, { stubs: { paid: 8 } })).outputs).toEqual({ paid: 8 });
    expect(() => testRun(flow, { failures: { paid: 'hang' } })).toThrow(
      "failures.paid: task 'paid' waits for a signal: it has no attempts that could fail",
    );
  });

  test('time that does not pass by itself', async () => {
    const flow = workflow('w').addTask('nap').sleep('1m');
    expect(await messageOf(testRun(flow, { patience, autoAdvance: false }) as TestRun)).toMatch(
      /nap +waits for its timer\nTime does not pass by itself \(autoAdvance: false\): the next timer is due in 60000 ms. Call clock.advance\(\)./,
    );
  });
});

test('a run that nobody awaits is not given up', async () => {
  const hold = gate<number>();
  const flow = workflow('w')
    .addTask('a')
    .run(() => 1);
  const run = testRun(flow, { patience: 1, stubs: { a: hold } });
  await hold.reached;
  await new Promise((resolve) => void setTimeout(resolve, 20));
  hold.open(2);
  expect((await run).outputs).toEqual({ a: 2 });
});

test('a test that waits for a state that never comes is told', async () => {
  const flow = workflow('w')
    .addTask('a')
    .run(() => 1);
  await expect(testRun(flow).until('a', 'retrying')).rejects.toThrow(
    "the run has ended, and task 'a' was not retrying: it is succeeded",
  );
  await expect(testRun(flow).until('b' as 'a', 'running')).rejects.toThrow("workflow 'w' has no task 'b'");
});
