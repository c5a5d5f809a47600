import type { ClockSubject } from './clock-subject.ts';
import { clockTime } from './clock-time.ts';
import { clockTimers } from './clock-timers.ts';
import { clockTurns } from './clock-turns.ts';
import { type Conformance, defineConformance } from './conformance.ts';

/** What every clock has to do. */
export const clockConformance: Conformance<ClockSubject> = defineConformance('Clock', [
  ...clockTime,
  ...clockTimers,
  ...clockTurns,
]);
