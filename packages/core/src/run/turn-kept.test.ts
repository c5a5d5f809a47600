import { describe, expect, test } from 'vitest';
import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { type Gated, gated } from '../../test/gated.ts';
import { flowOf, lines, recorder } from '../../test/kit.ts';
import {
  createMemoryStore,
  readLog,
  resume,
  retry,
  run,
  type RunEvent,
  type RunHandle,
  type RunOptions,
  type RunResult,
  send,
  type Store,
} from '../index.ts';

const clock = new VirtualClock();

function begin(flow: Parameters<typeof run>[0], store: Store) {
  return (id: string, options: RunOptions = {}, input?: unknown): RunHandle<RunResult> =>
    run(flow, input, { id, clock, store, ...options });
}

async function statesIn(store: Store): Promise<Record<string, string>> {
  return Object.fromEntries((await store.list()).map(({ id, state }) => [id, state]));
}

async function logOf(store: Store, id: string): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readLog(store, id)) events.push(event);
  return events;
}

describe('runs of a store, of which only so many may be active', () => {
  test('start one after the other, in the order in which they were begun', async () => {
    const { flow, started, letGo } = gated(1);
    const store = createMemoryStore();
    const handles = ['r1', 'r2', 'r3'].map((id) => begin(flow, store)(id));
    await clock.settle();
    expect(await statesIn(store)).toEqual({ r1: 'running', r2: 'pending', r3: 'pending' });
    expect(lines(await logOf(store, 'r3'))).toEqual(['run.pending']);
    letGo('r3', 'r2', 'r1');
    expect((await Promise.all(handles)).map(({ state }) => state)).toEqual(Array(3).fill('succeeded'));
    expect(started).toEqual(['r1', 'r2', 'r3']);
    expect(lines(await logOf(store, 'r3')).slice(0, 2)).toEqual(['run.pending', 'run.started']);
  });

  test('are counted in their store, and nowhere else', async () => {
    const { flow, started, letGo } = gated(1);
    const handles = [
      begin(flow, createMemoryStore())('r1'),
      begin(flow, createMemoryStore())('r2'),
      run(flow, undefined, { id: 'r3', clock }),
    ];
    await clock.settle();
    expect(started.toSorted()).toEqual(['r1', 'r2', 'r3']);
    letGo('r1', 'r2', 'r3');
    await Promise.all(handles);
  });

  test('count as long as they wait for somebody', async () => {
    const flow = flowOf([{ id: 'nap', sleep: '2d' }], { maxActiveRuns: 1 });
    const store = createMemoryStore();
    const first = begin(flow, store)('r1');
    const second = begin(flow, store)('r2');
    await clock.settle();
    expect(await statesIn(store)).toEqual({ r1: 'waiting', r2: 'pending' });
    await clock.advance('2d');
    await first;
    await clock.settle();
    expect(await statesIn(store)).toEqual({ r1: 'succeeded', r2: 'waiting' });
    await clock.advance('2d');
    expect((await second).durationMs).toBe(2 * 86_400_000);
  });

  test('count when their process has died, until they have ended', async () => {
    const { flow, started, letGo } = gated(1);
    const store = createMemoryStore();
    const mortal = mortalStore(store);
    void begin(flow, mortal.store)('r1');
    await clock.settle();
    await mortal.die();
    const second = begin(flow, store)('r2');
    await clock.settle();
    expect(await statesIn(store)).toEqual({ r1: 'running', r2: 'pending' });
    letGo('r1', 'r2');
    // It has its turn, and does not wait for one again.
    await resume(flow, 'r1', { clock, store });
    await second;
    expect(started).toEqual(['r1', 'r1', 'r2']);
  });

  test('leave nothing where they are not to wait', async () => {
    const { flow, letGo } = gated(1);
    const store = createMemoryStore();
    const first = begin(flow, store)('r1');
    await clock.settle();
    const refused = await begin(flow, store)('r2', { ifFull: 'fail' });
    expect(refused.error).toMatchObject({ code: 'too_many_runs', runs: ['r1'] });
    expect(await statesIn(store)).toEqual({ r1: 'running' });
    letGo('r1');
    await first;
    expect(await statesIn(store)).toEqual({ r1: 'succeeded' });
  });

  test('are no more when the first of them wait for those that have not come in yet', async () => {
    const { flow, started, letGo } = gated(3);
    const store = createMemoryStore();
    const ids = Array.from({ length: 20 }, (_, index) => `r${index + 10}`);
    const handles = ids.map((id) => begin(flow, store)(id));
    for (const [index, id] of ids.entries()) {
      await clock.settle();
      const active = Object.values(await statesIn(store)).filter((state) => state === 'running');
      expect([started.length, active.length]).toEqual([Math.min(index + 3, 20), Math.min(3, 20 - index)]);
      letGo(id);
      await handles[index];
    }
    expect(started).toEqual(ids);
  });
});

