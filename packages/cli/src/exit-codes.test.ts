import { createMemoryStore, resume, run, type Store, StoreError, workflow } from '@wf-sdk/core';
import { z } from 'zod';
import { expect, test } from 'vitest';
import { exitCodeOf } from './exit-codes.ts';

const fine = workflow('fine', { input: z.object({ n: z.number() }) })
  .addTask('a')
  .run(() => 1);
const broken = workflow('broken')
  .addTask('a')
  .run(() => {
    throw new Error('no');
  });
const waits = workflow('waits')
  .addTask('a')
  .run((_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)));

test('says what became of a run', async () => {
  expect(exitCodeOf(await run(fine, { n: 1 }), undefined)).toBe(0);
  expect(exitCodeOf(await run(broken), undefined)).toBe(1);
  expect(exitCodeOf(await run(fine, { n: 'one' } as never), undefined)).toBe(2);
  expect(exitCodeOf(await run(waits, undefined, { timeout: 1 }), undefined)).toBe(124);
  expect(exitCodeOf(await run(waits).cancel(), undefined)).toBe(1);
  expect(exitCodeOf(await run(waits).cancel(), 'SIGINT')).toBe(130);
  expect(exitCodeOf(await run(waits).cancel(), 'SIGTERM')).toBe(143);
  expect(exitCodeOf(await run(waits).cancel(), 'waiting')).toBe(3);
});

test('does not let a signal that came too late change it', async () => {
  expect(exitCodeOf(await run(fine, { n: 1 }), 'SIGINT')).toBe(0);
  expect(exitCodeOf(await run(broken), 'SIGTERM')).toBe(1);
});

test('tells a run that was refused, and is as it was, from one that could not be kept any more', async () => {
  const store = createMemoryStore();
  expect(exitCodeOf(await resume(fine, 'none', { store }), undefined)).toBe(2);
  await run(fine, { n: 1 }, { store, id: 'r' });
  expect(exitCodeOf(await resume(broken, 'r', { store }), undefined)).toBe(2);
  const one = workflow('one', { maxActiveRuns: 1 }).addTask('nap').sleep('1d');
  const first = run(one);
  expect(exitCodeOf(await run(one, undefined, { ifFull: 'fail' }), undefined)).toBe(2);
  await first.cancel();
  const append = (): Promise<never> => Promise.reject(new StoreError('store_full', 'the disk is full'));
  const full: Store = new Proxy(store, {
    get: (target, key: keyof Store) => (key === 'append' ? append : target[key].bind(target)),
  });
  expect(exitCodeOf(await run(fine, { n: 1 }, { store: full }), undefined)).toBe(1);
});
