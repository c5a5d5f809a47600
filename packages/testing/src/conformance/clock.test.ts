import { type Clock, systemClock } from '@wf-sdk/core';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock.ts';
import { type ClockSubject, inRealTime } from './clock-subject.ts';
import { clockConformance } from './clock.ts';
import { checkConformance } from './check-conformance.ts';

function virtual(): ClockSubject {
  const clock = new VirtualClock();
  return { clock, pass: (ms) => clock.advance(ms), atWill: true };
}

describe.each([
  ['the virtual clock', virtual],
  ['the machine’s clock', () => inRealTime(systemClock)],
])('%s', (_, make) => {
  test.each(clockConformance.cases)('$name', async ({ run }) => {
    await expect(run(make)).resolves.toBeUndefined();
  });
});

interface Due {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A correct clock whose parts are there to be broken. */
class Fragile implements Clock {
  time = 0;
  due: Due[] = [];

  now(): number {
    return this.time;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { dueAt: this.time + delayMs, callback };
    this.due.push(timer);
    return () => this.drop(timer);
  }

  yieldTurn(callback: () => void): void {
    setImmediate(callback);
  }

  drop(timer: Due): void {
    this.due = this.due.filter((other) => other !== timer);
  }

  next(until: number): Due | undefined {
    return this.due
      .filter(({ dueAt }) => dueAt <= until)
      .reduce<Due | undefined>(
        (first, one) => (one.dueAt < (first?.dueAt ?? Infinity) ? one : first),
        undefined,
      );
  }

  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      this.drop(next);
      this.time = next.dueAt;
      next.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.time = until;
  }
}

function broken(Broken: new () => Fragile): () => ClockSubject {
  return () => {
    const clock = new Broken();
    return { clock, pass: (ms) => clock.pass(ms), atWill: true };
  };
}

test('a clock made for it keeps every rule', async () => {
  expect((await checkConformance(clockConformance, broken(Fragile))).failed).toEqual([]);
});

