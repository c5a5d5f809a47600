import { deepEqual, equal } from 'node:assert/strict';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, entry, LEASE, newRun, NOON, texts } from './samples.ts';

export const appendRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'an append makes the run what it says',
    why: 'runs are listed, and woken, without reading their logs',
    async check({ store }) {
      const { run } = await store.create(newRun('r1'), LEASE);
      const first = { ...append('r1', 0, ['a']), entries: [entry('a'), entry('b', { at: NOON + 7 })] };
      deepEqual(await store.append([{ ...first, state: 'waiting', wakeAt: NOON + 60_000 }]), []);
      const waiting = { ...run, state: 'waiting', length: 2, updatedAt: NOON + 7, wakeAt: NOON + 60_000 };
      deepEqual(await store.find('r1'), waiting);
      await store.append([{ ...append('r1', 2, []), entries: [entry('c', { at: NOON + 9 })] }]);
      deepEqual(await store.find('r1'), { ...run, state: 'running', length: 3, updatedAt: NOON + 9 });
      await store.append([append('r1', 3, [], { state: 'succeeded' })]);
      deepEqual(await store.find('r1'), { ...run, state: 'succeeded', length: 3, updatedAt: NOON + 9 });
    },
  },
  {
    name: 'an append can give the run another structure, and one that does not leaves it',
    why: 'a run goes on under a workflow that has changed, and has to be found so by the process after that',
    async check({ store }) {
      const { run } = await store.create(newRun('r1'), LEASE);
      await store.append([append('r1', 0, ['a'])]);
      deepEqual(await store.append([append('r1', 7, ['x'], { structure: 's9' })]), ['r1']);
      equal((await store.find('r1'))?.structure, run.structure);
      await store.append([append('r1', 1, ['b'], { structure: 's2' })]);
      equal((await store.find('r1'))?.structure, 's2');
      await store.append([append('r1', 2, ['c']), append('r1', 3, [], { state: 'failed' })]);
      equal((await store.find('r1'))?.structure, 's2');
      deepEqual(await texts(store, 'r1'), ['a', 'b', 'c']);
    },
  },
  {
    name: 'an append decided on another length of the log is refused, and changes nothing',
    why: 'two processes that drive one run would write two histories into one log',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      await store.append([append('r1', 0, ['a', 'b'])]);
      const before = await store.find('r1');
      for (const expected of [0, 1, 3])
        deepEqual(await store.append([append('r1', expected, ['x'], { state: 'failed', wakeAt: NOON })]), [
          'r1',
        ]);
      deepEqual(await store.find('r1'), before);
      deepEqual(await texts(store, 'r1'), ['a', 'b']);
    },
  },
  {
    name: "an append is refused while another has the run's lease, be it over or not",
    why: 'a process that was taken for dead comes back and goes on',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      deepEqual(await store.append([append('r1', 0, ['mine'], { owner: 'one' })]), []);
      equal(await store.claim('r1', { owner: 'two', until: NOON + 2_000 }, NOON + 1_500), true);
      deepEqual(await store.append([append('r1', 1, ['late'], { owner: 'one' })]), ['r1']);
      deepEqual(await store.append([append('r1', 1, ['taken over'], { owner: 'two' })]), []);
      deepEqual(await texts(store, 'r1'), ['mine', 'taken over']);
    },
  },
  {
    name: 'an append without an owner, or to a run that nobody has, is not refused for that',
    why: 'a run is cancelled or repaired by who does not drive it',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      deepEqual(await store.append([append('r1', 0, ['anybody'])]), []);
      await store.release('r1', 'one');
      deepEqual(await store.append([append('r1', 1, ['nobody has it'], { owner: 'two' })]), []);
      deepEqual(await texts(store, 'r1'), ['anybody', 'nobody has it']);
    },
  },
  {
    name: 'what is refused of one call does not keep back the rest',
    why: 'the events of all runs of a process are written together',
    async check({ store }) {
      for (const id of ['r1', 'r2', 'r3']) await store.create(newRun(id), LEASE);
      const appends = [
        append('r1', 0, ['a']),
        append('r2', 5, ['b']),
        append('rX', 0, ['c']),
        append('r3', 0, ['d']),
      ];
      deepEqual(await store.append(appends), ['r2', 'rX']);
      deepEqual(await texts(store, 'r1'), ['a']);
      deepEqual(await texts(store, 'r2'), []);
      deepEqual(await texts(store, 'r3'), ['d']);
    },
  },
  {
    name: 'appends to one run in one call are applied in order',
    why: 'a run may be told of twice within one turn',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const appends = [append('r1', 0, ['a', 'b']), append('r1', 2, ['c']), append('r1', 2, ['x'])];
      deepEqual(await store.append(appends), ['r1']);
      deepEqual(await texts(store, 'r1'), ['a', 'b', 'c']);
    },
  },
  {
    name: 'calls that do not wait for each other are applied in the order in which they were made',
    why: 'a large event would be overtaken by a small one, and that one refused',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const large = 'x'.repeat(1_000_000);
      const calls = Array.from({ length: 20 }, (_, index) =>
        store.append([append('r1', index, [index % 2 === 0 ? `${index} ${large}` : `${index}`])]),
      );
      deepEqual((await Promise.all(calls)).flat(), []);
      const kept = (await texts(store, 'r1')).map((text) => Number.parseInt(text, 10));
      deepEqual(
        kept,
        Array.from({ length: 20 }, (_, index) => index),
      );
    },
  },
  {
    name: 'of many who append on one length, exactly one does',
    why: 'each of them would act on a history that is not so',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const calls = Array.from({ length: 20 }, (_, index) => store.append([append('r1', 0, [`${index}`])]));
      const refused = (await Promise.all(calls)).flat();
      equal(refused.length, 19);
      equal((await store.read('r1')).length, 1);
    },
  },
  {
    name: 'what the caller does to its objects afterwards is not in the log',
    why: 'a list that is filled again for the next group would change what is kept',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const kept = { ...entry('a') };
      const entries = [kept];
      await store.append([{ ...append('r1', 0, []), entries }]);
      kept.body = 'changed';
      entries.push(entry('b'));
      deepEqual(await texts(store, 'r1'), ['a']);
    },
  },
];
