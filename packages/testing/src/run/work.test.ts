import { workflow } from '@wf-sdk/core';
import { performance } from 'node:perf_hooks';
import { setTimeout as realSleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { gate, testRun, VirtualClock } from '../index.ts';

// Patience that no test has: who would wait for it fails by its timeout.
const patience = '1h';

afterEach(() => {
  vi.useRealTimers();
});

const flow = workflow('w')
  .addTask('work')
  .timeout('10m')
  .run(async () => realSleep(20, 'done'))
  .addTask('next')
  .dependsOn('work')
  .retry({ attempts: 2, delay: '1h' })
  .run(({ work }) => work);

describe('a handler', () => {
  test('at work in real time is not passed over', async () => {
    const result = await testRun(flow, { patience, failures: { next: [new Error('once')] } });
    expect(result).toMatchObject({ outcome: 'success', elapsedMs: 3_600_000 });
    expect(result.tasks.work.durationMs).toBe(0);
  });

  test('that sleeps in virtual time costs no real time', async () => {
    const clock = new VirtualClock({ patience });
    const result = await testRun(flow, {
      clock,
      stubs: {
        work: async () => {
          await clock.sleep('9m');
          return realSleep(5, 'slept');
        },
      },
    });
    expect(result.outputs.next).toBe('slept');
    expect(result.tasks.work.durationMs).toBe(9 * 60_000);
  });

  test('at a gate holds time still, wherever it waits for it', async () => {
    const hold = gate<string>();
    const run = testRun(flow, {
      patience,
      stubs: {
        work: async () => {
          await Promise.resolve();
          return hold.pass();
        },
      },
    });
    await hold.reached;
    await run.clock.advance('9m');
    hold.open('opened');
    expect(await run).toMatchObject({ outcome: 'success', elapsedMs: 9 * 60_000 });
  });

  test('at a gate stops when it is told to', async () => {
    const hold = gate<string>();
    const run = testRun(flow, { patience, stubs: { work: hold } });
    await hold.reached;
    const result = await run.cancel('no longer needed');
    expect(result).toMatchObject({ outcome: 'cancelled', elapsedMs: 0 });
    expect(hold.waiting).toBe(0);
  });

  test('that is behind a closed gate fails as the gate does', async () => {
    const hold = gate<string>();
    hold.fail(new Error('closed for today'));
    expect((await testRun(flow, { stubs: { work: hold } })).tasks.work.error?.message).toBe(
      'closed for today',
    );
  });

  test('that ignores its signal is waited for once, not at every step', async () => {
    const deaf = workflow('deaf')
      .addTask('ignores')
      .timeout('1s')
      .retry({ attempts: 20, delay: '1s', backoff: 'constant' })
      .run(() => new Promise<void>(() => undefined));
    const before = performance.now();
    const result = await testRun(deaf, { patience: 20 });
    expect(result.elapsedMs).toBe(39_000);
    // Twenty handlers that hang, each waited for once: were each waited for at every later step, it would be ten times that.
    expect(performance.now() - before).toBeLessThan(4_000);
  });
});

test('fake timers of the test runner change nothing', async () => {
  vi.useFakeTimers();
  const result = await testRun(flow, { stubs: { work: 'x' }, failures: { next: [new Error('once')] } });
  expect(result).toMatchObject({ outcome: 'success', elapsedMs: 3_600_000 });
});
