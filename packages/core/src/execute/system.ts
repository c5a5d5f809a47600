import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { SecretsProvider } from '../model/secret.ts';
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

/** Calls back again and again until it is cancelled. It does not keep the process alive. */
export function keepRepeating(ms: number, callback: () => void): () => void {
  const handle = setInterval(callback, ms);
  handle.unref();
  return () => clearInterval(handle);
}

/** What a person finds this process by. Containers can have the name of a host in common, and not its processes. */
export function processName(): string {
  return `process ${process.pid} on ${place()}`;
}

function place(): string {
  try {
    return `${hostname()}/${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''}`;
  } catch {
    // Only Linux has namespaces.
    return hostname();
  }
}

/** Whether the process that is called so is known to have ended: it ran on this machine, and does not any more. */
export function isKnownDead(name: string): boolean {
  const [, pid, host] = /^process (\d+) on (\S+)/.exec(name) ?? [];
  if (pid === undefined || host !== place()) return false;
  try {
    // Signal 0 only asks whether there is such a process.
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Says something to whoever runs the process, without stopping it. */
export function systemWarn(message: string): void {
  process.emitWarning(message);
}

/** The secrets that the environment of this process has. */
export const environment: SecretsProvider = (names) =>
  Object.fromEntries(names.map((name) => [name, process.env[name]]));
