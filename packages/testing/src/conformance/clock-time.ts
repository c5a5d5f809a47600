import { type ClockSubject, GRAIN_MS } from './clock-subject.ts';
import type { Rule } from './conformance.ts';
import { assert } from './assert.ts';

const NOW = 'Clock.now: milliseconds since the epoch, fractions allowed; never goes back';

/** What a clock has to say of the time. */
export const clockTime: readonly Rule<ClockSubject>[] = [
  {
    name: 'now() is a number of milliseconds that moves with time',
    why: NOW,
    async check({ clock, pass }) {
      const before = clock.now();
      assert(Number.isFinite(before), `now() gave ${before}`);
      await pass(20);
      const moved = clock.now() - before;
      assert(moved >= 20 - GRAIN_MS, `20 ms passed, and now() moved by ${moved}`);
    },
  },
  {
    name: 'now() never goes back',
    why: NOW,
    async check({ clock, pass }) {
      let latest = clock.now();
      for (let round = 0; round < 5; round++) {
        for (let reading = 0; reading < 200; reading++) {
          const now = clock.now();
          assert(now >= latest, `now() gave ${latest}, and after that ${now}`);
          latest = now;
        }
        await pass(2);
      }
    },
  },
];
