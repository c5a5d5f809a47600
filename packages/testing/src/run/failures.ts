/**
 * How an attempt is made to fail: with an error that its handler is taken to throw; by taking longer than the task's
 * timeout; or by never ending, until it is told to stop.
 */
export type Failure = Error | 'timeout' | 'hang';

/** The attempt that is asked about. */
export interface FailingAttempt {
  /** Which try, from 1. */
  readonly attempt: number;
  /** Which item of a fanned-out task, from 0. */
  readonly item: number | undefined;
}

/** By attempt, the first one first: a gap, and all that come after the list, do not fail. */
export type FailureSequence = readonly (Failure | undefined)[];

/** Which attempts of a task fail, and how: all of them, some by their number, some by their item, or what a function says. */
export type FailurePlan =
  | Failure
  | FailureSequence
  | { readonly items: { readonly [item: number]: Failure | FailureSequence } }
  | ((attempt: FailingAttempt) => Failure | undefined);

/** How this attempt fails, if it does. */
export function failureOf(plan: FailurePlan | undefined, attempt: FailingAttempt): Failure | undefined {
  if (plan === undefined || typeof plan === 'string' || plan instanceof Error) return plan;
  if (typeof plan === 'function') return plan(attempt);
  if ('items' in plan)
    return attempt.item === undefined ? undefined : failureOf(plan.items[attempt.item], attempt);
  return plan[attempt.attempt - 1];
}
