import { expect, test } from 'vitest';
import { VirtualClock } from '@wf-sdk/testing';
import { flowOf } from '../../test/kit.ts';
import { createMemoryStore, run, type Append, type Clock, type Store } from '../index.ts';

/** A store, and what it was given at each append. */
function counting(): { readonly store: Store; readonly appends: (readonly Append[])[] } {
  const store = createMemoryStore();
  const appends: (readonly Append[])[] = [];
  const append = store.append.bind(store);
  store.append = (given) => {
    appends.push(given);
    return append(given);
  };
  return { store, appends };
}

/** However busy the machine is, no turn takes long: otherwise the loop would let others have theirs, and more be written. */
const still: Clock = {
  now: () => 0,
  setTimer: () => () => undefined,
  yieldTurn: (callback) => void setImmediate(callback),
};

test('a fan-out of a thousand is written in at most ten appends', async () => {
  const { store, appends } = counting();
  const fan = flowOf([
    {
      id: 'fan',
      fanOut: {
        kind: 'each',
        select: () => Array.from({ length: 1_000 }, (_, item) => item),
        concurrency: 1_000,
      },
      handler: async ({ item }: { item: number }) => item,
    },
  ]);
  const result = await run(fan, undefined, { store, clock: still });
  expect(result.state).toBe('succeeded');
  expect(appends.length).toBeLessThanOrEqual(10);
});

test('runs that share a store share its appends', async () => {
  const { store, appends } = counting();
  const steps = Array.from({ length: 10 }, (_, step) => ({
    id: `s${step}`,
    dependsOn: step === 0 ? [] : [`s${step - 1}`],
    handler: async () => step,
  }));
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      run(flowOf(steps), undefined, { id: `r${number}`, store, clock: still }),
    ),
  );
  expect(results.every(({ state }) => state === 'succeeded')).toBe(true);
  expect(appends.length).toBeLessThanOrEqual(24);
  expect(Math.max(...appends.map(({ length }) => length))).toBe(20);
});

test('what comes after a pause is written at once', async () => {
  const { store, appends } = counting();
  const clock = new VirtualClock();
  const flow = flowOf([
    { id: 'a', handler: () => clock.sleep(10) },
    { id: 'b', dependsOn: ['a'], handler: () => 1 },
  ]);
  const handle = run(flow, undefined, { store, clock });
  await clock.settle();
  const before = appends.length;
  await clock.advance(10);
  expect((await handle).state).toBe('succeeded');
  expect(appends.length - before).toBeLessThanOrEqual(3);
});
