import { expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { Timers } from './timers.ts';

function timers(onDue: (owner: string) => void = () => undefined) {
  const clock = new VirtualClock();
  const due: string[] = [];
  const over = new Set<string>();
  let asked = 0;
  const list = new Timers<string>(clock, {
    isOver: (owner) => {
      asked++;
      return over.has(owner);
    },
    due: (owner) => {
      due.push(`${owner} at ${clock.elapsedMs}`);
      onDue(owner);
    },
  });
  const add = (owner: string, delayMs: number): void => list.add(owner, delayMs, clock.now());
  return { clock, due, over, list, add, asked: () => asked };
}

test('timers of one length and of several fall due each in its time', async () => {
  const { clock, due, add } = timers();
  add('a', 100);
  add('short', 20);
  await clock.advance(30);
  add('b', 100);
  await clock.advance(1_000);
  expect(due).toEqual(['short at 20', 'a at 100', 'b at 130']);
});

test('one whose owner is over never falls due, wherever it stands', async () => {
  const { clock, due, over, add } = timers();
  for (const owner of ['first', 'a', 'middle', 'b', 'last']) add(owner, 50);
  for (const owner of ['middle', 'first', 'last']) over.add(owner);
  await clock.advance(100);
  expect(due).toEqual(['a at 50', 'b at 50']);
});

test('one that is added when all others are over falls due in its time', async () => {
  const { clock, due, over, add } = timers();
  add('a', 50);
  over.add('a');
  await clock.advance(30);
  add('b', 50);
  await clock.advance(100);
  expect(due).toEqual(['b at 80']);
});

test('one that is added while another falls due does not delay those that wait', async () => {
  const kit = timers((owner) => {
    if (owner === 'a') kit.add('c', 100);
  });
  kit.add('a', 100);
  await kit.clock.advance(50);
  kit.add('b', 100);
  await kit.clock.advance(1_000);
  expect(kit.due).toEqual(['a at 100', 'b at 150', 'c at 200']);
});

test('an owner that is over because another fell due does not fall due', async () => {
  const kit = timers(() => kit.over.add('second'));
  kit.add('first', 10);
  kit.add('second', 10);
  await kit.clock.advance(20);
  expect(kit.due).toEqual(['first at 10']);
});

test("one of the clock's timers serves all of one length, and none is left after clear", async () => {
  const { clock, list, add } = timers();
  for (let count = 0; count < 50; count++) add('a', 100);
  add('b', 200);
  await clock.settle();
  expect(clock.timers).toBe(2);
  list.clear();
  expect(clock.timers).toBe(0);
});

test("none of the clock's timers is asked for what is cleared within a turn", async () => {
  const { clock, due, list, add } = timers();
  add('a', 100);
  list.clear();
  await clock.settle();
  expect(clock.timers).toBe(0);
  add('b', 100);
  await clock.advance(100);
  expect(due).toEqual(['b at 100']);
});

test('clear while one falls due leaves none armed and lets no other fall due', async () => {
  const kit = timers(() => kit.list.clear());
  kit.add('a', 10);
  kit.add('b', 10);
  await kit.clock.advance(5);
  kit.add('c', 10);
  await kit.clock.advance(5);
  expect([kit.due, kit.clock.timers]).toEqual([['a at 10'], 0]);
});

test('owners that are over are dropped as others come, each asked about a few times at most', async () => {
  const { clock, due, over, add, asked } = timers();
  add('stays', 1_000);
  for (let count = 0; count < 10_000; count++) {
    add(`o${count}`, 1_000);
    over.add(`o${count}`);
  }
  await clock.advance(999);
  expect(asked()).toBeLessThan(30_000);
  const before = asked();
  await clock.advance(1);
  expect(due).toEqual(['stays at 1000']);
  expect(asked() - before).toBeLessThan(200);
});
