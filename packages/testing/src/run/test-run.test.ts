import { BreakerOpenError, on, pool, RunFailedError, TimeoutError, workflow } from '@wf-sdk/core';
import { readFile } from 'node:fs/promises';
import { setTimeout as realSleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { after, gate, testRun, TestKitError, testRunOrThrow, VirtualClock } from '../index.ts';

const etl = workflow('etl', { input: z.object({ day: z.string() }) })
  .addTask('extract')
  .retry({ attempts: 4, delay: '1m', backoff: 'exponential' })
  .timeout('20s')
  .run(async ({ input }) => [`${input.day} a`, `${input.day} b`])
  .addTask('clean')
  .dependsOn('extract')
  .run(({ extract }) => extract.map((row) => row.toUpperCase()))
  .addTask('load')
  .dependsOn('clean')
  .run(({ clean }) => clean.length)
  .output(({ load }) => load);
const input = { day: 'monday' };

describe('a test run', () => {
  it('gives the typed result and what happened', async () => {
    const result = await testRun(etl, { input });
    expect(result).toMatchObject({ outcome: 'success', output: 2, elapsedMs: 0, seed: undefined });
    expect(result.starts).toEqual(['extract', 'clean', 'load']);
    expect(result.outputs.clean).toEqual(['MONDAY A', 'MONDAY B']);
    expect(result.events.at(0)).toMatchObject({ type: 'run.started', input });
    expect(result.plan.id).toBe('etl');
  });

  it('passes back-offs of minutes at once', async () => {
    const fails = new Error('503');
    const result = await testRun(etl, { input, failures: { extract: [fails, fails, fails] } });
    expect(result.outcome).toBe('success');
    expect(result.tasks.extract).toMatchObject({ attempts: 4, attemptErrors: [fails, fails, fails] });
    expect(result.elapsedMs).toBe(60_000 + 120_000 + 240_000);
    expect(result.starts).toEqual(['extract', 'extract#2', 'extract#3', 'extract#4', 'clean', 'load']);
  });

  it('has an attempt take longer than its timeout', async () => {
    const result = await testRun(etl, { input, failures: { extract: ['timeout'] } });
    expect(result.tasks.extract.attemptErrors[0]).toBeInstanceOf(TimeoutError);
    expect(result.elapsedMs).toBe(20_000 + 60_000);
  });

  it('fails where its input does not fit, like every run', async () => {
    const untyped: unknown = { day: 1 };
    const result = await testRun(etl, { input: untyped as typeof input });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'input_invalid' } });
  });

  it('waits for real work, however short the timeout', async () => {
    const flow = workflow('io')
      .addTask('read')
      .timeout('1m')
      .run(async () => {
        await realSleep(30);
        return (await readFile(new URL(import.meta.url))).length;
      });
    const result = await testRun(flow);
    expect(result.outcome).toBe('success');
    expect(result.elapsedMs).toBe(0);
  });

  it('times out a handler that waits for its signal', async () => {
    const flow = workflow('slow')
      .addTask('wait')
      .timeout('1h')
      .run(
        (_, { signal }) =>
          new Promise<never>((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          }),
      );
    const result = await testRun(flow, { patience: 10 });
    expect(result.tasks.wait.error).toBeInstanceOf(TimeoutError);
    expect(result.elapsedMs).toBe(3_600_000);
  });

  it('sees breakers close in virtual time', async () => {
    const clock = new VirtualClock();
    const flow = workflow('guarded')
      .addTask('call')
      .breaker({ name: 'svc', minimumCalls: 1, resetAfter: '3d', whenOpen: 'fail' })
      .run(() => 1);
    const failed = await testRun(flow, { clock, failures: { call: new Error('down') } });
    expect(failed.outcome).toBe('failed');
    expect((await testRun(flow, { clock })).tasks.call.error).toBeInstanceOf(BreakerOpenError);
    await clock.advance('3d');
    expect((await testRun(flow, { clock })).outcome).toBe('success');
  });
});

describe('testRunOrThrow', () => {
  it('gives a result of which every output is there', async () => {
    const { outputs, output, starts } = await testRunOrThrow(etl, { input });
    expect(outputs.clean.length + output).toBe(4);
    expect(starts).toHaveLength(3);
  });

  it('shows a run that did not succeed', async () => {
    const fails = testRunOrThrow(etl, { input, failures: { clean: new Error('bad row') } });
    await expect(fails).rejects.toThrow(/the run did not succeed\n.*failed \(partial\)[^]*✖ clean .*bad row/);
    await expect(fails).rejects.toMatchObject({ name: 'TestKitError', cause: { code: 'run_failed' } });
  });
});

