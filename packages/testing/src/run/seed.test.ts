import { workflow } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { testRun } from '../index.ts';
import { seededRandom } from './random.ts';

const jittery = { attempts: 3, delay: '1m', jitter: 'full' } as const;
const flow = workflow('w')
  .addTask('a')
  .retry(jittery)
  .run(() => 1)
  .addTask('b')
  .retry(jittery)
  .run(() => 2)
  .addTask('c')
  .run(() => 3)
  .addTask('afterA')
  .dependsOn('a')
  .run(() => 4)
  .addTask('afterB')
  .dependsOn('b')
  .run(() => 5);

const failures = { a: [new Error('1')], b: [new Error('1'), new Error('2')] };

describe('a seed', () => {
  test('decides jitter and the order in which attempts end', async () => {
    const orders = new Set<string>();
    const lengths = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const first = await testRun(flow, { seed, failures });
      const second = await testRun(flow, { seed, failures });
      expect(second.starts).toEqual(first.starts);
      expect(second.elapsedMs).toBe(first.elapsedMs);
      expect(second.events.map(({ type, at }) => [type, at - second.startedAt])).toEqual(
        first.events.map(({ type, at }) => [type, at - first.startedAt]),
      );
      expect(first.seed).toBe(seed);
      orders.add(first.starts.join());
      lengths.add(first.elapsedMs);
    }
    expect(orders.size).toBeGreaterThan(2);
    expect(lengths.size).toBe(20);
  });

  test('that is not given leaves nothing to chance', async () => {
    const { elapsedMs, starts } = await testRun(flow, { failures });
    expect(elapsedMs).toBe(30_000 + 60_000);
    expect(starts).toEqual(['a', 'b', 'c', 'a#2', 'afterA', 'b#2', 'b#3', 'afterB']);
  });
});

test('every order is seen in which tasks side by side can end', async () => {
  const wide = workflow('wide')
    .addTask('a')
    .run(() => 1)
    .addTask('b')
    .run(() => 1)
    .addTask('c')
    .run(() => 1);
  const ends = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const { events } = await testRun(wide, { seed });
    ends.add(events.flatMap((event) => (event.type === 'task.succeeded' ? event.task : [])).join(''));
  }
  expect([...ends].toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
});

test('chance is even, and its own for each seed', () => {
  const counts = new Array<number>(10).fill(0);
  const firsts = new Set<number>();
  for (let seed = 0; seed < 2_000; seed++) {
    const random = seededRandom(seed);
    const first = random();
    firsts.add(first);
    for (const value of [first, random(), random(), random(), random()]) {
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 10)] = (counts[Math.floor(value * 10)] ?? 0) + 1;
    }
  }
  expect(firsts.size).toBe(2_000);
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
