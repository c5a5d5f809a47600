import { WorkflowError } from './error.ts';

/** A reader of a run's events was further behind than it had asked to be allowed, and gets no more of them. */
export class EventsLostError extends WorkflowError {
  readonly code = 'events_lost' as const;
  /** How many events are kept for it, at most. */
  readonly limit: number;

  constructor(limit: number) {
    super(
      `a reader of the run's events was more than ${limit} behind, and the rest are not kept for it: read faster, allow more (events({ limit })), or have the oldest dropped (whenFull: 'drop-oldest')`,
    );
    this.limit = limit;
  }
}