/** For each case a clock that breaks just this rule, and what is then said. */
const BROKEN: Readonly<Record<string, readonly [new () => Fragile, RegExp]>> = {
  'now() is a number of milliseconds that moves with time': [
    class extends Fragile {
      override now(): number {
        return super.now() / 1_000;
      }
    },
    /20 ms passed, and now\(\) moved by 0\.02/,
  ],
  'now() never goes back': [
    class extends Fragile {
      override now(): number {
        return super.now() - Math.random();
      }
    },
    /now\(\) gave \S+, and after that /,
  ],
  'a timer is called once': [
    class extends Fragile {
      override setTimer(delayMs: number, callback: () => void): () => void {
        super.setTimer(2 * delayMs, callback);
        return super.setTimer(delayMs, callback);
      }
    },
    /after 35 ms the number of calls of a timer of 10 ms should be 1, and is 2/,
  ],
  'a timer is not called before its time': [
    class extends Fragile {
      override setTimer(delayMs: number, callback: () => void): () => void {
        return super.setTimer(delayMs / 2, callback);
      }
    },
    /a timer of 40 ms was called after 20/,
  ],
  'timers are called in the order in which they fall due': [
    class extends Fragile {
      override next(until: number): Due | undefined {
        return this.due.find(({ dueAt }) => dueAt <= until);
      }
    },
    /should be \[ 0, 10, 20, 30 \], and is \[ 30, 10, 20, 0 \]/,
  ],
  'timers that fall due together are called in the order in which they were set': [
    class extends Fragile {
      override next(until: number): Due | undefined {
        const first = super.next(until);
        return this.due.findLast(({ dueAt }) => dueAt === first?.dueAt);
      }
    },
    /and is \[ 'c', 'b', 'a', 'long' \]/,
  ],
  'a timer without a delay is called, but not within the call that sets it': [
    class extends Fragile {
      override setTimer(delayMs: number, callback: () => void): () => void {
        if (delayMs > 0) return super.setTimer(delayMs, callback);
        callback();
        return () => undefined;
      }
    },
    /should be \[ 'after' \], and is \[ 'within' \]/,
  ],
  'a cancelled timer is not called': [
    class extends Fragile {
      override setTimer(delayMs: number, callback: () => void): () => void {
        super.setTimer(delayMs, callback);
        return () => undefined;
      }
    },
    /should be \[\], and is \[ 'cancelled at once', 'cancelled later' \]/,
  ],
  'a timer that another one cancels is not called, though both are due': [
    class extends Fragile {
      override async pass(ms: number): Promise<void> {
        this.time += ms;
        const due = this.due.filter(({ dueAt }) => dueAt <= this.time);
        for (const timer of due) {
          this.drop(timer);
          timer.callback();
        }
        await Promise.resolve();
      }
    },
    /should be \[ 'first' \], and is \[ 'first', 'of 10 ms', 'of 10 ms', 'of 25 ms' \]/,
  ],
  'cancelling changes nothing else, however often and late it is done': [
    class extends Fragile {
      override drop(timer: Due): void {
        this.due.splice(this.due.indexOf(timer), 1);
      }
    },
    /with cancelling in between, should be \[ 'itself', 'other', 'last' \]/,
  ],
  'a timer can be set from within another': [
    class extends Fragile {
      override async pass(ms: number): Promise<void> {
        const known = [...this.due];
        await super.pass(ms);
        this.due = this.due.filter((timer) => known.includes(timer));
      }
    },
    /should be \[ 'outer', 'without a delay', 'of 10 ms' \], and is \[ 'outer', 'without a delay' \]/,
  ],
  'a timer of years is not cut short': [
    class extends Fragile {
      override setTimer(delayMs: number, callback: () => void): () => void {
        return super.setTimer(delayMs > 2 ** 31 - 1 ? 1 : delayMs, callback);
      }
    },
    /the timers called after 20 ms should be \[\], and is \[ 'of 2147483648 ms'/,
  ],
  'a turn comes after everything that is under way by promises': [
    class extends Fragile {
      override yieldTurn(callback: () => void): void {
        let turns = 0;
        const later = (): void => {
          if (++turns > 1) setImmediate(callback);
          else queueMicrotask(callback);
        };
        later();
      }
    },
    /should be \[ 'caller', 'promises', 'turn' \], and is \[ 'caller', 'turn', 'promises' \]/,
  ],
  'turns are taken once each, in the order in which they were asked for': [
    class extends Fragile {
      #waiting: (() => void)[] = [];
      override yieldTurn(callback: () => void): void {
        if (this.#waiting.push(callback) > 1) return;
        setImmediate(() => {
          const turns = this.#waiting.reverse();
          this.#waiting = [];
          for (const turn of turns) turn();
        });
      }
    },
    /the order of the turns should be \[ 'a', 'b', 'of a' \], and is \[ 'b', 'a', 'of a' \]/,
  ],
  'turn after turn leaves room for I/O and timers': [
    class extends Fragile {
      override yieldTurn(callback: () => void): void {
        process.nextTick(() => queueMicrotask(callback));
      }
    },
    /what had no turn for 1000 ms: a timer of the process, a file, a message/,
  ],
};

test('each rule has a clock that breaks it', () => {
  expect(Object.keys(BROKEN)).toEqual(clockConformance.cases.map(({ name }) => name));
});

test.each(Object.entries(BROKEN))(
  'a clock that breaks the rule is found out: %s',
  async (name, [Broken, said]) => {
    const found = clockConformance.cases.find((one) => one.name === name)?.run(broken(Broken));
    await expect(found).rejects.toThrow(said);
  },
);

test('a timer of months that never comes is found out where months cost nothing', async () => {
  class Forgetful extends Fragile {
    override setTimer(delayMs: number, callback: () => void): () => void {
      return super.setTimer(delayMs > 2 ** 31 - 1 ? Number.MAX_VALUE : delayMs, callback);
    }
  }
  const { failed } = await checkConformance(clockConformance, broken(Forgetful));
  expect(failed.map(({ error }) => error.message)).toEqual([
    expect.stringMatching(/the timers called after 60 days should be \[ 'of 60 days' \], and is \[\]/),
  ]);
});
