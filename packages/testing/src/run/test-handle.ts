import type { Plan, RunEvent, RunHandle, RunResult, TaskState } from '@wf-sdk/core';
import type { VirtualClock } from '../clock/virtual-clock.ts';

/** What happened in a test run, beside what became of it. */
export interface Happened {
  /** All that was told, in order; of runs below it, too. */
  readonly events: readonly RunEvent[];
  /** The attempts in the order in which they were started: `extract`, `load#2` for a second one, `thumbs[3]` for an item. */
  readonly starts: readonly string[];
  /** How much virtual time it took, in milliseconds. */
  readonly elapsedMs: number;
  /** Absent where none was given. */
  readonly seed: number | undefined;
  /** The plan of what was run. */
  readonly plan: Plan;
}

/** How a test run ended, and what happened in it. */
export type TestResult<Result extends RunResult = RunResult> = Result & Happened;

/** A run in virtual time. `await` it for its result; until then the test can look at it and decide what happens. */
export interface TestRun<Result extends RunResult = RunResult> extends RunHandle<TestResult<Result>> {
  readonly clock: VirtualClock;
  /** The plan of what is run. */
  readonly plan: Plan;
  /** What was told so far. */
  readonly told: readonly RunEvent[];
  /**
   * Settled when a task comes into this state, or has done so since that was last asked. Time passes meanwhile as it does
   * for `await`.
   *
   * @throws TestKitError where the run ends, or waits for ever, before that.
   */
  until(task: keyof Result['tasks'] & string, state: TaskState): Promise<void>;
}
