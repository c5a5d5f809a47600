import { describe, expect, test } from 'vitest';

import { Desk } from '../../test/desk.ts';

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
    expect(desk.clock.timers).toBe(0);
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
    expect(desk.clock.timers).toBe(0);
    desk.start('a', 'b');
    expect(desk.clock.timers).toBe(1);
    desk.release('c');
    expect(desk.clock.timers).toBe(0);
  });
});
