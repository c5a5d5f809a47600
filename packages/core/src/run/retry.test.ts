import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { gate, mortalStore, VirtualClock } from '@wf-sdk/testing';
import { flowOf, lines, type PlainTask, recorder, statesOf, taskOf } from '../../test/kit.ts';
import { compile } from '../compile/compile.ts';
import { checkLog } from '../../test/invariants.ts';
import {
  createMemoryStore,
  readLog,
  resume,
  retry,
  run,
  type RunEvent,
  type RunResult,
  send,
  type Store,
  type Workflow,
  workflow,
} from '../index.ts';

/** A task that notes that it ran, and fails as long as something is wrong. */
function step(calls: string[], id: string, dependsOn: readonly string[], broken: Set<string>): PlainTask {
  return {
    id,
    dependsOn,
    handler: () => {
      calls.push(id);
      if (broken.has(id)) throw new Error(`${id} is broken`);
      return id.toUpperCase();
    },
  };
}

/** `a`, then `b` and `x` from it, then `c` from `b`. */
function fork(calls: string[], broken: Set<string>): Workflow {
  return flowOf([
    step(calls, 'a', [], broken),
    step(calls, 'b', ['a'], broken),
    step(calls, 'c', ['b'], broken),
    step(calls, 'x', ['a'], broken),
  ]);
}

async function logOf(store: Store, id = 'r'): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readLog(store, id)) events.push(event);
  return events;
}

function causeOf(result: RunResult): unknown {
  return result.error?.cause;
}

