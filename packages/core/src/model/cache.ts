import type { Duration } from './policy.ts';

/** When an output that a task gave in an earlier run stands for running it again. */
export interface CacheOptions {
  /**
   * What the output depends on: any value that can be stored; the order of an object's keys does not matter.
   * @default all that the handler reads: the input, its dependencies, and in a fan-out the item and its index
   */
  readonly key?: ((data: never) => unknown) | undefined;
  /** How long an output is used after it was kept. @default until it is cleared */
  readonly ttl?: Duration;
  /**
   * Names what the handler does: another version, no output of the old one. @default the source text of the handler and of `key`
   */
  readonly version?: string;
}

/** {@link CacheOptions} with every default filled in and every duration in milliseconds. */
export interface CachePolicy {
  readonly key: ((data: never) => unknown) | undefined;
  readonly ttlMs: number | undefined;
  /** The version, or the source text. */
  readonly code: { readonly version: string } | { readonly source: string };
}
