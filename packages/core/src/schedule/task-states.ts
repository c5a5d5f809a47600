import type { TaskState } from '../model/state.ts';

/** A task's state as a number, so that a run's states fit in bytes. Those from `SUCCEEDED` on are final. */
export const PENDING = 0;
export const QUEUED = 1;
export const RUNNING = 2;
export const RETRYING = 3;
export const SUCCEEDED = 4;
export const FAILED = 5;
export const UPSTREAM_FAILED = 6;
export const CANCELLED = 7;

/** The states' names, each at its number. */
export const STATE_NAMES: readonly TaskState[] = [
  'pending',
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'upstream_failed',
  'cancelled',
];
