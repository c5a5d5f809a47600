/**
 * When a task runs, by the states of its direct dependencies. S succeeded, K skipped, F failed, upstream_failed or
 * cancelled. Each verdict is given as soon as nothing that is still open could change it.
 *
 * | rule | runs when | otherwise |
 * |---|---|---|
 * | `all_success` | all S | any F: upstream_failed; else any K: skipped |
 * | `all_failed` | all F | skipped |
 * | `all_done` | all have ended | |
 * | `all_done_min_one_success` | all have ended, one S or more, no K | any K: skipped; no S: upstream_failed |
 * | `all_skipped` | all K | skipped |
 * | `one_success` | one S; does not wait for the rest | all K: skipped; else upstream_failed |
 * | `one_failed` | one F; does not wait | skipped |
 * | `one_done` | one S or failed; does not wait | skipped |
 * | `none_failed` | all have ended, no F | upstream_failed |
 * | `none_failed_min_one_success` | all have ended, no F, one S or more | any F: upstream_failed; all K: skipped |
 * | `none_skipped` | all have ended, no K | skipped |
 * | `always` | at once | |
 *
 * A task without dependencies runs. Source: Apache Airflow's trigger rules, with `cancelled` counted as F.
 */
export type TriggerRule =
  | 'all_success'
  | 'all_failed'
  | 'all_done'
  | 'all_done_min_one_success'
  | 'all_skipped'
  | 'one_success'
  | 'one_failed'
  | 'one_done'
  | 'none_failed'
  | 'none_failed_min_one_success'
  | 'none_skipped'
  | 'always';

/** Every rule, in the order of the table. */
export const TRIGGER_RULES: readonly TriggerRule[] = [
  'all_success',
  'all_failed',
  'all_done',
  'all_done_min_one_success',
  'all_skipped',
  'one_success',
  'one_failed',
  'one_done',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
  'always',
];
