import type { TaskIndex } from '../model/plan.ts';

/** Is told what follows from a fact: changes of state that nothing outside the scheduler brought about. */
export interface Consequences {
  /** Its rule said run, and it has conditions: `pass` or `skip` it, after this call. */
  check(task: TaskIndex): void;
  /** Where the task is gated it has to be admitted before it is ready: `admit` or `wait`, after this call. */
  queued(task: TaskIndex): void;
  upstreamFailed(task: TaskIndex, cause: TaskIndex): void;
  /** Its rule left it nothing to do. */
  skipped(task: TaskIndex, cause: TaskIndex): void;
  cancelled(task: TaskIndex): void;
}
