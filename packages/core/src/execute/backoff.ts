import { parseDuration } from '../lib/duration.ts';
import { isRetryable } from '../model/error.ts';
import type { RetryPolicy } from '../model/policy.ts';
import { retryAfterOfResponse } from './retry-after.ts';

/** A failed attempt. An error of its own, because p-retry treats some kinds of error by rules that are not ours. */
export class AttemptFailure extends Error {
  readonly error: Error;
  readonly attempt: number;

  constructor(error: Error, attempt: number) {
    super('attempt failed');
    this.error = error;
    this.attempt = attempt;
  }
}

/** Whether the policy leaves another attempt after this one, before `retryIf` is asked. */
export function leavesAttempt(
  policy: RetryPolicy | undefined,
  error: Error,
  attempt: number,
): policy is RetryPolicy {
  return policy !== undefined && attempt < policy.attempts && isRetryable(error);
}

/**
 * Whether this failure is worth another attempt.
 *
 * @throws AttemptFailure when `retryIf` throws: that becomes the task's error, with the attempt's beside it.
 */
export function allowsRetry({ retryIf }: RetryPolicy, { error, attempt }: AttemptFailure): boolean {
  if (!isRetryable(error)) return false;
  if (retryIf === undefined) return true;
  try {
    return retryIf(error, attempt);
  } catch (thrown) {
    throw new AttemptFailure(
      new AggregateError([thrown, error], `retryIf threw: ${String(thrown)}`),
      attempt,
    );
  }
}

/** How long to wait after a failed attempt, in milliseconds: what its error asks for, else what the policy says. */
export function delayAfter(
  { error, attempt }: AttemptFailure,
  policy: RetryPolicy,
  now: number,
  random: () => number,
): number {
  const asked = askedDelay(error, now);
  if (asked !== undefined) return asked;
  const wait = Math.min(policy.maxDelayMs, growth(policy, attempt));
  switch (policy.jitter) {
    case 'none':
      return wait;
    case 'full':
      return wait * random();
    case 'equal':
      return wait / 2 + (wait / 2) * random();
  }
}

function growth({ backoff, delayMs, factor }: RetryPolicy, attempt: number): number {
  switch (backoff) {
    case 'constant':
      return delayMs;
    case 'linear':
      return delayMs * attempt;
    case 'exponential':
      return delayMs === 0 ? 0 : delayMs * factor ** (attempt - 1);
  }
}

function askedDelay(error: Error, now: number): number | undefined {
  const retryAfter = 'retryAfter' in error ? error.retryAfter : retryAfterOfResponse(error, now);
  if (!(retryAfter instanceof Date)) return parseDuration(retryAfter);
  return Number.isNaN(retryAfter.getTime()) ? undefined : Math.max(0, retryAfter.getTime() - now);
}
