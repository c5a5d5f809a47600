import { describe, expect, test } from 'vitest';
import { mortalStore, VirtualClock } from '@wf-sdk/testing';
import { flowOf, type PlainTask, recorder, schemaOf, taskOf } from '../../test/kit.ts';
import {
  createMemoryStore,
  resume,
  run,
  type RunEvent,
  type RunHandle,
  type RunResult,
  send,
  type Store,
} from '../index.ts';

const positive = schemaOf((value: number) => {
  if (value <= 0) throw 'it must be positive'; // oxlint-disable-line typescript/only-throw-error -- schemaOf's way
  return value;
});

const DAY = 86_400_000;

const waits: readonly PlainTask[] = [
  { id: 'a', handler: () => 1 },
  { id: 'paid', dependsOn: ['a'], signal: { name: 'paid', schema: positive, timeout: '2d' } },
  { id: 'nap', dependsOn: ['paid'], sleep: '1d' },
  { id: 'sent', dependsOn: ['nap'], signal: { name: 'sent', schema: positive } },
];

/** A run in one process, which dies; `next` goes on with it in another. */
function lives(tasks: readonly PlainTask[]): {
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly events: readonly RunEvent[];
  readonly first: RunHandle<RunResult>;
  readonly die: () => Promise<void>;
  readonly next: () => RunHandle<RunResult>;
} {
  const store = createMemoryStore();
  const clock = new VirtualClock();
  const mortal = mortalStore(store);
  const { events, observe } = recorder();
  const first = run(flowOf(tasks), undefined, { id: 'r', clock, store: mortal.store });
  const next = (): RunHandle<RunResult> => resume(flowOf(tasks), 'r', { clock, store, observers: [observe] });
  return { store, clock, events, first, die: () => mortal.die(), next };
}

describe('a kept run that waits', () => {
  test('says in its store that it does, and until when', async () => {
    const { store, clock, first } = lives(waits);
    await clock.advance(50);
    const { startedAt } = clock;
    expect(await store.find('r')).toMatchObject({ state: 'waiting', wakeAt: startedAt + 2 * DAY });
    expect(await store.list({ dueAt: startedAt + DAY })).toEqual([]);
    expect(await store.list({ dueAt: startedAt + 2 * DAY })).toHaveLength(1);
    first.signal('paid', 7);
    await clock.advance(0);
    expect(await store.find('r')).toMatchObject({ state: 'waiting', wakeAt: clock.now() + DAY });
    await clock.advance(DAY);
    const kept = await store.find('r');
    expect(kept).toMatchObject({ state: 'waiting' });
    expect(kept).not.toHaveProperty('wakeAt');
    first.signal('sent', 1);
    await first;
    expect(await store.find('r')).toMatchObject({ state: 'succeeded' });
  });

  test('waits on in another process for the time that is left', async () => {
    const { clock, die, next } = lives(waits);
    await clock.advance(DAY);
    await die();
    const handle = next();
    await clock.advance(DAY - 1);
    expect(taskOf(await clock.passUntil(handle), 'paid')).toMatchObject({
      state: 'failed',
      error: { code: 'signal_timeout' },
    });
    expect(clock.elapsedMs).toBe(2 * DAY);
  });

  test('acts at once on what has become due, and first hears what was said', async () => {
    const late = lives(waits);
    await late.clock.advance(50);
    await late.die();
    await late.clock.advance(3 * DAY);
    expect((await late.clock.passUntil(late.next())).state).toBe('failed');
    expect(late.clock.elapsedMs).toBe(3 * DAY + 50);

    const heard = lives(waits);
    await heard.clock.advance(50);
    await heard.die();
    await heard.clock.advance(3 * DAY);
    await send(heard.store, 'r', { type: 'signal', name: 'paid', value: 5 }, { by: 'ada' });
    expect(await heard.store.list({ dueAt: 0 })).toHaveLength(1);
    const handle = heard.next();
    await heard.clock.advance(DAY);
    expect(await heard.store.list({ dueAt: 0 })).toEqual([]);
    handle.signal('sent', 2);
    expect((await handle).outputs).toMatchObject({ paid: 5, sent: 2 });
    expect(heard.events).toContainEqual(
      expect.objectContaining({ type: 'task.succeeded', task: 'paid', signal: { number: 1, by: 'ada' } }),
    );
  });

  test('still has signals that were not taken, and none that were', async () => {
    const twice: readonly PlainTask[] = [
      { id: 'one', signal: { name: 'paid', schema: positive } },
      { id: 'nap', dependsOn: ['one'], sleep: '1d' },
      { id: 'two', dependsOn: ['nap'], signal: { name: 'paid', schema: positive } },
      { id: 'three', dependsOn: ['two'], signal: { name: 'paid', schema: positive } },
    ];
    const { clock, first, die, next, store } = lives(twice);
    for (const value of [1, 2]) first.signal('paid', value);
    await clock.advance(50);
    await die();
    const handle = next();
    await clock.advance(DAY);
    await send(store, 'r', { type: 'signal', name: 'paid', value: -3 });
    await send(store, 'r', { type: 'signal', name: 'paid', value: 3 });
    expect((await clock.passUntil(handle)).outputs).toMatchObject({ one: 1, two: 2, three: 3 });
  });

  test('refuses a payload that does not fit, and one that cannot be kept', async () => {
    const { clock, first, store } = lives(waits);
    await clock.advance(50);
    await send(store, 'r', { type: 'signal', name: 'paid', value: -1 }, { by: 'eve' });
    await send(store, 'r', { type: 'signal', name: 'pad', value: 1 });
    await expect
      .poll(async () => (await store.read('r')).filter(({ type }) => type === 'run.told').length)
      .toBe(4);
    const told = (await store.read('r')).filter(({ type }) => type === 'run.told').map(({ body }) => body);
    expect(told[1]).toContain('it must be positive');
    expect(told[3]).toContain("did you mean 'paid'?");
    expect(await store.find('r')).toMatchObject({ state: 'waiting' });
    expect(() => first.signal('paid', () => 1)).toThrow("signal 'paid'");
    await first.cancel();
  });
});
