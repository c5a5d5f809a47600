import { deepEqual, equal } from 'node:assert/strict';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, largeText, LEASE, message, newRun, NOON, numbers } from './samples.ts';

export const messageRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'messages are kept as they were sent, numbered from 1 for each run',
    why: 'an approval without who gave it and when is worth nothing',
    async check({ store }) {
      for (const id of ['r1', 'r2']) await store.create(newRun(id), LEASE);
      const first = message('m1', { type: 'approve', at: NOON + 3, by: 'Ada', body: '{"a":"ä"}' });
      deepEqual(await store.send('r1', first), { ...first, seq: 1 });
      deepEqual(await store.send('r2', message('m1')), { ...message('m1'), seq: 1 });
      deepEqual(await store.send('r1', message('m2')), { ...message('m2'), seq: 2 });
      deepEqual(await store.receive('r1'), [
        { ...first, seq: 1 },
        { ...message('m2'), seq: 2 },
      ]);
      deepEqual(await store.receive('r2'), [{ ...message('m1'), seq: 1 }]);
    },
  },
  {
    name: 'messages are received from any place on',
    why: 'a run looks again and again for what is new',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      for (const id of ['a', 'b', 'c']) await store.send('r1', message(id));
      deepEqual(numbers(await store.receive('r1', 1)), [2, 3]);
      deepEqual(numbers(await store.receive('r1', 3)), []);
    },
  },
  {
    name: 'a message sent twice is kept once, as it was the first time',
    why: 'a sender that heard no answer sends it again',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const first = { ...message('m1', { by: 'Ada', body: largeText('first') }), seq: 1 };
      const { seq: _, ...sent } = first;
      deepEqual(await store.send('r1', sent), first);
      await store.send('r1', message('m2'));
      deepEqual(await store.send('r1', message('m1', { body: 'second' })), first);
      deepEqual(await store.receive('r1'), [first, { ...message('m2'), seq: 2 }]);
    },
  },
  {
    name: 'a message is kept whoever drives the run, also when it has ended, and the run stays as it is',
    why: 'a signal sent early waits; one sent late is not an error of the store',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      await store.append([append('r1', 0, ['a'], { state: 'cancelled' })]);
      await store.release('r1', 'one');
      const before = await store.find('r1');
      equal((await store.send('r1', message('m1')))?.seq, 1);
      deepEqual(await store.find('r1'), before);
      equal((await store.receive('r1')).length, 1);
    },
  },
  {
    name: 'of many messages sent at once none is lost',
    why: 'people and processes send without knowing of each other',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const sent = Array.from({ length: 20 }, (_, index) => store.send('r1', message(`m${index % 10}`)));
      await Promise.all(sent);
      const received = await store.receive('r1');
      deepEqual(numbers(received), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      equal(new Set(received.map(({ id }) => id)).size, 10);
    },
  },
];
