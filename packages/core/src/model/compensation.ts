import type { TaskContext } from './context.ts';
import type { Duration, RetryOptions } from './policy.ts';

/** How an undo function is tried. */
export interface CompensationPolicies {
  /** @default one attempt */
  readonly retry?: RetryOptions;
  /** The most one attempt may take. @default no limit */
  readonly timeout?: Duration;
}

/** How a task that succeeded is undone when the run fails or is cancelled. */
export interface CompensateOptions extends CompensationPolicies {
  readonly undo: (output: never, data: never, context: TaskContext) => unknown;
}

/** What became of one undo function. */
export interface CompensationResult {
  readonly task: string;
  /** Which item, in a fanned-out task. */
  readonly item: number | undefined;
  readonly state: 'succeeded' | 'failed';
  readonly attempts: number;
  readonly error: Error | undefined;
}
