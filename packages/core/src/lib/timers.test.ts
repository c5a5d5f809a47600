import { expect, test } from 'vitest';

import { VirtualClock } from '../../test/kit.ts';
import { Timers } from './timers.ts';

function timers() {
  const clock = new VirtualClock();
  const due: string[] = [];
  const list = new Timers<string>(clock, (owner) => void due.push(`${owner} at ${clock.passed}`));
  return { clock, due, list, add: (owner: string, delayMs: number) => list.add(owner, delayMs, clock.now()) };
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

test('a removed timer never falls due, wherever it stood', async () => {
  const { clock, due, list, add } = timers();
  const [first, , middle, , last] = ['first', 'a', 'middle', 'b', 'last'].map((owner) => add(owner, 50));
  for (const timer of [middle, first, last, middle]) if (timer !== undefined) list.remove(timer);
  await clock.advance(100);
  expect(due).toEqual(['a at 50', 'b at 50']);
});

test('a timer that is added when all others are gone falls due in its time', async () => {
  const { clock, due, list, add } = timers();
  list.remove(add('a', 50));
  await clock.advance(30);
  add('b', 50);
  await clock.advance(100);
  expect(due).toEqual(['b at 80']);
});

test('a timer added while another falls due does not delay those that wait', async () => {
  const clock = new VirtualClock();
  const due: string[] = [];
  const list = new Timers<string>(clock, (owner) => {
    due.push(`${owner} at ${clock.passed}`);
    if (owner === 'a') list.add('c', 100, clock.now());
  });
  list.add('a', 100, clock.now());
  await clock.advance(50);
  list.add('b', 100, clock.now());
  await clock.advance(1_000);
  expect(due).toEqual(['a at 100', 'b at 150', 'c at 200']);
});

test('a timer that is removed while another falls due does not fall due', async () => {
  const clock = new VirtualClock();
  const due: string[] = [];
  const list = new Timers<string>(clock, (owner) => {
    due.push(owner);
    list.remove(second);
  });
  list.add('first', 10, clock.now());
  const second = list.add('second', 10, clock.now());
  await clock.advance(20);
  expect(due).toEqual(['first']);
});

test("one of the clock's timers serves all of one length, and none is left after clear", () => {
  const { clock, list, add } = timers();
  for (let count = 0; count < 50; count++) add('a', 100);
  add('b', 200);
  expect(clock.armed).toBe(2);
  list.clear();
  expect(clock.armed).toBe(0);
});

test('clear while a timer falls due leaves none armed and lets no other fall due', async () => {
  const clock = new VirtualClock();
  const due: string[] = [];
  const list = new Timers<string>(clock, (owner) => {
    due.push(owner);
    list.clear();
  });
  for (const owner of ['a', 'b']) list.add(owner, 10, clock.now());
  await clock.advance(5);
  list.add('c', 10, clock.now());
  await clock.advance(5);
  expect([due, clock.armed]).toEqual([['a'], 0]);
});