describe('a kept run that waits for its turn', () => {
  test('is cancelled from another process, and then hears what was said before, too', async () => {
    const { flow, started, letGo } = gated(1);
    const store = createMemoryStore();
    const first = begin(flow, store)('r1');
    const second = begin(flow, store)('r2');
    await clock.settle();
    await send(store, 'r2', { type: 'skip', task: 'a' }, { by: 'ada' });
    await clock.settle();
    expect(lines(await logOf(store, 'r2'))).toEqual(['run.pending']);
    await send(store, 'r2', { type: 'cancel', reason: 'no need' }, { by: 'sam' });
    expect(await second).toMatchObject({ state: 'cancelled', error: { cause: 'no need' } });
    expect(lines(await logOf(store, 'r2'))).toEqual([
      'run.pending',
      'run.told',
      'run.told',
      'run.told',
      'run.started',
      'run.cancelling',
      'task.cancelled a',
      'run.finished',
    ]);
    expect(await statesIn(store)).toEqual({ r1: 'running', r2: 'cancelled' });
    // Its log is read as that of any run.
    expect((await resume(flow, 'r2', { clock, store })).state).toBe('cancelled');
    letGo('r1');
    await first;
    expect(started).toEqual(['r1']);
  });

  test('goes on in another process with the input it was begun with', async () => {
    const { flow, started, inputs, letGo } = gated(1);
    const store = createMemoryStore();
    const mortal = mortalStore(store);
    const first = begin(flow, store)('r1');
    await clock.settle();
    void begin(flow, mortal.store)('r2', {}, { n: 7 });
    await clock.settle();
    await mortal.die();
    expect(await store.list({ unleasedAt: Date.now() })).toMatchObject([{ id: 'r2', state: 'pending' }]);
    // Nobody is there to start it: who was begun later passes it by, and it then waits for that one, too.
    const third = begin(flow, store)('r3');
    letGo('r1');
    await first;
    await clock.settle();
    const { events, observe } = recorder();
    const again = resume(flow, 'r2', { clock, store, observers: [observe] });
    await clock.settle();
    expect(events).toMatchObject([{ type: 'run.pending', input: { n: 7 }, runs: ['r3'] }]);
    letGo('r2', 'r3');
    expect((await again).state).toBe('succeeded');
    await third;
    expect(started).toEqual(['r1', 'r3', 'r2']);
    expect(inputs).toEqual([undefined, undefined, { n: 7 }]);
  });

  test('is not begun twice', async () => {
    const { flow, letGo } = gated(1);
    const store = createMemoryStore();
    const first = begin(flow, store)('r1');
    const second = begin(flow, store)('r2');
    await clock.settle();
    const again = await begin(flow, store)('r2');
    expect(again.error?.cause).toMatchObject({ code: 'run_active' });
    letGo('r1', 'r2');
    await Promise.all([first, second]);
  });

  test('does not go on under another structure unless it may', async () => {
    const { flow, letGo } = gated(1);
    const store = createMemoryStore();
    const mortal = mortalStore(store);
    const first = begin(flow, store)('r1');
    await clock.settle();
    void begin(flow, mortal.store)('r2');
    await clock.settle();
    await mortal.die();
    letGo('r1');
    await first;
    const changed = flowOf([{ id: 'b', handler: () => 1 }], { maxActiveRuns: 1 });
    const refused = await resume(changed, 'r2', { clock, store });
    expect(refused.error?.cause).toMatchObject({ code: 'structure_changed' });
    const allowed = await resume(changed, 'r2', { clock, store, allowChanged: true });
    expect(allowed).toMatchObject({ state: 'succeeded', outputs: { b: 1 } });
    expect((await resume(changed, 'r2', { clock, store })).state).toBe('succeeded');
  });

  test('ends where its process has lost it', async () => {
    const { flow, started, letGo } = gated(1);
    const store = createMemoryStore();
    const first = begin(flow, store)('r1');
    const second = begin(flow, store)('r2');
    await clock.settle();
    const { lease } = (await store.find('r2')) ?? {};
    await store.release('r2', lease?.owner ?? '');
    await store.claim('r2', { owner: 'another', until: Date.now() + 60_000 }, Date.now());
    letGo('r1');
    await first;
    expect((await second).error).toMatchObject({ code: 'run_not_kept', cause: { code: 'lease_lost' } });
    expect(started).toEqual(['r1']);
  });
});

describe('a retried run', () => {
  /** A run that has failed, of a workflow that would go well now. */
  async function failed(): Promise<{ readonly store: Store; readonly tasks: Gated }> {
    const tasks = gated(1);
    const store = createMemoryStore();
    const fails = flowOf(
      [
        {
          id: 'a',
          handler: () => {
            throw new Error('no');
          },
        },
      ],
      { maxActiveRuns: 1 },
    );
    await begin(fails, store)('r1');
    return { store, tasks };
  }

  test('waits for its turn, and has all its time then', async () => {
    const { store, tasks } = await failed();
    const second = begin(tasks.flow, store)('r2');
    await clock.settle();
    const again = retry(tasks.flow, 'r1', { clock, store, timeout: '1m' });
    await clock.advance('1h');
    expect(tasks.started).toEqual(['r2']);
    expect(await statesIn(store)).toEqual({ r1: 'pending', r2: 'running' });
    tasks.letGo('r2');
    await second;
    await clock.advance('59s');
    tasks.letGo('r1');
    expect((await again).state).toBe('succeeded');
    expect(tasks.started).toEqual(['r2', 'r1']);
  });

  test('has ended still where its process died before it had its turn', async () => {
    const { store, tasks } = await failed();
    const second = begin(tasks.flow, store)('r2');
    await clock.settle();
    const mortal = mortalStore(store);
    void retry(tasks.flow, 'r1', { clock, store: mortal.store });
    await clock.settle();
    await mortal.die();
    expect((await resume(tasks.flow, 'r1', { clock, store })).state).toBe('failed');
    expect(await statesIn(store)).toEqual({ r1: 'failed', r2: 'running' });
    tasks.letGo('r1', 'r2');
    await second;
    expect((await retry(tasks.flow, 'r1', { clock, store })).state).toBe('succeeded');
  });

  test('is refused as it was, where it is not to wait', async () => {
    const { store, tasks } = await failed();
    const second = begin(tasks.flow, store)('r2');
    await clock.settle();
    const refused = await retry(tasks.flow, 'r1', { clock, store, ifFull: 'fail' });
    expect(refused.error?.code).toBe('too_many_runs');
    expect(await statesIn(store)).toEqual({ r1: 'failed', r2: 'running' });
    tasks.letGo('r2');
    await second;
  });
});
