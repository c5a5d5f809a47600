import { describe, expect, test } from 'vitest';
import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { fails, flowOf, recorder, schemaOf, taskOf } from '../../test/kit.ts';
import {
  createMemoryStore,
  on,
  resume,
  retry,
  run,
  type RunEvent,
  type RunOptions,
  send,
  type Store,
  type Workflow,
} from '../index.ts';

const HOUR = 3_600_000;
const anything = schemaOf((value: unknown) => value);

/** Waits for a signal, however long that takes. */
const waits = flowOf([{ id: 'paid', signal: { name: 'paid', schema: anything } }]);

interface Left {
  readonly store: Store;
  readonly clock: VirtualClock;
  /** What was told in the process that is gone. */
  readonly events: readonly RunEvent[];
  /** The instant at which the run was begun. */
  readonly begun: number;
}

/** A run whose process is gone after a minute. */
async function left(flow: Workflow, options: RunOptions = {}): Promise<Left> {
  const store = createMemoryStore();
  const clock = new VirtualClock();
  const begun = clock.now();
  const mortal = mortalStore(store);
  const { events, observe } = recorder();
  run(flow, undefined, { ...options, id: 'r', clock, store: mortal.store, observers: [observe] });
  await clock.advance('1m');
  await mortal.die();
  return { store, clock, events, begun };
}

describe('the time that a kept run may take', () => {
  test('wakes it, and fails it in the process that goes on with it', async () => {
    const { store, clock, begun } = await left(waits, { timeout: '2h' });
    expect(await store.find('r')).toMatchObject({ state: 'waiting', wakeAt: begun + 2 * HOUR });
    expect(await store.list({ dueAt: begun + 2 * HOUR - 1 })).toEqual([]);
    expect(await store.list({ dueAt: begun + 2 * HOUR })).toHaveLength(1);
    await clock.advance('5h');
    const result = await clock.passUntil(resume(waits, 'r', { clock, store }));
    expect(result).toMatchObject({ state: 'failed', error: { code: 'run_timeout', timeoutMs: 2 * HOUR } });
    expect(clock.elapsedMs).toBe(5 * HOUR + 60_000);
    expect(await store.find('r')).toMatchObject({ state: 'failed' });
  });

  test('is what is left of it', async () => {
    const { store, clock } = await left(waits, { timeout: '2h' });
    await clock.advance('1h');
    const result = await clock.passUntil(resume(waits, 'r', { clock, store }));
    expect(result).toMatchObject({ state: 'failed', error: { code: 'run_timeout' } });
    expect(clock.elapsedMs).toBe(2 * HOUR);
  });

  test('can be said anew, and that holds from then on', async () => {
    const { store, clock, begun } = await left(waits, { timeout: '2h' });
    const second = mortalStore(store);
    resume(waits, 'r', { clock, store: second.store, timeout: '3h' });
    await clock.advance('1m');
    await second.die();
    expect(await store.find('r')).toMatchObject({ state: 'waiting', wakeAt: begun + 3 * HOUR });
    const result = await clock.passUntil(resume(waits, 'r', { clock, store }));
    expect(result.error).toMatchObject({ code: 'run_timeout', timeoutMs: 3 * HOUR });
    expect(clock.elapsedMs).toBe(3 * HOUR);
  });

  test('is there in full for a run that is retried', async () => {
    const store = createMemoryStore();
    const clock = new VirtualClock();
    await clock.passUntil(run(waits, undefined, { id: 'r', clock, store, timeout: '2h' }));
    await clock.advance('1h');
    const again = await clock.passUntil(retry(waits, 'r', { clock, store }));
    expect(again.error).toMatchObject({ code: 'run_timeout' });
    expect(clock.elapsedMs).toBe(5 * HOUR);
  });

  test('wakes the runs below it, and so does the deadline of the task that runs them', async () => {
    const above = flowOf([{ id: 'sub', child: { workflow: waits } }]);
    const { store, clock, begun } = await left(above, { timeout: '2h' });
    expect(await store.find('r~sub')).toMatchObject({ state: 'waiting', wakeAt: begun + 2 * HOUR });
    await clock.advance('3h');
    const result = await clock.passUntil(resume(above, 'r', { clock, store }));
    expect(result.error).toMatchObject({ code: 'run_timeout' });
    expect(clock.elapsedMs).toBe(3 * HOUR + 60_000);
    expect(await store.find('r~sub')).toMatchObject({ state: 'cancelled' });

    const hurried = flowOf([{ id: 'sub', deadline: '1h', child: { workflow: waits } }]);
    const other = await left(hurried, { timeout: '2h' });
    expect(await other.store.find('r~sub')).toMatchObject({ state: 'waiting', wakeAt: other.begun + HOUR });
    await other.clock.advance('1h');
    const ended = await other.clock.passUntil(
      resume(hurried, 'r', { clock: other.clock, store: other.store }),
    );
    expect(taskOf(ended, 'sub').error).toMatchObject({ code: 'deadline_exceeded' });
    expect(other.clock.elapsedMs).toBe(HOUR + 60_000);
  });

  test('wakes nothing any more once the run is being stopped', async () => {
    const cleans = flowOf([
      { id: 'paid', signal: { name: 'paid', schema: anything } },
      { id: 'ask', runAlways: true, handler: fails, recover: [on(Error).escalate()] },
    ]);
    const { store, clock } = await left(cleans, { timeout: '2h' });
    await send(store, 'r', { type: 'cancel' });
    const second = mortalStore(store);
    resume(cleans, 'r', { clock, store: second.store });
    await clock.advance('1m');
    await second.die();
    const kept = await store.find('r');
    expect(kept).toMatchObject({ state: 'waiting' });
    expect(kept).not.toHaveProperty('wakeAt');
  });
});

