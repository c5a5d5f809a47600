import type { Observer } from '@wf-sdk/core';

/** Shows a run while it goes on. */
export interface Reporter {
  readonly observe: Observer;
  /** The run has ended: leaves the terminal as it should stay. */
  end(): void;
}
