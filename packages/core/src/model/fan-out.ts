/** So many items may fail: a count, or a share of all such as `'5%'`. */
export type Tolerance = number | `${number}%`;

/** When a fanned-out task succeeds, and with what. */
export interface FanOutOptions {
  /** How many items may be under way at once, from 1; the run's own concurrency limits them too. @default 16 */
  readonly concurrency?: number;
  /**
   * `all`: the first item that fails fails the task, and the others are aborted; the output is the list of outputs.
   * `allSettled`: the task succeeds whatever becomes of its items; the output is a list of `Settled`.
   * `{ tolerate }`: as `allSettled`, but when more items fail than that the task fails.
   * @default 'all'
   */
  readonly join?: 'all' | 'allSettled' | { readonly tolerate: Tolerance };
  /** `false` keeps no outputs: the task's output is a {@link FanOutSummary}, and memory does not grow with the items. @default true */
  readonly collect?: boolean;
}

/** The output of a fan-out that collects none. */
export interface FanOutSummary {
  /** How many items there were. */
  readonly items: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** One task run once for each item of a source, or for each point of a matrix. */
export type FanOut = FanOutOptions &
  (
    | { readonly kind: 'each'; readonly select: (data: never) => unknown }
    | { readonly kind: 'matrix'; readonly axes: Readonly<Record<string, readonly unknown[]>> }
  );
