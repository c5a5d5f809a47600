/*
 * What a trigger rule does to types, written down from the table of semantics.md and from nothing else. The types are
 * held to it by rules.test-d.ts, and what really can happen by rules.test.ts.
 */

/**
 * What a handler reads of a dependency that is sure to succeed in a run that succeeds, that may be skipped, that may
 * fail, and that may do either. S succeeded, K skipped, F failed, upstream_failed or cancelled, P pending; `plain` is the
 * output itself.
 */
export const ARMS = {
  all_success: { sure: 'plain', skippable: 'plain', failing: 'plain', either: 'plain' },
  all_failed: { sure: 'F', skippable: 'F', failing: 'F', either: 'F' },
  all_done: { sure: 'SF', skippable: 'SKF', failing: 'SF', either: 'SKF' },
  all_done_min_one_success: { sure: 'SF', skippable: 'SF', failing: 'SF', either: 'SF' },
  all_skipped: { sure: '', skippable: 'K', failing: '', either: 'K' },
  one_success: { sure: 'SFP', skippable: 'SKFP', failing: 'SFP', either: 'SKFP' },
  one_failed: { sure: 'SFP', skippable: 'SKFP', failing: 'SFP', either: 'SKFP' },
  one_done: { sure: 'SFP', skippable: 'SKFP', failing: 'SFP', either: 'SKFP' },
  none_failed: { sure: 'S', skippable: 'SK', failing: 'S', either: 'SK' },
  none_failed_min_one_success: { sure: 'S', skippable: 'SK', failing: 'S', either: 'SK' },
  none_skipped: { sure: 'SF', skippable: 'SF', failing: 'SF', either: 'SF' },
  always: { sure: 'SFP', skippable: 'SKFP', failing: 'SFP', either: 'SKFP' },
} as const;

/**
 * Why a task with one or two such dependencies may be missing from a run that succeeded: K skipped, F failed or
 * upstream_failed.
 */
export const MARKS = {
  all_success: {
    sure: '',
    skippable: 'K',
    failing: 'F',
    either: 'KF',
    'sure skippable': 'K',
    'sure failing': 'F',
    'skippable failing': 'KF',
  },
  all_failed: {
    sure: 'K',
    skippable: 'K',
    failing: 'K',
    either: 'K',
    'sure skippable': 'K',
    'sure failing': 'K',
    'skippable failing': 'K',
  },
  all_done: {
    sure: '',
    skippable: '',
    failing: '',
    either: '',
    'sure skippable': '',
    'sure failing': '',
    'skippable failing': '',
  },
  all_done_min_one_success: {
    sure: '',
    skippable: 'K',
    failing: 'F',
    either: 'KF',
    'sure skippable': 'K',
    'sure failing': '',
    'skippable failing': 'K',
  },
  all_skipped: {
    sure: 'K',
    skippable: 'K',
    failing: 'K',
    either: 'K',
    'sure skippable': 'K',
    'sure failing': 'K',
    'skippable failing': 'K',
  },
  one_success: {
    sure: '',
    skippable: 'K',
    failing: 'F',
    either: 'KF',
    'sure skippable': '',
    'sure failing': '',
    'skippable failing': 'F',
  },
  one_failed: {
    sure: 'K',
    skippable: 'K',
    failing: 'K',
    either: 'K',
    'sure skippable': 'K',
    'sure failing': 'K',
    'skippable failing': 'K',
  },
  one_done: {
    sure: 'K',
    skippable: 'K',
    failing: 'K',
    either: 'K',
    'sure skippable': 'K',
    'sure failing': 'K',
    'skippable failing': 'K',
  },
  none_failed: {
    sure: '',
    skippable: '',
    failing: 'F',
    either: 'F',
    'sure skippable': '',
    'sure failing': 'F',
    'skippable failing': 'F',
  },
  none_failed_min_one_success: {
    sure: '',
    skippable: 'K',
    failing: 'F',
    either: 'KF',
    'sure skippable': '',
    'sure failing': 'F',
    'skippable failing': 'F',
  },
  none_skipped: {
    sure: '',
    skippable: 'K',
    failing: '',
    either: 'K',
    'sure skippable': 'K',
    'sure failing': '',
    'skippable failing': 'K',
  },
  always: {
    sure: '',
    skippable: '',
    failing: '',
    either: '',
    'sure skippable': '',
    'sure failing': '',
    'skippable failing': '',
  },
} as const;
