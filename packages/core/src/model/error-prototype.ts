import { OutputTooLargeError, UnreadableError, UnstorableError } from './codec-error.ts';
import {
  LeaseLostError,
  NothingToRetryError,
  RunActiveError,
  RunExistsError,
  RunNotEndedError,
  RunNotFoundError,
  RunNotKeptError,
  StructureChangedError,
} from './durable-error.ts';
import {
  BreakerOpenError,
  CancelledError,
  ConditionError,
  DeadlineError,
  DefinitionError,
  type ErrorCode,
  IsolationError,
  ItemFailedError,
  ItemsFailedError,
  NonRetryableError,
  NotWaitingError,
  OptionError,
  OutputSelectorError,
  QueueTimeoutError,
  RecursionError,
  RetryAfterError,
  RunCancelledError,
  RunFailedError,
  RunTimeoutError,
  StoreError,
  type StoreErrorCode,
  TaskFailedError,
  ThrownValueError,
  TimeoutError,
  ValidationError,
  type WorkflowError,
} from './error.ts';
import { EventsLostError } from './event-error.ts';
import { SecretExposedError, SecretsError } from './secret-error.ts';
import { SignalRefusedError, SignalTimeoutError } from './signal-error.ts';
import { TooManyRunsError } from './turn-error.ts';

const STORE: Readonly<Record<StoreErrorCode, { readonly prototype: WorkflowError }>> = {
  store_closed: StoreError,
  store_corrupt: StoreError,
  store_failed: StoreError,
  store_foreign: StoreError,
  store_full: StoreError,
  store_locked: StoreError,
  store_missing: StoreError,
  store_newer: StoreError,
  store_readonly: StoreError,
};

const FAMILY: Readonly<Record<ErrorCode, { readonly prototype: WorkflowError }>> = {
  ...STORE,
  breaker_open: BreakerOpenError,
  cancelled: CancelledError,
  condition_failed: ConditionError,
  deadline_exceeded: DeadlineError,
  definition_invalid: DefinitionError,
  events_lost: EventsLostError,
  input_invalid: ValidationError,
  isolation_failed: IsolationError,
  item_failed: ItemFailedError,
  items_failed: ItemsFailedError,
  lease_lost: LeaseLostError,
  non_retryable: NonRetryableError,
  not_waiting: NotWaitingError,
  nothing_to_retry: NothingToRetryError,
  option_invalid: OptionError,
  output_invalid: ValidationError,
  output_selector_failed: OutputSelectorError,
  output_too_large: OutputTooLargeError,
  output_unstorable: UnstorableError,
  queue_timeout: QueueTimeoutError,
  recursion_too_deep: RecursionError,
  retry_after: RetryAfterError,
  run_active: RunActiveError,
  run_cancelled: RunCancelledError,
  run_exists: RunExistsError,
  run_failed: RunFailedError,
  run_not_ended: RunNotEndedError,
  run_not_found: RunNotFoundError,
  run_not_kept: RunNotKeptError,
  run_timeout: RunTimeoutError,
  secret_exposed: SecretExposedError,
  secrets_missing: SecretsError,
  secrets_unavailable: SecretsError,
  signal_invalid: ValidationError,
  signal_refused: SignalRefusedError,
  signal_timeout: SignalTimeoutError,
  stored_unreadable: UnreadableError,
  structure_changed: StructureChangedError,
  task_failed: TaskFailedError,
  thrown_value: ThrownValueError,
  timeout: TimeoutError,
  too_many_runs: TooManyRunsError,
};

// Not DOMException: what stands on its prototype works on no other object.
const BUILT_IN = { AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

type Special =
  | 'AggregateError'
  | 'EvalError'
  | 'RangeError'
  | 'ReferenceError'
  | 'SyntaxError'
  | 'TypeError'
  | 'URIError';

/** The name of one of JavaScript's own classes of error. */
export type BuiltIn = Special | 'Error';

const NAMES = Object.keys(BUILT_IN) as Special[];

export function builtInOf(error: Error): BuiltIn {
  return NAMES.find((name) => error instanceof BUILT_IN[name]) ?? 'Error';
}

/** What an error that was of our own family, or else of one of JavaScript's classes, inherits from when it comes back. */
export function prototypeOf(family: ErrorCode | undefined, builtIn: BuiltIn): Error {
  if (family !== undefined && Object.hasOwn(FAMILY, family)) return FAMILY[family].prototype;
  return builtIn === 'Error' ? Error.prototype : BUILT_IN[builtIn].prototype;
}
