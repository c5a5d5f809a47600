import { describe, expect, test } from 'vitest';

import { Desk } from '../../test/desk.ts';
import { VirtualClock } from '@wf-sdk/testing';
import type { Pool } from '../model/placement.ts';
import { type AdmissionDemand, createAdmission, type Ticket } from './admission.ts';
import { pool } from './pool.ts';
import { poolsOf } from './pool-set.ts';

const ignore = (): void => undefined;

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