describe('stubs', () => {
  it('stand for handlers', async () => {
    const result = await testRun(etl, {
      input,
      stubs: { extract: ['x'], clean: ({ extract }) => [...extract, 'y'] },
      onUnstubbed: 'run',
    });
    expect(result.outputs).toEqual({ extract: ['x'], clean: ['x', 'y'], load: 2 });
  });

  it('take their time', async () => {
    const result = await testRun(etl, {
      input,
      stubs: { extract: after('5s', ['x']), clean: after('1h', () => ['z']) },
    });
    expect(result).toMatchObject({ outcome: 'success', elapsedMs: 3_605_000, output: 1 });
  });

  it('that take too long time out', async () => {
    const result = await testRun(etl, { input, stubs: { extract: after('21s', ['x']) } });
    expect(result.tasks.extract.attempts).toBe(4);
    expect(result.error).toBeInstanceOf(RunFailedError);
  });

  it('are not checked by an output schema that transforms', async () => {
    const flow = workflow('t')
      .addTask('at')
      .output(z.string().transform((text) => new Date(text)))
      .run(() => '2020-01-01');
    expect((await testRun(flow)).outputs.at).toEqual(new Date('2020-01-01'));
    expect((await testRun(flow, { stubs: { at: new Date(0) } })).outputs.at).toEqual(new Date(0));
  });

  it('stand for a fan-out as a whole, or for each item', async () => {
    const flow = workflow('fan')
      .addTask('sizes')
      .forEach(() => ['a', 'bb', 'ccc'])
      .run(({ item }) => item.length);
    expect((await testRun(flow, { stubs: { sizes: [7] } })).outputs.sizes).toEqual([7]);
    const each = await testRun(flow, { stubs: { sizes: ({ item, index }) => item.length * index } });
    expect(each.outputs.sizes).toEqual([0, 2, 6]);
    const bad = await testRun(flow, { failures: { sizes: { items: { 1: new Error('bad') } } } });
    expect(bad.tasks.sizes).toMatchObject({ state: 'failed', items: { failed: 1 } });
  });

  it('can be demanded of every task that runs', async () => {
    const ran: string[] = [];
    const flow = workflow('w')
      .addTask('a')
      .run(() => 1)
      .addTask('b')
      .dependsOn('a')
      .fallback(5)
      .run(() => ran.push('b'));
    const running = testRun(flow, { stubs: { a: 2 }, onUnstubbed: 'error' });
    await expect(running).rejects.toThrow("task 'b' was about to run a handler of its own");
    expect(ran).toEqual([]);
  });

  it('can be filled in for the structure alone', async () => {
    const flow = workflow('s', { input: z.object({ n: z.number() }) })
      .addTask('kind')
      .run(({ input }) => (input.n > 0 ? ('plus' as const) : ('minus' as const)))
      .addTask('minus')
      .onBranch('kind', 'minus')
      .run(() => 0)
      .addTask('plus')
      .onBranch('kind', 'plus')
      .when(({ input }) => input.n > 5)
      .forEach(({ input }) => [input.n])
      .run(({ item }) => item)
      .addTask('after')
      .dependsOn('plus')
      .run(({ plus }) => plus.length)
      .output(({ after: n }) => n);
    const result = await testRun(flow, { stubAll: true });
    expect(result.starts).toEqual(['kind', 'minus']);
    const other = await testRun(flow, { stubAll: true, stubs: { kind: 'plus' } });
    expect(other.starts).toEqual(['kind', 'plus', 'after']);
    expect(other.output).toBeUndefined();
  });
});

describe('time', () => {
  it('passes only when the test says so, where it is told to', async () => {
    const run = testRun(etl, { input, autoAdvance: false, failures: { extract: [new Error('1')] } });
    await run.until('extract', 'retrying');
    await run.clock.advance('59s');
    expect(run.told.filter(({ type }) => type === 'attempt.started')).toHaveLength(1);
    await run.clock.advance('1s');
    expect((await run).outcome).toBe('success');
  });

  it('does not pass while a gate holds a task', async () => {
    const hold = gate<string[]>();
    const run = testRun(etl, { input, stubs: { extract: hold }, patience: 20 });
    await hold.reached;
    expect(hold.waiting).toBe(1);
    await realSleep(40);
    hold.open(['x']);
    expect(await run).toMatchObject({ outcome: 'success', elapsedMs: 0 });
    expect(hold.waiting).toBe(0);
  });

  it('times out a task at a gate when the test passes it', async () => {
    const hold = gate<string[]>();
    const run = testRun(etl, { input, stubs: { extract: hold } });
    await hold.reached;
    await run.clock.advance('20s');
    await run.until('extract', 'retrying');
    hold.open(['x']);
    expect((await run).tasks.extract.attempts).toBe(2);
  });
});

describe('decisions', () => {
  const flow = workflow('ask')
    .addTask('review')
    .output(z.int().positive())
    .recover([on(Error).escalate('How many?')])
    .run((): number => {
      throw new Error('large');
    })
    .addTask('ship')
    .dependsOn('review')
    .run(({ review }) => review);

  it('are made by the test', async () => {
    const run = testRun(flow);
    await run.until('review', 'waiting');
    run.approve('review', 3);
    expect((await run).outputs.ship).toBe(3);
  });

  it('are said beforehand', async () => {
    const result = await testRun(flow, { decisions: { review: ['retry', { approve: 4 }] } });
    expect(result.tasks.review).toMatchObject({ state: 'succeeded', by: 'approval', attempts: 2 });
    expect((await testRun(flow, { decisions: { review: 'skip' } })).tasks.ship.state).toBe('skipped');
    expect((await testRun(flow, { decisions: { review: { fail: new Error('no') } } })).outcome).toBe(
      'failed',
    );
    await expect(testRun(flow, { decisions: { review: { approve: -1 } } })).rejects.toMatchObject({
      code: 'output_invalid',
    });
  });

  it('that are missing are said', async () => {
    const error = (await testRun(flow, { patience: 20 }).result.catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(TestKitError);
    expect(error.message).toMatch(/review +waits for a decision \(How many\?\)/);
    expect(error.message).toMatch(/ship +waits for review/);
  });
});

describe('isolation and admission', () => {
  it('makes isolated tasks on this thread and needs no machine', async () => {
    const tight = pool('tight', { slots: 1 });
    const flow = workflow('iso')
      .addTask('a')
      .isolate()
      .resources({ cpu: 1000, gpu: 8 })
      .pool(tight)
      .run(() => 1)
      .addTask('b')
      .pool(tight)
      .run(() => 2);
    expect((await testRun(flow)).outputs).toEqual({ a: 1, b: 2 });
  });
});
