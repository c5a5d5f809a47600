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

/** When a breaker opens, for how long, and what a task does that meets it open. */
export interface BreakerOptions {
  /** Tasks that name the same breaker share it, over all runs of the process. */
  readonly name: string;
  /** The share of failed calls, above 0 and up to 1, from which on the breaker opens. @default 0.5 */
  readonly failureRate?: number;
  /** With fewer calls than this in the window it does not open. @default 5 */
  readonly minimumCalls?: number;
  /** How far back calls count, in steps of a tenth of it. @default '10s' */
  readonly window?: Duration;
  /** How long it stays open before one call is let through as a probe. @default '30s' */
  readonly resetAfter?: Duration;
  /**
   * Which failures count. One that does not counts as a success: the other side did answer, as with a 404.
   * @default every one
   */
  readonly countIf?: (error: unknown) => boolean;
  /**
   * What a task does that meets the breaker open: `wait`, holding no slot, until a probe is allowed (or fail at once
   * where its deadline comes first); or `fail` the attempt with a `BreakerOpenError`, which counts as one of its tries.
   * @default 'wait'
   */
  readonly whenOpen?: 'wait' | 'fail';
}

/** Closed lets calls through, open does not, half-open lets one through to see. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** What every task that shares a breaker has in common with the others; `whenOpen` is each task's own. */
export type BreakerSetting = 'failureRate' | 'minimumCalls' | 'windowMs' | 'resetAfterMs' | 'countIf';

/** {@link BreakerOptions} with every default filled in and every duration in milliseconds. */
export interface BreakerPolicy {
  readonly name: string;
  /** The settings that were given. The others are defaults, and give way to what another task gives. */
  readonly given: readonly BreakerSetting[];
  readonly failureRate: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly resetAfterMs: number;
  readonly countIf: ((error: unknown) => boolean) | undefined;
  readonly whenOpen: 'wait' | 'fail';
}
