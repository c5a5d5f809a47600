import type { Clock } from '../model/ports.ts';

/** Node's timers wait at most this long; a longer wait is made of several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ORIGIN = performance.timeOrigin;

/** The machine's time: it never goes back, and is as exact as `performance.now()`. */
export const systemClock: Clock = {
  now: () => ORIGIN + performance.now(),

  setTimer(delayMs, callback) {
    // Node cuts a length to whole milliseconds: a timer would be early by what is cut.
    const dueAt = performance.now() + delayMs;
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = dueAt - performance.now();
      handle =
        left > LONGEST_TIMER_MS
          ? setTimeout(arm, LONGEST_TIMER_MS)
          : setTimeout(callback, Math.max(0, Math.ceil(left)));
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
