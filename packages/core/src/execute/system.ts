import type { Clock } from '../model/ports.ts';

/** Node's timers wait at most this long; a longer wait is made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ORIGIN = performance.timeOrigin;

/** The machine's time: it never goes back, and is as exact as `performance.now()`. */
export const systemClock: Clock = {
  now: () => ORIGIN + performance.now(),

  setTimer(delayMs, callback) {
    const dueAt = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      handle = setTimeout(
        look,
        Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(dueAt - performance.now()))),
      );
    };
    // Node counts in whole milliseconds, from when its turn began: after a long turn a timer is early by as much. Those due
    // within the same millisecond are left in their order.
    const look = (): void => {
      if (dueAt - performance.now() >= 1) arm();
      else callback();
    };
    arm();
    return () => clearTimeout(handle);
  },

  yieldTurn(callback) {
    setImmediate(callback);
  },
};

/** Says something to whoever runs the process, without stopping it. */
export function systemWarn(message: string): void {
  process.emitWarning(message);
}
