import type { Clock } from '@wf-sdk/core';
import { setTimeout } from 'node:timers';
import type { ConformanceSubject } from './conformance.ts';

/** A clock, and how its time is made to pass. */
export interface ClockSubject extends ConformanceSubject {
  readonly clock: Clock;
  /**
   * Settled when at least so many milliseconds of the clock's time have passed, and everything that fell due by then was
   * called.
   */
  readonly pass: (ms: number) => Promise<void>;
  /** Whether time passes at will, so that months cost nothing: then the suite waits for timers of months. @default false */
  readonly atWill?: boolean;
}

/** A timer of the machine counts whole milliseconds, and may be early by less than one. */
export const GRAIN_MS = 1;

/** So much later than asked for, timers of this process that were due have been called. */
const SLACK_MS = 3;

/** A clock whose time passes by itself. The suite waits for about half a second of it. */
export function inRealTime(clock: Clock): ClockSubject {
  const pass = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, Math.ceil(ms) + SLACK_MS);
    });
  return { clock, pass };
}
