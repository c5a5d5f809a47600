import type { AnyTask, Given, Mark } from './types.ts';

/**
 * Why a task may be missing from a run that succeeded on account of its dependencies, by its rule. What can have become
 * of a dependency in such a run is what its mark says, beside success.
 */
export interface MarksUnder<E extends AnyTask> {
  readonly all_success: E['mark'];
  readonly all_failed: 'skipped';
  readonly all_done: never;
  readonly all_done_min_one_success: Extract<E['mark'], MaySkip> | IfAll<E, MayFail, MayFail>;
  readonly all_skipped: 'skipped';
  readonly one_success: IfAll<E, MaySkip, MaySkip> | IfAll<E, Mark, MayFail>;
  readonly one_failed: 'skipped';
  readonly one_done: 'skipped';
  readonly none_failed: Extract<E['mark'], MayFail>;
  readonly none_failed_min_one_success: Extract<E['mark'], MayFail> | IfAll<E, MaySkip, MaySkip>;
  readonly none_skipped: Extract<E['mark'], MaySkip>;
  readonly always: never;
}

type MaySkip = 'skipped' | 'inherited';
type MayFail = 'failed' | 'inherited';

/** Of the marks those in `Handed`, if every dependency has one of `Marks`: else one of them succeeds for sure. */
type IfAll<E extends AnyTask, Marks extends Mark, Handed extends Mark> = [Without<E, Marks>] extends [never]
  ? Extract<E['mark'], Handed>
  : never;

/** The dependencies without any of these marks. One with a computed ID may not be there at all. */
type Without<E extends AnyTask, Marks extends Mark> = E extends Given
  ? never
  : {} extends { [K in E['id']]: 1 }
    ? never
    : [Extract<E['mark'], Marks>] extends [never]
      ? E
      : never;
