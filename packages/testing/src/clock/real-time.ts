import { performance } from 'node:perf_hooks';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';

// Node's own, imported and bound here: a test may have replaced the global ones.

export const realNow: () => number = performance.now.bind(performance);

/** Calls back at the end of this turn of the event loop: pending I/O has been heard. */
export function afterRealTurn(callback: () => void): void {
  setImmediate(callback);
}

/** Whether a promise is settled within this much real time. The wait does not keep the process alive. */
export function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.min(ms, 2 ** 31 - 1));
    const settled = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
}
