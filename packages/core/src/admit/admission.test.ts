import { describe, expect, test } from 'vitest';

import { VirtualClock } from '../../test/kit.ts';
import type { Pool, PoolOptions } from '../model/placement.ts';
import { type Admission, type AdmissionDemand, createAdmission, type Ticket } from './admission.ts';
import { pool } from './pool.ts';
import { poolsOf } from './pool-set.ts';

const ignore = (): void => undefined;

interface Wish {
  readonly slots?: number;
  readonly key?: string;
  readonly priority?: number;
}

/** Requests by name, and the order in which they were granted. */
class Desk {
  readonly clock: VirtualClock = new VirtualClock();
  readonly granted: string[] = [];
  readonly #admission: Admission = createAdmission({ clock: this.clock });
  readonly #tickets = new Map<string, Ticket>();
  readonly #pools: Readonly<Record<string, PoolOptions>>;

  constructor(pools: Readonly<Record<string, PoolOptions>>) {
    this.#pools = pools;
  }

  /** @param from The pools it takes from; the first one if it does not say. */
  ask(
    name: string,
    { slots = 1, key, priority = 0 }: Wish = {},
    from = Object.keys(this.#pools).slice(0, 1),
  ): void {
    const pools = from.map((one) => ({ pool: pool(one, this.#pools[one] ?? {}), slots, key }));
    this.#tickets.set(
      name,
      this.#admission.request({ pools, priority }, () => void this.granted.push(name)),
    );
  }

  start(...names: readonly string[]): void {
    for (const name of names) this.#tickets.get(name)?.start();
  }

  release(...names: readonly string[]): void {
    for (const name of names) this.#tickets.get(name)?.release();
  }

  /** Releases whoever was granted, one after the other, until nobody is left: the order in which all were granted. */
  drain(): string[] {
    for (const name of this.granted) this.release(name);
    return this.granted;
  }

  get used(): Record<string, number> {
    return Object.fromEntries(
      poolsOf(this.clock)
        .status()
        .map(({ name, used }) => [name, used]),
    );
  }
}

describe('slots', () => {
  test('are granted while there are any, then as they are given back', () => {
    const desk = new Desk({ db: { slots: 2 } });
    for (const name of 'abcd') desk.ask(name);
    expect(desk.granted).toEqual(['a', 'b']);
    desk.release('a');
    expect(desk.granted).toEqual(['a', 'b', 'c']);
    desk.release('a', 'a');
    expect(desk.granted).toEqual(['a', 'b', 'c']);
    expect(desk.drain()).toEqual(['a', 'b', 'c', 'd']);
    expect(desk.used).toEqual({ db: 0 });
  });

  test('go to the higher priority, then to who came first', () => {
    const desk = new Desk({ db: { slots: 1 } });
    desk.ask('holder');
    for (const [name, priority] of [
      ['low', -1],
      ['first', 0],
      ['high', 5],
      ['second', 0],
      ['highest', 7.5],
    ] as const) {
      desk.ask(name, { priority });
    }
    expect(desk.drain()).toEqual(['holder', 'highest', 'high', 'first', 'second', 'low']);
  });

  test('that are free go to nobody while one that came before, or is more important, needs more of them', () => {
    const desk = new Desk({ db: { slots: 3 } });
    desk.ask('a', { slots: 2 });
    desk.ask('heavy', { slots: 3 });
    desk.ask('light');
    expect(desk.granted).toEqual(['a']);
    desk.ask('urgent', { priority: 1 });
    expect(desk.granted).toEqual(['a', 'urgent']);
    desk.release('a');
    expect(desk.granted).toEqual(['a', 'urgent']);
    desk.release('urgent');
    expect(desk.granted).toEqual(['a', 'urgent', 'heavy']);
    expect(desk.drain()).toEqual(['a', 'urgent', 'heavy', 'light']);
  });

  test('are given up by a request that is withdrawn, and the next one need not wait for it', () => {
    const desk = new Desk({ db: { slots: 2 } });
    desk.ask('a');
    desk.ask('heavy', { slots: 2 });
    desk.ask('light');
    desk.release('heavy');
    expect(desk.granted).toEqual(['a', 'light']);
    expect(desk.drain()).toEqual(['a', 'light']);
    expect(desk.used).toEqual({ db: 0 });
  });

  test('without a limit are always granted', () => {
    const desk = new Desk({ db: {} });
    for (const name of 'abc') desk.ask(name, { slots: 1_000 });
    expect(desk.granted).toEqual(['a', 'b', 'c']);
  });

  test('are passed on from callback to callback without a deep stack', () => {
    const clock = new VirtualClock();
    const admission = createAdmission({ clock });
    const both = ['x', 'y'].map((name) => ({ pool: pool(name, { slots: 1 }), slots: 1 }));
    const tickets: Ticket[] = [];
    for (let index = 0; index < 20_000; index++) {
      tickets.push(admission.request({ pools: both, priority: 0 }, () => tickets[index]?.release()));
    }
    tickets[0]?.release();
    expect(tickets.every(({ granted }) => granted)).toBe(true);
    expect(poolsOf(clock).status()).toEqual([
      { name: 'x', slots: 1, used: 0, waiting: 0 },
      { name: 'y', slots: 1, used: 0, waiting: 0 },
    ]);
  });
});

describe('keys', () => {
  test('take turns: one with many that wait does not hold up another', () => {
    const desk = new Desk({ api: { slots: 1 } });
    desk.ask('holder');
    for (let index = 1; index <= 1_000; index++) desk.ask(`a${index}`, { key: 'a' });
    desk.ask('b1', { key: 'b' });
    desk.ask('b2', { key: 'b' });
    desk.ask('none');
    expect(desk.drain().slice(0, 8)).toEqual(['holder', 'a1', 'b1', 'none', 'a2', 'b2', 'a3', 'a4']);
  });

  test('take turns among equals only', () => {
    const desk = new Desk({ api: { slots: 1 } });
    desk.ask('holder');
    desk.ask('b1', { key: 'b' });
    desk.ask('a1', { key: 'a', priority: 1 });
    desk.ask('a2', { key: 'a', priority: 1 });
    desk.ask('a3', { key: 'a' });
    expect(desk.drain()).toEqual(['holder', 'a1', 'a2', 'b1', 'a3']);
  });

  test('keep their turn when one of their requests is withdrawn', () => {
    const desk = new Desk({ api: { slots: 1 } });
    desk.ask('holder');
    desk.ask('a1', { key: 'a' });
    desk.ask('b1', { key: 'b' });
    desk.ask('a2', { key: 'a' });
    desk.release('a1');
    expect(desk.drain()).toEqual(['holder', 'a2', 'b1']);
  });

  test('hold no more than their limit, and let others pass meanwhile', () => {
    const desk = new Desk({ api: { slots: 3, perKey: 1 } });
    desk.ask('a1', { key: 'a' });
    desk.ask('a2', { key: 'a' });
    desk.ask('b1', { key: 'b' });
    desk.ask('none1');
    expect(desk.granted).toEqual(['a1', 'b1', 'none1']);
    desk.release('b1');
    expect(desk.granted).toEqual(['a1', 'b1', 'none1']);
    desk.release('a1');
    expect(desk.granted).toEqual(['a1', 'b1', 'none1', 'a2']);
    desk.drain();
    expect(desk.used).toEqual({ api: 0 });
  });

  test('reach their limit by weight; a light one does not pass a heavy one of its key', () => {
    const desk = new Desk({ api: { slots: 10, perKey: 3 } });
    desk.ask('a1', { key: 'a', slots: 2 });
    desk.ask('heavy', { key: 'a', slots: 3 });
    desk.ask('light', { key: 'a' });
    desk.ask('less', { key: 'a', priority: -1 });
    expect(desk.granted).toEqual(['a1']);
    desk.release('a1');
    expect(desk.granted).toEqual(['a1', 'heavy']);
    desk.release('heavy');
    expect(desk.granted).toEqual(['a1', 'heavy', 'light', 'less']);
  });

  test('leave their turn to others when a more important one of the key takes what was left to it', () => {
    const desk = new Desk({ api: { slots: 4, perKey: 3 } });
    desk.ask('none', { slots: 2 });
    desk.ask('heavy', { key: 'a', slots: 3 });
    desk.ask('b', { key: 'b' });
    expect(desk.granted).toEqual(['none']);
    desk.ask('urgent', { key: 'a', priority: 1 });
    expect(desk.granted).toEqual(['none', 'b', 'urgent']);
    desk.release('none', 'b');
    expect(desk.granted).toEqual(['none', 'b', 'urgent']);
    desk.release('urgent');
    expect(desk.granted).toEqual(['none', 'b', 'urgent', 'heavy']);
  });

  test('are free again for a lighter one when the heavy one before it is withdrawn', () => {
    const desk = new Desk({ api: { slots: 10, perKey: 2 } });
    desk.ask('a1', { key: 'a' });
    desk.ask('heavy', { key: 'a', slots: 2 });
    desk.ask('light', { key: 'a' });
    desk.release('heavy');
    expect(desk.granted).toEqual(['a1', 'light']);
  });
});

describe('a rate', () => {
  const rate = { limit: 2, interval: '1s' } as const;

  test('holds in a window that slides', async () => {
    const desk = new Desk({ api: { rate } });
    desk.ask('a');
    desk.start('a');
    await desk.clock.advance(600);
    for (const name of 'bcd') desk.ask(name);
    desk.start('b');
    expect(desk.granted).toEqual(['a', 'b']);
    await desk.clock.advance(399);
    expect(desk.granted).toEqual(['a', 'b']);
    await desk.clock.advance(1);
    expect(desk.granted).toEqual(['a', 'b', 'c']);
    desk.start('c');
    desk.release('a', 'b', 'c');
    await desk.clock.advance(599);
    expect(desk.granted).toEqual(['a', 'b', 'c']);
    await desk.clock.advance(1);
    expect(desk.granted).toEqual(['a', 'b', 'c', 'd']);
    expect(desk.clock.armed).toBe(0);
  });

  test('counts a start, however heavy, once', () => {
    const desk = new Desk({ api: { slots: 10, rate } });
    desk.ask('a', { slots: 4 });
    desk.ask('b', { slots: 4 });
    desk.ask('c');
    expect(desk.granted).toEqual(['a', 'b']);
  });

  test('counts who is about to start, from when it starts', async () => {
    const desk = new Desk({ api: { rate } });
    for (const name of 'abc') desk.ask(name);
    await desk.clock.advance(5_000);
    expect(desk.granted).toEqual(['a', 'b']);
    desk.start('a');
    await desk.clock.advance(999);
    expect(desk.granted).toEqual(['a', 'b']);
    await desk.clock.advance(1);
    expect(desk.granted).toEqual(['a', 'b', 'c']);
  });

  test('does not count who never started', () => {
    const desk = new Desk({ api: { rate } });
    for (const name of 'abcd') desk.ask(name);
    desk.start('a');
    desk.release('a');
    expect(desk.granted).toEqual(['a', 'b']);
    desk.release('b');
    expect(desk.granted).toEqual(['a', 'b', 'c']);
  });

  test('counts each start once, and none of what was not granted, or was released', async () => {
    const desk = new Desk({ api: { rate } });
    for (const name of 'abc') desk.ask(name);
    desk.start('c');
    await desk.clock.advance(500);
    desk.release('a');
    desk.start('a');
    desk.start('b', 'b', 'c');
    desk.ask('d');
    await desk.clock.advance(999);
    expect(desk.granted).toEqual(['a', 'b', 'c']);
    await desk.clock.advance(1);
    for (const name of 'efg') desk.ask(name);
    expect(desk.granted).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('leaves a slot free while it waits, for who is more important when time has come', async () => {
    const desk = new Desk({ api: { slots: 1, rate: { limit: 1, interval: '1s' } } });
    desk.ask('a');
    desk.start('a');
    desk.release('a');
    desk.ask('b');
    desk.ask('urgent', { priority: 1 });
    expect(desk.used).toEqual({ api: 0 });
    await desk.clock.advance(1_000);
    expect(desk.granted).toEqual(['a', 'urgent']);
  });

  test('holds for starts that another pool held up', async () => {
    const desk = new Desk({ api: { rate: { limit: 1, interval: '1s' } }, db: { slots: 3 } });
    desk.ask('holder', { slots: 3 }, ['db']);
    for (const name of 'abc') desk.ask(name, {}, ['api', 'db']);
    await desk.clock.advance(10_000);
    desk.release('holder');
    expect(desk.granted).toEqual(['holder', 'a']);
    desk.start('a');
    await desk.clock.advance(1_000);
    expect(desk.granted).toEqual(['holder', 'a', 'b']);
  });

  test('arms no timer for nobody', async () => {
    const desk = new Desk({ api: { rate } });
    for (const name of 'abc') desk.ask(name);
    expect(desk.clock.armed).toBe(0);
    desk.start('a', 'b');
    expect(desk.clock.armed).toBe(1);
    desk.release('c');
    expect(desk.clock.armed).toBe(0);
  });
});

describe('several pools', () => {
  test('are entered by name, whatever the order in which they are listed', () => {
    const desk = new Desk({ a: { slots: 1 }, b: { slots: 1 } });
    desk.ask('holds b', {}, ['b']);
    desk.ask('a then b', {}, ['a', 'b']);
    desk.ask('b then a', {}, ['b', 'a']);
    expect(desk.used).toEqual({ a: 1, b: 1 });
    desk.release('holds b');
    expect(desk.granted).toEqual(['holds b', 'a then b']);
    desk.release('a then b');
    expect(desk.granted).toEqual(['holds b', 'a then b', 'b then a']);
  });

  test('are given back by a request that is withdrawn between two of them', () => {
    const desk = new Desk({ a: { slots: 1 }, b: { slots: 1 } });
    desk.ask('holds b', {}, ['b']);
    desk.ask('both', {}, ['a', 'b']);
    desk.ask('only a', {}, ['a']);
    desk.release('both');
    expect(desk.granted).toEqual(['holds b', 'only a']);
    expect(desk.used).toEqual({ a: 1, b: 1 });
    desk.release('holds b', 'only a');
    expect(desk.used).toEqual({ a: 0, b: 0 });
  });

  test('are given back by a request that is withdrawn as others are let in by its entering', () => {
    const admission = createAdmission({ clock: new VirtualClock() });
    const a = pool('a', { slots: 1 });
    const b = pool('b', { slots: 4, perKey: 3 });
    const of = (one: Pool, slots: number, key?: string, priority = 0): AdmissionDemand => ({
      pools: [{ pool: one, slots, key }],
      priority,
    });
    const holder = admission.request(of(a, 1), ignore);
    admission.request(of(b, 2), ignore);
    const both = admission.request({ pools: [...of(a, 1).pools, ...of(b, 1, 'x').pools], priority: 1 }, () =>
      expect.unreachable('it was withdrawn'),
    );
    const heavy = admission.request(of(b, 3, 'x'), ignore);
    const next = admission.request(of(b, 1, 'y'), () => both.release());
    holder.release();
    expect([next.granted, both.granted, heavy.granted]).toEqual([true, false, false]);
    expect(admission.request(of(a, 1), ignore).granted).toBe(true);
  });
});
