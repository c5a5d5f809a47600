import { createMemoryStore, type Store } from '@wf-sdk/core';
import { storeConformance, type StoreSubject } from '@wf-sdk/testing';
import { describe, expect, test } from 'vitest';

import { breakages } from '../test/breakages.ts';
import { newFile } from '../test/folder.ts';
import { openStore } from './open.ts';

const MAKERS: Readonly<Record<string, () => Promise<StoreSubject>>> = {
  'the memory store': async () => ({ store: createMemoryStore() }),
  'a file': async () => open({}),
  'a file under strict durability': async () => open({ durability: 'strict' }),
};

async function open(options: Parameters<typeof openStore>[1]): Promise<StoreSubject> {
  const store = await openStore(newFile(), options);
  return { store, dispose: () => store.close() };
}

describe.each(Object.entries(MAKERS))('%s', (_, make) => {
  test.each(storeConformance.cases)('$name', { timeout: 30_000 }, async (one) => {
    await expect(one.run(make)).resolves.toBeUndefined();
  });
});

describe('a broken store is found out', () => {
  test('each case has one that fails it', () => {
    expect(Object.keys(breakages).toSorted()).toEqual(
      storeConformance.cases.map(({ name }) => name).toSorted(),
    );
  });

  test.each(storeConformance.cases)('$name', async (one) => {
    const breaks = breakages[one.name];
    for (const change of breaks ?? []) {
      const make = (): StoreSubject => {
        const store = createMemoryStore();
        return { store: { ...bound(store), ...change(store) } };
      };
      await expect(one.run(make), change.toString()).rejects.toBeInstanceOf(Error);
    }
    expect(breaks?.length).toBeGreaterThan(0);
  });
});

function bound(store: Store): Store {
  return {
    create: (...given) => store.create(...given),
    start: (...given) => store.start(...given),
    append: (...given) => store.append(...given),
    read: (...given) => store.read(...given),
    find: (...given) => store.find(...given),
    list: (...given) => store.list(...given),
    remove: (...given) => store.remove(...given),
    claim: (...given) => store.claim(...given),
    release: (...given) => store.release(...given),
    send: (...given) => store.send(...given),
    receive: (...given) => store.receive(...given),
    cached: (...given) => store.cached(...given),
    cache: (...given) => store.cache(...given),
    clearCache: (...given) => store.clearCache(...given),
    close: () => store.close(),
  };
}
