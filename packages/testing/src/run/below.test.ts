import { compile, run, workflow } from '@wf-sdk/core';
import { setTimeout as realSleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { testRun, VirtualClock } from '../index.ts';

const child = workflow('child')
  .addTask('fetch')
  .retry({ attempts: 2, delay: '1d' })
  .timeout('1h')
  .run(async (_, { attempt }) => {
    await Promise.resolve();
    if (attempt === 1) throw new Error('once');
    return 5;
  })
  .output(({ fetch }) => fetch);
const parent = workflow('parent')
  .addTask('below')
  .runWorkflow(child)
  .addTask('double')
  .dependsOn('below')
  .run(({ below }) => 2 * below);

describe('a workflow below', () => {
  test('runs in the same virtual time', async () => {
    const result = await testRun(parent);
    expect(result).toMatchObject({ outcome: 'success', elapsedMs: 86_400_000 });
    expect(result.outputs.double).toBe(10);
    expect(result.starts).toEqual(['below', 'double']);
    expect(result.events.some((event) => event.run !== result.run)).toBe(true);
  });

  test('is stubbed as the task that runs it', async () => {
    const result = await testRun(parent, { stubs: { below: 7 }, onUnstubbed: 'run' });
    expect(result).toMatchObject({ elapsedMs: 0, outputs: { double: 14 } });
  });

  test('may not run its own handlers either, where that is forbidden', async () => {
    await expect(testRun(parent, { stubs: { double: 1 }, onUnstubbed: 'error' })).rejects.toThrow(
      "task 'below' was about to run a handler of its own",
    );
  });
});

describe('undo functions', () => {
  const undone: unknown[] = [];
  const saga = workflow('saga')
    .addTask('reserve')
    .compensate((seat: string) => undone.push(seat), { retry: { attempts: 2, delay: '1m' } })
    .run((): string => '12A')
    .addTask('pay')
    .dependsOn('reserve')
    .run(() => 1);
  const failures = { pay: new Error('declined') };

  test('are called as in any run', async () => {
    undone.length = 0;
    const result = await testRun(saga, { failures });
    expect(undone).toEqual(['12A']);
    expect(result.compensations).toMatchObject([{ task: 'reserve', state: 'succeeded' }]);
  });

  test('of stubbed tasks do nothing', async () => {
    undone.length = 0;
    const result = await testRun(saga, { failures, stubs: { reserve: '1C' } });
    expect(undone).toEqual([]);
    expect(result.compensations).toMatchObject([{ task: 'reserve', state: 'succeeded' }]);
  });

  test('are stubbed, or made to fail', async () => {
    const seen: unknown[] = [];
    await testRun(saga, { failures, compensations: { reserve: (seat) => seen.push(seat) } });
    expect(seen).toEqual(['12A']);
    undone.length = 0;
    const once = await testRun(saga, { failures, compensations: { reserve: [new Error('busy')] } });
    expect(once.compensations).toMatchObject([{ state: 'succeeded', attempts: 2 }]);
    expect(once.elapsedMs).toBe(60_000);
    expect(undone).toEqual(['12A']);
    const never = await testRun(saga, { failures, compensations: { reserve: new Error('gone') } });
    expect(never.compensations).toMatchObject([{ state: 'failed', attempts: 2, error: { message: 'gone' } }]);
  });
});

describe('a dispatcher', () => {
  const flow = workflow('apart')
    .addTask('far')
    .isolate()
    .timeout('1m')
    .retry({ attempts: 2 })
    .run(() => 1);
  const dispatcher = { dispatch: () => realSleep(50, 2) };

  test('makes the attempts of isolated tasks, and time does not pass over them', async () => {
    const result = await testRun(flow, { dispatcher, module: 'file:///flow.ts' });
    expect(result).toMatchObject({ outcome: 'success', elapsedMs: 0, outputs: { far: 2 } });
  });

  test('is not asked for attempts that are to fail', async () => {
    const result = await testRun(flow, {
      dispatcher,
      module: 'file:///flow.ts',
      failures: { far: ['timeout'] },
    });
    expect(result.tasks.far).toMatchObject({ attempts: 2, state: 'succeeded' });
    expect(result.elapsedMs).toBeGreaterThanOrEqual(60_000);
  });
});

test('a test run leaves the workflow as it was', async () => {
  const before = compile(child);
  await testRun(child, { stubs: { fetch: 1 } });
  expect(compile(child)).toBe(before);
  const clock = new VirtualClock();
  expect((await clock.passUntil(run(child, undefined, { clock }))).outputs.fetch).toBe(5);
});
