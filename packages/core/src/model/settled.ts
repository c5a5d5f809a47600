import type { SkipReason } from './state.ts';

/** What can have become of a dependency, by its state. */
interface Arms<T> {
  readonly succeeded: { readonly status: 'succeeded'; readonly value: T };
  readonly failed: { readonly status: 'failed'; readonly error: Error };
  readonly upstream_failed: {
    readonly status: 'upstream_failed';
    /** The dependency that did not succeed. */
    readonly cause: string;
  };
  readonly skipped: { readonly status: 'skipped'; readonly reason: SkipReason };
  readonly cancelled: { readonly status: 'cancelled' };
  /** It has not ended: the rule did not wait for it. */
  readonly pending: { readonly status: 'pending' };
}

/** The states a {@link Settled} can have. */
export type SettledStatus = keyof Arms<unknown>;

/**
 * What became of a dependency under a rule that does not ask for its success: narrow on `status`. `Status` leaves only
 * the arms that the rule and the dependency make possible.
 */
export type Settled<T, Status extends SettledStatus = Exclude<SettledStatus, 'pending'>> = Arms<T>[Status];
