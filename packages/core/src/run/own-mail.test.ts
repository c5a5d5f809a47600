import { describe, expect, test } from 'vitest';
import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { flowOf, schemaOf } from '../../test/kit.ts';
import {
  createMemoryStore,
  readLog,
  resume,
  run,
  type RunEvent,
  type RunHandle,
  type RunResult,
  send,
  type Store,
  type Workflow,
} from '../index.ts';

const text = schemaOf((value: string) => {
  if (typeof value !== 'string') throw 'it must be a text'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
  return value;
});

/** One run at a time, which wants three signals one after the other. */
const flow = (): Workflow =>
  flowOf(
    ['a', 'b', 'c'].map((id, place, ids) => ({
      id,
      dependsOn: ids.slice(Math.max(0, place - 1), place),
      signal: { name: 'go', schema: text },
    })),
    { maxActiveRuns: 1 },
  );

/** `r2` waits until `r1` has ended, in a process of its own that can die. */
async function twoRuns(store: Store = createMemoryStore()): Promise<{
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly second: RunHandle<RunResult>;
  readonly endFirst: () => Promise<RunResult>;
  readonly die: () => Promise<void>;
}> {
  const clock = new VirtualClock();
  const first = run(flow(), undefined, { id: 'r1', clock, store });
  await clock.settle();
  const mortal = mortalStore(store);
  const second = run(flow(), undefined, { id: 'r2', clock, store: mortal.store });
  // It is not kept yet, and nobody knows that it will have to wait.
  second.signal('go', 'early', { by: 'me' });
  await clock.settle();
  expect((await store.find('r2'))?.state).toBe('pending');
  return { store, clock, second, endFirst: () => first.cancel(), die: () => mortal.die() };
}

async function heardBy(store: Store, id: string): Promise<readonly unknown[]> {
  const heard: unknown[] = [];
  for await (const event of readLog(store, id))
    if (event.type === 'run.signalled') heard.push([event.number, event.value, event.by]);
  return heard;
}

const valuesOf = ({ outputs }: RunResult): unknown => outputs;

describe('signals to a run that waits for its turn', () => {
  test('are heard by whoever goes on with it, when its process has died', async () => {
    const { store, clock, second, endFirst, die } = await twoRuns();
    second.signal('go', 'second');
    await clock.settle();
    await send(store, 'r2', { type: 'signal', name: 'go', value: 'third' }, { by: 'another process' });
    await die();
    await endFirst();
    const result = await resume(flow(), 'r2', { store, clock });
    expect(valuesOf(result)).toEqual({ a: 'early', b: 'second', c: 'third' });
    expect(await heardBy(store, 'r2')).toEqual([
      [1, 'early', 'me'],
      [2, 'second', undefined],
      [3, 'third', 'another process'],
    ]);
  });

  test('are heard once, and nothing that is said later overtakes them', async () => {
    const { store, clock, second, endFirst } = await twoRuns();
    second.on('run.started', () => second.signal('go', 'when it starts'));
    second.signal('go', 'while it waits');
    await endFirst();
    await clock.settle();
    expect(valuesOf(await second)).toEqual({ a: 'early', b: 'while it waits', c: 'when it starts' });
    expect(await heardBy(store, 'r2')).toHaveLength(3);
  });

  test('are told directly again once those that waited have been heard', async () => {
    const { store, clock, second, endFirst } = await twoRuns();
    const heard = new Promise((resolve) => second.on('run.signalled', resolve));
    await endFirst();
    await heard;
    await clock.settle();
    const told: RunEvent[] = [];
    second.on('run.told', (event) => told.push(event));
    second.signal('go', 'b');
    second.signal('go', 'c');
    expect(valuesOf(await second)).toEqual({ a: 'early', b: 'b', c: 'c' });
    expect(told).toEqual([]);
    expect(await store.receive('r2')).toHaveLength(1);
  });

  test('are refused at once where the run has no use for them, and kept as they were', async () => {
    const { clock, second, endFirst } = await twoRuns();
    expect(() => second.signal('stop', 'x')).toThrow(expect.objectContaining({ code: 'signal_refused' }));
    expect(() => second.signal('go', 1)).toThrow(expect.objectContaining({ code: 'signal_invalid' }));
    second.signal('go', 'b');
    second.signal('go', 'c');
    await endFirst();
    await clock.settle();
    expect((await second).state).toBe('succeeded');
  });

  test('end the run where they cannot be kept', async () => {
    const store = createMemoryStore();
    Object.defineProperty(store, 'send', {
      configurable: true,
      value: () => Promise.reject(new Error('the disk is full')),
    });
    const { second } = await twoRuns(store);
    const { error } = await second;
    expect(error).toMatchObject({ code: 'run_not_kept' });
    expect(error?.cause).toHaveProperty('message', 'the disk is full');
  });
});
