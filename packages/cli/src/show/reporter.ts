import type { Observer } from '@wf-sdk/core';

/** Shows a run while it goes on. */
export interface Reporter {
  readonly observe: Observer;
  /** Leaves the terminal to somebody else, until the function it gives is called. */
  pause?(): () => void;
  /** The run has ended: leaves the terminal as it should stay. */
  end(): void;
}
