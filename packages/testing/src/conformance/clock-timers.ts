import { type ClockSubject, GRAIN_MS } from './clock-subject.ts';
import type { Rule } from './conformance.ts';
import { assertSame } from './assert.ts';

const DAY_MS = 86_400_000;

const SET_TIMER =
  'Clock.setTimer: calls `callback` once, when `delayMs` (any finite length) have passed, and gives what cancels it';

/** What a clock's timers have to do. */
export const clockTimers: readonly Rule<ClockSubject>[] = [
  {
    name: 'a timer is called once',
    why: SET_TIMER,
    async check({ clock, pass }) {
      let calls = 0;
      clock.setTimer(10, () => calls++);
      await pass(10);
      assertSame(calls, 1, 'after 10 ms the number of calls of a timer of 10 ms');
      await pass(25);
      assertSame(calls, 1, 'after 35 ms the number of calls of a timer of 10 ms');
    },
  },
  {
    name: 'a timer is not called before its time',
    why: SET_TIMER,
    async check({ clock, pass }) {
      const early: string[] = [];
      for (const delayMs of [40, 12.5, 0.5]) {
        const setAt = clock.now();
        clock.setTimer(delayMs, () => {
          const after = clock.now() - setAt;
          if (after < delayMs - GRAIN_MS) early.push(`a timer of ${delayMs} ms was called after ${after}`);
        });
      }
      await pass(40);
      assertSame(early, [], 'what came too early');
    },
  },
  {
    name: 'timers are called in the order in which they fall due',
    why: SET_TIMER,
    async check({ clock, pass }) {
      const called: number[] = [];
      for (const delayMs of [30, 10, 20, 0]) clock.setTimer(delayMs, () => called.push(delayMs));
      await pass(30);
      assertSame(called, [0, 10, 20, 30], 'the order of the timers called');
    },
  },
  {
    name: 'timers that fall due together are called in the order in which they were set',
    why: `${SET_TIMER}. Runs of one input take the same course each time: what is due first goes first, and what was asked for first among equals`,
    async check({ clock, pass }) {
      const called: string[] = [];
      clock.setTimer(30, () => called.push('long'));
      await pass(10);
      for (const name of ['a', 'b', 'c']) clock.setTimer(20, () => called.push(name));
      await pass(20);
      assertSame(called, ['long', 'a', 'b', 'c'], 'the order of the timers called');
    },
  },
  {
    name: 'a timer without a delay is called, but not within the call that sets it',
    why: `${SET_TIMER}; whoever sets it does not have what cancels it before that`,
    async check({ clock, pass }) {
      let isSet = false;
      const called: string[] = [];
      clock.setTimer(0, () => called.push(isSet ? 'after' : 'within'));
      isSet = true;
      await pass(1);
      assertSame(
        called,
        ['after'],
        'its calls, and whether they came after setTimer had returned or within it,',
      );
    },
  },
  {
    name: 'a cancelled timer is not called',
    why: SET_TIMER,
    async check({ clock, pass }) {
      const called: string[] = [];
      const cancelFirst = clock.setTimer(30, () => called.push('cancelled at once'));
      const cancelSecond = clock.setTimer(30, () => called.push('cancelled later'));
      cancelFirst();
      await pass(5);
      // Where the machine is slow it may have been due before that.
      const expected = [...called].filter((name) => name === 'cancelled later');
      cancelSecond();
      await pass(30);
      assertSame(called, expected, 'the timers called');
    },
  },
  {
    name: 'a timer that another one cancels is not called, though both are due',
    why: `${SET_TIMER}. A timeout cancelled by what it was for must not go off after it`,
    async check({ clock, pass }) {
      const called: string[] = [];
      const cancels: (() => void)[] = [];
      clock.setTimer(10, () => {
        called.push('first');
        for (const cancel of cancels) cancel();
      });
      for (const delayMs of [10, 10, 25])
        cancels.push(clock.setTimer(delayMs, () => called.push(`of ${delayMs} ms`)));
      await pass(25);
      assertSame(called, ['first'], 'the timers called');
    },
  },
  {
    name: 'cancelling changes nothing else, however often and late it is done',
    why: SET_TIMER,
    async check({ clock, pass }) {
      const called: string[] = [];
      const own = clock.setTimer(5, () => {
        called.push('itself');
        own();
      });
      const never = clock.setTimer(10, () => called.push('never'));
      clock.setTimer(10, () => called.push('other'));
      never();
      never();
      await pass(10);
      own();
      clock.setTimer(10, () => called.push('last'));
      own();
      never();
      await pass(10);
      assertSame(called, ['itself', 'other', 'last'], 'the timers called, with cancelling in between,');
    },
  },
  {
    name: 'a timer can be set from within another',
    why: SET_TIMER,
    async check({ clock, pass }) {
      const called: string[] = [];
      clock.setTimer(5, () => {
        const setAt = clock.now();
        clock.setTimer(10, () => {
          const early = clock.now() - setAt < 10 - GRAIN_MS;
          called.push(early ? 'of 10 ms, too early' : 'of 10 ms');
        });
        clock.setTimer(0, () => called.push('without a delay'));
        called.push('outer');
      });
      await pass(5);
      await pass(10);
      assertSame(called, ['outer', 'without a delay', 'of 10 ms'], 'the timers called');
    },
  },
  {
    name: 'a timer of years is not cut short',
    why: `${SET_TIMER}. Node's own timers go off at once beyond 2³¹ ms`,
    async check({ clock, pass, atWill }) {
      const called: string[] = [];
      const cancels = [2 ** 31, 2 ** 32 + 5, 3_650 * DAY_MS, Number.MAX_VALUE].map((delayMs) =>
        clock.setTimer(delayMs, () => called.push(`of ${delayMs} ms`)),
      );
      await pass(20);
      assertSame(called, [], 'the timers called after 20 ms');
      for (const cancel of cancels) cancel();
      if (atWill !== true) return;
      clock.setTimer(60 * DAY_MS, () => called.push('of 60 days'));
      await pass(60 * DAY_MS - 1);
      assertSame(called, [], 'the timers called a millisecond before 60 days had passed');
      await pass(1);
      assertSame(called, ['of 60 days'], 'the timers called after 60 days');
    },
  },
];
