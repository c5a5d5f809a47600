import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

import { VirtualClock } from '@wf-sdk/testing';
import { Timers } from './timers.ts';

function timers(onDue: (owner: string) => void = () => undefined, clock = new VirtualClock()) {
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

test("lists on one clock have one of the clock's timers for each length, and each its own owners", async () => {
  const one = timers();
  const other = timers(undefined, one.clock);
  one.add('a', 100);
  other.add('x', 100);
  other.add('short', 10);
  await one.clock.settle();
  expect(one.clock.timers).toBe(2);
  one.list.clear();
  other.add('y', 100);
  await one.clock.advance(100);
  expect([one.due, other.due]).toEqual([[], ['short at 10', 'x at 100', 'y at 100']]);
  other.list.clear();
  expect(one.clock.timers).toBe(0);
});

test('what a list added before it was cleared is not asked about again, nor what it adds afterwards lost', async () => {
  const one = timers();
  const other = timers(undefined, one.clock);
  other.add('stays', 100);
  one.add('old', 100);
  one.list.clear();
  one.add('new', 100);
  await one.clock.advance(100);
  expect([one.due, other.due, one.asked()]).toEqual([['new at 100'], ['stays at 100'], 1]);
});

test('lists that come and go are dropped while another stays', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  const { clock, add, list, due } = timers();
  add('stays', 1_000_000);
  let over = 0;
  const registry = new FinalizationRegistry(() => over++);
  for (let count = 0; count < 1_000; count++) {
    const short = new Timers<object>(clock, { isOver: () => false, due: () => expect.unreachable() });
    const owner = {};
    registry.register(owner, count);
    short.add(owner, 1_000_000, clock.now());
    short.clear();
  }
  await expect
    .poll(() => {
      collect();
      return over;
    })
    .toBeGreaterThan(990);
  await clock.advance(1_000_000);
  expect(due).toEqual(['stays at 1000000']);
  list.clear();
});

test('one that throws as it falls due takes none of the others with it', () => {
  let now = 0;
  const set: (() => void)[] = [];
  const clock = {
    now: () => now,
    setTimer: (_: number, callback: () => void) => {
      set.push(callback);
      return () => undefined;
    },
    yieldTurn: (callback: () => void) => void set.push(callback),
  };
  const due: string[] = [];
  const list = (name: string): Timers<string> =>
    new Timers<string>(clock, {
      isOver: () => false,
      due(owner) {
        due.push(`${name} ${owner}`);
        if (name === 'bad') throw new Error('my fault');
      },
    });
  const [bad, good] = [list('bad'), list('good')];
  bad.add('a', 10, now);
  good.add('b', 10, now);
  now = 10;
  set.shift()?.();
  expect(set.shift()).toThrow('my fault');
  set.shift()?.();
  expect(due).toEqual(['bad a', 'good b']);
});
