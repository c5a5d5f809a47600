import type { Settled, SettledStatus } from '../model/settled.ts';
import type { AnyTask, Given } from './types.ts';

/** What a handler reads of these tasks under each rule: looked up, so that the default costs the type checker nothing. */
export interface Views<E extends AnyTask> {
  readonly all_success: { readonly [K in E as K['id']]: K['out'] };
  readonly all_failed: { readonly [K in E as K['id']]: View<K, Failed> };
  readonly all_done: { readonly [K in E as K['id']]: View<K, 'succeeded' | Failed, 'skipped'> };
  readonly all_done_min_one_success: { readonly [K in E as K['id']]: View<K, 'succeeded' | Failed> };
  readonly all_skipped: { readonly [K in E as K['id']]: View<K, never, 'skipped'> };
  readonly one_success: {
    readonly [K in E as K['id']]: View<K, 'succeeded' | Failed | 'pending', 'skipped'>;
  };
  readonly one_failed: { readonly [K in E as K['id']]: View<K, 'succeeded' | Failed | 'pending', 'skipped'> };
  readonly one_done: { readonly [K in E as K['id']]: View<K, 'succeeded' | Failed | 'pending', 'skipped'> };
  readonly none_failed: { readonly [K in E as K['id']]: View<K, 'succeeded', 'skipped'> };
  readonly none_failed_min_one_success: { readonly [K in E as K['id']]: View<K, 'succeeded', 'skipped'> };
  readonly none_skipped: { readonly [K in E as K['id']]: View<K, 'succeeded' | Failed> };
  readonly always: { readonly [K in E as K['id']]: View<K, 'succeeded' | Failed | 'pending', 'skipped'> };
}

type Failed = 'failed' | 'upstream_failed' | 'cancelled';

/** What is given is as it is; of a dependency, what can have become of it. `Skipped` is an arm only where it can be. */
type View<
  K extends AnyTask,
  Status extends SettledStatus,
  Skipped extends SettledStatus = never,
> = K extends Given
  ? K['out']
  : Settled<
      K['out'],
      Status | ([Extract<K['mark'], 'skipped' | 'inherited'>] extends [never] ? never : Skipped)
    >;
