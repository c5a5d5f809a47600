import type { Duration } from './policy.ts';

/** Which errors a recovery rule is for. */
export type ErrorMatch =
  | { readonly kind: 'class'; readonly type: abstract new (...args: never) => Error }
  | { readonly kind: 'predicate'; readonly test: (error: Error) => boolean }
  | { readonly kind: 'code'; readonly code: string };

/** How a rule's further attempts are made. */
export interface RecoveryRetryOptions {
  /** The wait before the next attempt. @default 0 */
  readonly delay?: Duration;
  /** How often this rule may do so in one run of the task. Then it no longer matches. @default 1 */
  readonly times?: number;
}

/** What a recovery rule does about a failure. */
export type RecoveryAction =
  | ({ readonly type: 'retry' } & RecoveryRetryOptions)
  | ({ readonly type: 'run_then_retry'; readonly repair: (error: Error) => unknown } & RecoveryRetryOptions)
  | { readonly type: 'value'; readonly make: (error: Error) => unknown }
  | { readonly type: 'skip' }
  | { readonly type: 'fail'; readonly make?: ((error: Error) => Error) | undefined }
  | { readonly type: 'escalate'; readonly message?: string | undefined };

/** One recovery rule, as plain data. The first rule of a task that matches the error decides. */
export interface RecoveryRule {
  readonly match: ErrorMatch;
  readonly action: RecoveryAction;
}
