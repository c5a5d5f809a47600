import { deepEqual, equal } from 'node:assert/strict';

import type { Rule } from '../conformance.ts';
import type { StoreSubject } from '../store-subject.ts';
import { append, entry, largeText, LEASE, newRun, NOON, numbers, texts } from './samples.ts';

const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  'null',
  '0123',
  '1e5',
  "it's",
  '"quoted" \\ and \t\r\n',
  'a\0b',
  '\u2028\u2029\uFEFF',
  'äöü € 漢字 😀 👩‍👩‍👧',
  'x'.repeat(65_536),
];

export const readRules: readonly Rule<StoreSubject>[] = [
  {
    name: 'events are numbered from 1 without gaps, and read in order as they were given',
    why: 'what a run was is a fold over its log',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      const entries = ODD_TEXTS.map((text, index) =>
        entry(text, { type: `type.${index}`, at: NOON + index }),
      );
      const [first, ...others] = entries.map((one, index) =>
        index % 2 === 0 ? one : { ...one, task: `täsk ${index}` },
      );
      await store.append([{ ...append('r1', 0, []), entries: first === undefined ? [] : [first] }]);
      await store.append([{ ...append('r1', 1, []), entries: others }]);
      deepEqual(
        await store.read('r1'),
        [first, ...others].map((one, index) => ({ seq: index + 1, ...one })),
      );
    },
  },
  {
    name: 'a log is read from any place on, and so many events at a time',
    why: 'the log of a large fan-out does not fit into memory at once',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      await store.append([append('r1', 0, ['a', 'b', 'c', 'd', 'e'])]);
      deepEqual(numbers(await store.read('r1', 2)), [3, 4, 5]);
      deepEqual(numbers(await store.read('r1', 0, 2)), [1, 2]);
      deepEqual(numbers(await store.read('r1', 3, 1)), [4]);
      deepEqual(numbers(await store.read('r1', 4, 10)), [5]);
      deepEqual(numbers(await store.read('r1', 5)), []);
      deepEqual(numbers(await store.read('r1', 0, 0)), []);
    },
  },
  {
    name: 'a group of any size is kept whole',
    why: 'a fan-out over thousands of items makes thousands of events in a turn',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      let length = 0;
      for (const size of [1, 15, 16, 17, 63, 64, 65, 256, 5_000]) {
        const group = Array.from({ length: size }, (_, index) => `event ${length + index + 1}`);
        deepEqual(await store.append([append('r1', length, group)]), []);
        length += size;
      }
      const log = await store.read('r1');
      equal(log.length, length);
      equal(
        log.every(({ seq, body }, index) => seq === index + 1 && body === `event ${seq}`),
        true,
      );
    },
  },
  {
    name: 'logs do not mix',
    why: "a run would go on from another run's events",
    async check({ store }) {
      for (const id of ['r1', 'r2', 'r10', 'R1']) await store.create(newRun(id), LEASE);
      for (const [index, id] of ['r1', 'r2', 'r10', 'R1'].entries()) {
        await store.append([append(id, 0, [`${id} a`])]);
        await store.append([append(id, 1, index % 2 === 0 ? [`${id} b`] : [])]);
      }
      deepEqual(await texts(store, 'r1'), ['r1 a', 'r1 b']);
      deepEqual(await texts(store, 'r2'), ['r2 a']);
      deepEqual(await texts(store, 'r10'), ['r10 a', 'r10 b']);
      deepEqual(await texts(store, 'R1'), ['R1 a']);
    },
  },
  {
    name: 'large texts are read as they were given, also many of them and the same one twice',
    why: 'outputs have no limit of their own',
    async check({ store }) {
      await store.create(newRun('r1'), LEASE);
      await store.create(newRun('r2'), LEASE);
      const large = Array.from({ length: 12 }, (_, index) => largeText(`text ${index % 10}`));
      const mixed = large.flatMap((text) => [text, 'small']);
      deepEqual(await store.append([append('r1', 0, mixed), append('r2', 0, large.slice(0, 2))]), []);
      deepEqual(await texts(store, 'r1'), mixed);
      deepEqual(await texts(store, 'r2'), large.slice(0, 2));
    },
  },
];
