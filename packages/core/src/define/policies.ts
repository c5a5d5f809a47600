import type { IsolateOptions, ResourceDemand } from '../model/placement.ts';
import type { BreakerOptions, Duration, RetryOptions } from '../model/policy.ts';

/** What can be said of any task, however it is defined. Each method gives a new builder; the old one stays as it was. */
export interface TaskPolicies {
  /** Tries a failed attempt again. Without it a task has one attempt. Said again, it replaces what was said. */
  retry(options: RetryOptions): this;
  /** The most one attempt may take. Then its signal is aborted, it fails with `TimeoutError`, and may be retried. */
  timeout(duration: Duration): this;
  /** The most all attempts and waits may take, from the first start. Then it fails with `DeadlineError`, for good. */
  deadline(duration: Duration): this;
  /** The most it may be queued, each time that it is. Then it fails with `QueueTimeoutError`, without another attempt. */
  queueTimeout(duration: Duration): this;
  /** How long after the run's start it should have ended: if it has not, a `task.sla_missed` event says so. Stops nothing. */
  sla(duration: Duration): this;
  /** Makes its attempts through a circuit breaker, which is shared by all tasks of the process that name it. */
  breaker(breaker: string | BreakerOptions): this;
  /** Among tasks that are ready, a higher number starts first. @default 0 */
  priority(priority: number): this;
  /** What it needs of the machine while an attempt runs; it waits until that is free. */
  resources(demand: ResourceDemand): this;
  /** Runs its attempts on a thread of their own. Its data and its output are cloned. */
  isolate(options?: IsolateOptions): this;
}
