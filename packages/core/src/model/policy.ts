/** A length of time: milliseconds, or a number with a unit: `'250ms'`, `'5s'`, `'1.5m'`, `'2h'`, `'1d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** How the wait grows from one retry to the next: the same, by `delay` each time, or by `factor` each time. */
export type Backoff = 'constant' | 'linear' | 'exponential';

/**
 * How chance changes a wait `w`: not at all, evenly in `[0, w]`, or evenly in `[w/2, w]`.
 *
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015).
 */
export type Jitter = 'none' | 'full' | 'equal';

/** When and how often a failed attempt is tried again. */
export interface RetryOptions {
  /** How often the task is tried in all, the first attempt included: a whole number from 1. */
  readonly attempts: number;
  /** @default 'exponential' */
  readonly backoff?: Backoff;
  /** The wait before the second attempt. @default '1s' */
  readonly delay?: Duration;
  /** What each wait is multiplied by under `exponential`. @default 2 */
  readonly factor?: number;
  /**
   * The back-off makes no wait longer than this; a wait that an error asks for by `retryAfter` may be.
   * @default no limit
   */
  readonly maxDelay?: Duration;
  /** @default 'none' */
  readonly jitter?: Jitter;
  /**
   * Says whether this error is worth another attempt. `attempt` is the one that failed, from 1. Asked about a
   * `TimeoutError` too; never about a `NonRetryableError` or a `ValidationError`: these are final.
   * @default every error is
   */
  readonly retryIf?: (error: unknown, attempt: number) => boolean;
}

/** {@link RetryOptions} with every default filled in and every duration in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: Jitter;
  readonly retryIf: ((error: unknown, attempt: number) => boolean) | undefined;
}
