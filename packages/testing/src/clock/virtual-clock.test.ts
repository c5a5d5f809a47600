import { OptionError } from '@wf-sdk/core';
import fc from 'fast-check';
import { setTimeout as realSleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('a virtual clock', () => {
  test('starts where it is told to, and always at the same instant', () => {
    expect(new VirtualClock().now()).toBe(Date.parse('2025-01-01T00:00:00Z'));
    expect(new VirtualClock({ startAt: new Date(5) }).now()).toBe(5);
    expect(() => new VirtualClock({ startAt: new Date('no') })).toThrow(OptionError);
    expect(() => new VirtualClock({ patience: '2 weeks' as never })).toThrow(
      "option 'patience' must be a duration",
    );
  });

  test('passes time only when it is told to', async () => {
    const clock = new VirtualClock();
    let fired = false;
    clock.setTimer(10, () => (fired = true));
    await realSleep(20);
    expect([fired, clock.elapsedMs, clock.timers]).toEqual([false, 0, 1]);
    await clock.advance(9);
    expect([fired, clock.elapsedMs]).toEqual([false, 9]);
    await clock.advance('1ms');
    expect([fired, clock.elapsedMs, clock.timers]).toEqual([true, 10, 0]);
    await expect(clock.advance('soon' as never)).rejects.toThrow("option 'by' must be a duration");
  });

  test('has what follows happen before what is due next', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const tell = async (text: string): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      clock.yieldTurn(() => told.push(`${text} at ${clock.elapsedMs}`));
    };
    clock.setTimer(20, () => void tell('second'));
    clock.setTimer(10, () => {
      void tell('first');
      clock.setTimer(5, () => void tell('set meanwhile'));
    });
    await clock.advance('1h');
    expect(told).toEqual(['first at 10', 'set meanwhile at 15', 'second at 20']);
  });

  test('fires timers in the order due, those due at once in the order asked, and none that was cancelled', async () => {
    const timer = fc.record({ delay: fc.nat(20), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { maxLength: 60 }), async (timers) => {
        const clock = new VirtualClock();
        const fired: number[] = [];
        const cancels = timers.map(({ delay }, place) => clock.setTimer(delay, () => fired.push(place)));
        for (const [place, { cancelled }] of timers.entries()) if (cancelled) cancels[place]?.();
        expect(clock.timers).toBe(timers.filter(({ cancelled }) => !cancelled).length);
        await clock.advance(20);
        const kept = [...timers.entries()].filter(([, { cancelled }]) => !cancelled);
        expect(fired).toEqual(kept.toSorted(([, a], [, b]) => a.delay - b.delay).map(([place]) => place));
        expect(clock.timers).toBe(0);
      }),
    );
  });

  test('ignores a timer that is cancelled after it was due, or twice', async () => {
    const clock = new VirtualClock();
    const cancel = clock.setTimer(1, () => undefined);
    const other = clock.setTimer(2, () => undefined);
    await clock.advance(1);
    cancel();
    other();
    other();
    expect(clock.timers).toBe(0);
  });

  test('lets one advance end before the next', async () => {
    const clock = new VirtualClock();
    const told: number[] = [];
    for (const delay of [1, 2, 3, 4]) clock.setTimer(delay, () => told.push(clock.elapsedMs));
    await Promise.all([clock.advance(2), clock.advance(4)]);
    expect(told).toEqual([1, 2, 3, 4]);
    expect(clock.elapsedMs).toBe(4);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a timer of %d ms', (delay) => {
    expect(() => new VirtualClock().setTimer(delay, () => undefined)).toThrow(RangeError);
  });
});

describe('sleep', () => {
  test('takes virtual time, and does not count among the timers', async () => {
    const clock = new VirtualClock();
    let over = false;
    void clock.sleep('2d').then(() => (over = true));
    expect(clock.timers).toBe(0);
    await clock.advance('1d');
    expect(over).toBe(false);
    await clock.advance('1d');
    expect([over, clock.timers]).toEqual([true, 0]);
  });

  test('ends with a signal, and leaves no timer behind', async () => {
    const clock = new VirtualClock({ patience: 10 });
    const stop = new AbortController();
    const sleeping = clock.sleep(100, { signal: stop.signal });
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(100, { signal: stop.signal })).rejects.toBe(reason);
    expect(clock.timers).toBe(0);
    await expect(clock.passUntil(new Promise(() => undefined))).rejects.toThrow('never ends');
  });
});

describe('passUntil', () => {
  test('passes as much time as it takes', async () => {
    const clock = new VirtualClock();
    expect(await clock.passUntil(clock.sleep('3d').then(() => 5))).toBe(5);
    expect(clock.elapsedMs).toBe(3 * 86_400_000);
    await expect(clock.passUntil(Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });

  test('waits for what really goes on', async () => {
    const clock = new VirtualClock();
    expect(await clock.passUntil(realSleep(20, 'real'))).toBe('real');
  });

  test('gives up what never ends, after its patience', async () => {
    const clock = new VirtualClock({ patience: 10 });
    const never = new Promise(() => undefined);
    await expect(clock.passUntil(never)).rejects.toThrow(
      'this never ends: no timer waits, and nothing else happens',
    );
  });
});

test('spend passes time at once', async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.setTimer(10, () => {
    clock.spend('1s');
    seen.push(clock.elapsedMs);
  });
  clock.setTimer(20, () => seen.push(clock.elapsedMs));
  await clock.advance(30);
  expect(seen).toEqual([1_010, 1_010]);
});
