/** What can be wrong with a definition. */
export type DiagnosticCode =
  | 'not_a_workflow'
  | 'empty_workflow'
  | 'bad_task'
  | 'bad_id'
  | 'reserved_id'
  | 'duplicate_id'
  | 'unknown_dependency'
  | 'self_dependency'
  | 'duplicate_dependency'
  | 'cycle'
  | 'missing_handler'
  | 'bad_duration'
  | 'bad_retry'
  | 'bad_priority'
  | 'bad_trigger_rule'
  | 'bad_condition'
  | 'bad_branch'
  | 'bad_teardown'
  | 'bad_fan_out'
  | 'bad_child'
  | 'bad_signal'
  | 'bad_breaker'
  | 'bad_cache'
  | 'bad_recovery'
  | 'bad_compensation'
  | 'bad_pool'
  | 'bad_resources'
  | 'bad_isolation'
  | 'bad_secret'
  | 'bad_failure_policy'
  | 'bad_max_active_runs'
  | 'conflicting_policies'
  | 'unhandled_branch'
  | 'impossible_resources'
  | 'bad_schema'
  | 'bad_json';

/** One thing wrong with a definition: what, where and what to do. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly message: string;
  /** The task it is about, where it is about one. */
  readonly task?: string;
}

/** One reason why a value did not fit a schema. */
export interface SchemaIssue {
  /** Where in the value, outermost key first; empty for the value itself. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