describe('the deadline of a task that waits', () => {
  test.each([
    ['for a signal', { signal: { name: 'paid', schema: anything } }],
    ['for a person', { handler: fails, recover: [on(Error).escalate()] }],
  ])('%s wakes its run, and fails it', async (_, task) => {
    const flow = flowOf([{ id: 'a', deadline: '1h', ...task }]);
    const { store, clock, begun } = await left(flow);
    expect(await store.find('r')).toMatchObject({ state: 'waiting', wakeAt: begun + HOUR });
    await clock.advance('2h');
    const result = await clock.passUntil(resume(flow, 'r', { clock, store }));
    expect(taskOf(result, 'a').error).toMatchObject({ code: 'deadline_exceeded' });
    expect(clock.elapsedMs).toBe(2 * HOUR + 60_000);
  });
});

describe('a long wait before another attempt', () => {
  const calls: number[] = [];
  const flaky = (_: never, { attempt }: { readonly attempt: number }): number => {
    calls.push(attempt);
    if (attempt === 1) throw new Error('busy');
    return attempt;
  };

  test.each([
    ['of its retry policy', { retry: { attempts: 3, delay: '2h' } }],
    ['of a recovery rule', { recover: [on(Error).retry({ times: 3, delay: '2h' })] }],
  ] as const)('%s needs no process', async (_, task) => {
    calls.length = 0;
    const flow = flowOf([{ id: 'a', handler: flaky, ...task }]);
    const { store, clock, begun } = await left(flow);
    expect(await store.find('r')).toMatchObject({ state: 'waiting', wakeAt: begun + 2 * HOUR });
    // Another process that comes too early leaves it as it was.
    const early = mortalStore(store);
    resume(flow, 'r', { clock, store: early.store });
    await clock.advance('1m');
    await early.die();
    expect(await store.find('r')).toMatchObject({ state: 'waiting', wakeAt: begun + 2 * HOUR });
    const result = await clock.passUntil(resume(flow, 'r', { clock, store }));
    expect(result.outputs).toEqual({ a: 2 });
    expect(clock.elapsedMs).toBe(2 * HOUR);
    expect(calls).toEqual([1, 2]);
  });

  test('is none where it is short, or where something else goes on', async () => {
    const short = await left(flowOf([{ id: 'a', handler: flaky, retry: { attempts: 9, delay: '60s' } }]));
    expect(short.events.filter(({ type }) => type === 'run.waiting')).toEqual([]);
    const busy = await left(
      flowOf([
        { id: 'a', handler: flaky, retry: { attempts: 3, delay: '2h' } },
        { id: 'b', handler: () => new Promise(() => undefined) },
      ]),
    );
    expect(await busy.store.find('r')).toMatchObject({ state: 'running' });
  });
});
