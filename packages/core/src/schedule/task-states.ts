import type { TaskState } from '../model/state.ts';

/** A task's state as a number, so that a run's states fit in bytes. Those from `SUCCEEDED` on are final. */
export const PENDING = 0;
/** Its rule said run; its conditions are being looked at. */
export const CHECKING = 1;
export const QUEUED = 2;
export const RUNNING = 3;
export const RETRYING = 4;
export const WAITING = 5;
export const SUCCEEDED = 6;
export const FAILED = 7;
export const UPSTREAM_FAILED = 8;
export const SKIPPED = 9;
export const CANCELLED = 10;

/** The states' names, each at its number. */
export const STATE_NAMES: readonly TaskState[] = [
  'pending',
  'pending',
  'queued',
  'running',
  'retrying',
  'waiting',
  'succeeded',
  'failed',
  'upstream_failed',
  'skipped',
  'cancelled',
];