describe('a run that failed', () => {
  test('runs again what failed and what depends on it, and nothing else', async () => {
    const store = createMemoryStore();
    const calls: string[] = [];
    const broken = new Set(['b']);
    const flow = fork(calls, broken);
    const first = await run(flow, 5, { id: 'r', store });
    expect(statesOf(first)).toEqual({ a: 'succeeded', b: 'failed', c: 'upstream_failed', x: 'succeeded' });
    broken.clear();
    calls.length = 0;
    const { events, observe } = recorder();
    const second = await retry(flow, 'r', { store, observers: [observe] });
    expect(calls).toEqual(['b', 'c']);
    expect(second).toMatchObject({ state: 'succeeded', outputs: { a: 'A', b: 'B', c: 'C', x: 'X' } });
    expect(taskOf(second, 'b')).toMatchObject({ attempts: 1, attemptErrors: [], error: undefined });
    expect(events[0]).toMatchObject({ type: 'run.retried', tasks: ['b', 'c'], messages: 0 });
    expect(lines(events).slice(1)).toEqual([
      'task.queued b',
      'attempt.started b#1',
      'task.succeeded b',
      'task.queued c',
      'attempt.started c#1',
      'task.succeeded c',
      'run.finished',
    ]);
    checkLog(await logOf(store), compile(flow), Infinity);
    expect(await store.find('r')).toMatchObject({ state: 'succeeded' });
    expect((await resume(flow, 'r', { store })).outputs).toEqual(second.outputs);
    expect(calls).toEqual(['b', 'c']);
  });

  test('is retried as often as it fails', async () => {
    const store = createMemoryStore();
    const calls: string[] = [];
    const broken = new Set(['b', 'x']);
    const flow = fork(calls, broken);
    await run(flow, undefined, { id: 'r', store });
    broken.delete('b');
    const second = await retry(flow, 'r', { store });
    expect(statesOf(second)).toEqual({ a: 'succeeded', b: 'succeeded', c: 'succeeded', x: 'failed' });
    broken.clear();
    calls.length = 0;
    expect((await retry(flow, 'r', { store })).state).toBe('succeeded');
    expect(calls).toEqual(['x']);
    checkLog(await logOf(store), compile(flow), Infinity);
  });

  test('goes on after the process that retried it has died', async () => {
    for (let appends = 1; appends < 6; appends++) {
      const store = createMemoryStore();
      const clock = new VirtualClock();
      const calls: string[] = [];
      const broken = new Set(['b']);
      const flow = fork(calls, broken);
      await run(flow, undefined, { id: 'r', clock, store });
      broken.clear();
      calls.length = 0;
      const mortal = mortalStore(store, { appends });
      void retry(flow, 'r', { clock, store: mortal.store });
      await clock.settle();
      await mortal.die();
      const result = await clock.passUntil(resume(flow, 'r', { clock, store }));
      expect(result).toMatchObject({ state: 'succeeded', outputs: { b: 'B', c: 'C' } });
      expect([...new Set(calls)]).toEqual(['b', 'c']);
      expect(calls.length).toBeLessThanOrEqual(3);
    }
  });

  test('has all its time again', async () => {
    const store = createMemoryStore();
    const clock = new VirtualClock();
    let slow = true;
    const flow = flowOf([
      { id: 'a', handler: (_: never, { signal }: { signal: AbortSignal }) => (slow ? never(signal) : 1) },
    ]);
    const first = await clock.passUntil(run(flow, undefined, { id: 'r', clock, store, timeout: 100 }));
    expect(first.error).toMatchObject({ code: 'run_timeout' });
    slow = false;
    await clock.advance(1_000);
    const second = await clock.passUntil(retry(flow, 'r', { clock, store, timeout: 100 }));
    expect(second).toMatchObject({ state: 'succeeded', outputs: { a: 1 } });
  });

  test('because of its output alone runs no task again', async () => {
    const store = createMemoryStore();
    let isWrong = true;
    const output = ({ a }: { a: number }): number => {
      if (isWrong) throw new Error('no');
      return a;
    };
    let calls = 0;
    const flow = flowOf([{ id: 'a', handler: () => ++calls }], { output });
    expect((await run(flow, undefined, { id: 'r', store })).state).toBe('failed');
    isWrong = false;
    expect(await retry(flow, 'r', { store })).toMatchObject({ state: 'succeeded', output: 1 });
    expect(calls).toBe(1);
  });

  test('looks again at rules and conditions of what follows', async () => {
    const store = createMemoryStore();
    const broken = new Set(['b']);
    const flow = flowOf([
      step([], 'a', [], broken),
      step([], 'b', ['a'], broken),
      { id: 'alarm', dependsOn: ['b'], triggerRule: 'one_failed', handler: () => 'rang' },
      { id: 'never', dependsOn: ['a'], conditions: [() => false], handler: () => 1 },
      { id: 'after', dependsOn: ['never', 'b'], triggerRule: 'all_done', handler: () => 'after' },
    ]);
    const first = await run(flow, undefined, { id: 'r', store });
    expect(statesOf(first)).toMatchObject({ alarm: 'succeeded', never: 'skipped condition' });
    broken.clear();
    const second = await retry(flow, 'r', { store });
    expect(second.state).toBe('succeeded');
    expect(statesOf(second)).toEqual({
      a: 'succeeded',
      b: 'succeeded',
      alarm: 'skipped dependency',
      never: 'skipped condition',
      after: 'succeeded',
    });
    checkLog(await logOf(store), compile(flow), Infinity);
  });

  test('runs a setup again whose teardown has run', async () => {
    const store = createMemoryStore();
    const calls: string[] = [];
    const broken = new Set(['use']);
    const flow = flowOf([
      step(calls, 'up', [], broken),
      step(calls, 'use', ['up'], broken),
      { ...step(calls, 'down', ['up'], broken), teardownOf: 'up' },
    ]);
    expect((await run(flow, undefined, { id: 'r', store })).state).toBe('failed');
    expect(calls).toEqual(['up', 'use', 'down']);
    broken.clear();
    calls.length = 0;
    expect((await retry(flow, 'r', { store })).state).toBe('succeeded');
    expect(calls).toEqual(['up', 'use', 'down']);
  });

  test('runs all items of a fan-out again', async () => {
    const store = createMemoryStore();
    let isWrong = true;
    const flow = flowOf([
      {
        id: 'fan',
        fanOut: { kind: 'each', select: () => [1, 2, 3], concurrency: 1 },
        handler: ({ item }: { item: number }) => {
          if (isWrong && item === 2) throw new Error('two');
          return item * 10;
        },
      },
    ]);
    expect((await run(flow, undefined, { id: 'r', store })).state).toBe('failed');
    isWrong = false;
    const result = await retry(flow, 'r', { store });
    expect(result.outputs).toEqual({ fan: [10, 20, 30] });
    expect(taskOf(result, 'fan').items).toEqual({ items: 3, succeeded: 3, failed: 0 });
  });

  test('runs what was undone again, under another key, and undoes it again', async () => {
    const store = createMemoryStore();
    const done: string[] = [];
    const broken = new Set(['ship']);
    const note =
      (what: string) =>
      (...args: readonly unknown[]): string => {
        const { idempotencyKey } = args.at(-1) as { idempotencyKey: string };
        done.push(`${what} ${idempotencyKey}`);
        return what;
      };
    const flow = flowOf([
      { id: 'charge', handler: note('charge'), compensate: { undo: note('refund') } },
      { id: 'mail', handler: note('mail') },
      step([], 'ship', ['charge', 'mail'], broken),
    ]);
    const first = await run(flow, undefined, { id: 'r', store });
    expect(first.compensations).toMatchObject([{ task: 'charge', state: 'succeeded' }]);
    const second = await retry(flow, 'r', { store });
    expect(second.compensations).toMatchObject([{ task: 'charge', state: 'succeeded' }]);
    broken.clear();
    const third = await retry(flow, 'r', { store });
    expect(third).toMatchObject({ state: 'succeeded', compensations: [] });
    expect(done).toEqual([
      'charge r/charge',
      'mail r/mail',
      'refund r/charge/undo',
      'charge r/charge~2',
      'refund r/charge~2/undo',
      'charge r/charge~3',
    ]);
    checkLog(await logOf(store), compile(flow), Infinity);
  });

  test('begins the runs below it anew', async () => {
    const store = createMemoryStore();
    const calls: string[] = [];
    const broken = new Set(['b']);
    const child = fork(calls, broken);
    const flow = flowOf([
      { id: 'p', child: { workflow: { definition: { ...child.definition, id: 'child' } } } },
    ]);
    const first = await run(flow, undefined, { id: 'r', store });
    expect(first.state).toBe('failed');
    broken.clear();
    calls.length = 0;
    expect((await retry(flow, 'r', { store })).state).toBe('succeeded');
    expect(calls.toSorted()).toEqual(['a', 'b', 'c', 'x']);
    const below = await store.list({ parent: 'r' });
    expect(below.map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual([
      'r~p failed',
      'r~p~1.1 succeeded',
    ]);
  });
});

describe('a run that was cancelled', () => {
  test('goes on with what had not been done, and forgets what was said before', async () => {
    const store = createMemoryStore();
    const hold = gate();
    let isHeld = true;
    const calls: string[] = [];
    const flow = flowOf([
      step(calls, 'a', [], new Set()),
      { id: 'b', dependsOn: ['a'], handler: () => (isHeld ? hold.promise : 'B') },
      step(calls, 'c', ['b'], new Set()),
    ]);
    const handle = run(flow, undefined, { id: 'r', store, gracePeriod: 0 });
    await expect.poll(async () => (await logOf(store)).map(({ type }) => type)).toContain('task.succeeded');
    expect((await handle.cancel('enough')).state).toBe('cancelled');
    await send(store, 'r', { type: 'cancel', reason: 'too late' });
    isHeld = false;
    const second = await retry(flow, 'r', { store });
    expect(second).toMatchObject({ state: 'succeeded', outputs: { a: 'A', b: 'B', c: 'C' } });
    expect(calls).toEqual(['a', 'c']);
    expect((await logOf(store)).find(({ type }) => type === 'run.retried')).toMatchObject({ messages: 1 });
    expect((await resume(flow, 'r', { store })).state).toBe('succeeded');
  });
});

describe('a run that succeeded', () => {
  test('is not retried, unless a task is named', async () => {
    const store = createMemoryStore();
    const calls: string[] = [];
    const flow = fork(calls, new Set());
    await run(flow, undefined, { id: 'r', store });
    calls.length = 0;
    expect(causeOf(await retry(flow, 'r', { store }))).toMatchObject({ code: 'nothing_to_retry' });
    expect((await store.find('r'))?.lease).toBeUndefined();
    expect(await store.find('r')).toMatchObject({ state: 'succeeded' });
    expect((await retry(flow, 'r', { store, from: 'b' })).state).toBe('succeeded');
    expect(calls).toEqual(['b', 'c']);
    expect(() => retry(flow, 'r', { store, from: 'bb' })).toThrow(
      /option 'from' must be a task of workflow 'w', perhaps 'b', not 'bb'/,
    );
  });
});

describe('is refused', () => {
  test('a run that goes on, has not ended, or is not there', async () => {
    const store = createMemoryStore();
    const clock = new VirtualClock();
    const hold = gate<number>();
    const flow = flowOf([{ id: 'a', handler: () => hold.promise }]);
    const mortal = mortalStore(store);
    void run(flow, undefined, { id: 'r', clock, store: mortal.store });
    await clock.settle();
    expect(causeOf(await retry(flow, 'r', { store }))).toMatchObject({ code: 'run_active' });
    await mortal.die();
    expect(causeOf(await retry(flow, 'r', { store }))).toMatchObject({ code: 'run_not_ended' });
    expect((await store.find('r'))?.lease).toBeUndefined();
    expect(causeOf(await retry(flow, 'q', { store }))).toMatchObject({ code: 'run_not_found' });
    hold.open(1);
    expect((await resume(flow, 'r', { store })).state).toBe('succeeded');
  });

  test('one of two who retry it at once', async () => {
    const store = createMemoryStore();
    const broken = new Set(['b']);
    const calls: string[] = [];
    const flow = fork(calls, broken);
    await run(flow, undefined, { id: 'r', store });
    broken.clear();
    calls.length = 0;
    const both = await Promise.all([retry(flow, 'r', { store }), retry(flow, 'r', { store })]);
    expect(both.map(({ state }) => state).toSorted()).toEqual(['failed', 'succeeded']);
    expect(calls).toEqual(['b', 'c']);
  });
});

test('a signal that was taken is not taken again by a task that begins anew', async () => {
  const store = createMemoryStore();
  const seen: number[] = [];
  const flow = workflow('w')
    .addTask('go')
    .waitForSignal('go', z.number())
    .addTask('use')
    .dependsOn('go')
    .run(({ go }) => {
      seen.push(go);
      if (go < 2) throw new Error('too few');
    });
  const first = run(flow, undefined, { id: 'r', store });
  first.signal('go', 1);
  expect((await first).state).toBe('failed');
  const again = retry(flow, 'r', { store, from: 'go' });
  await expect.poll(async () => (await store.find('r'))?.state).toBe('waiting');
  again.signal('go', 2);
  expect((await again).state).toBe('succeeded');
  expect(seen).toEqual([1, 2]);
});

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
