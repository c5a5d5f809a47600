import type { RunEvent, RunHandle, RunOptions, RunResult, Workflow } from '@wf-sdk/core';
import type { VirtualClock } from '../../clock/virtual-clock.ts';

/** How a run that serves as a sample is made. */
export interface Sample {
  readonly name: string;
  /** What can be seen in its events, in a line. */
  readonly shows: string;
  /** Its tasks take the time of this clock. */
  readonly workflow: (clock: VirtualClock) => Workflow;
  readonly input?: unknown;
  readonly options?: RunOptions;
  /** What somebody does who hears its events. */
  readonly react?: (event: RunEvent, handle: RunHandle<RunResult>) => void;
}

/** A run that has ended, and everything it told. */
export interface SampleRun {
  readonly name: string;
  /** What can be seen in its events, in a line. */
  readonly shows: string;
  /** The run's ID. */
  readonly run: string;
  readonly workflow: Workflow;
  /** In the order in which they were told; those of runs below it are among them. */
  readonly events: readonly RunEvent[];
}
