import type { Duration, RetryOptions } from '../model/policy.ts';

/** What can be said of any task, however it is defined. Each method gives a new builder; the old one stays as it was. */
export interface TaskPolicies {
  /** Tries a failed attempt again. Without it a task has one attempt. Said again, it replaces what was said. */
  retry(options: RetryOptions): this;
  /** The most one attempt may take. Then its signal is aborted, it fails with `TimeoutError`, and may be retried. */
  timeout(duration: Duration): this;
  /** The most all attempts and the waits between them may take, from the first start. Then the task fails. */
  deadline(duration: Duration): this;
  /** Among tasks that are ready, a higher number starts first. @default 0 */
  priority(priority: number): this;
}
