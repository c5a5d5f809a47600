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
  TaskFailedError,
  ThrownValueError,
  TimeoutError,
  ValidationError,
  type WorkflowError,
} from '../model/error.ts';

const FAMILY: Readonly<Record<ErrorCode, { readonly prototype: WorkflowError }>> = {
  breaker_open: BreakerOpenError,
  cancelled: CancelledError,
  condition_failed: ConditionError,
  deadline_exceeded: DeadlineError,
  definition_invalid: DefinitionError,
  input_invalid: ValidationError,
  isolation_failed: IsolationError,
  item_failed: ItemFailedError,
  items_failed: ItemsFailedError,
  non_retryable: NonRetryableError,
  not_waiting: NotWaitingError,
  option_invalid: OptionError,
  output_invalid: ValidationError,
  output_selector_failed: OutputSelectorError,
  queue_timeout: QueueTimeoutError,
  recursion_too_deep: RecursionError,
  retry_after: RetryAfterError,
  run_cancelled: RunCancelledError,
  run_failed: RunFailedError,
  run_timeout: RunTimeoutError,
  task_failed: TaskFailedError,
  thrown_value: ThrownValueError,
  timeout: TimeoutError,
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

/** What an error that was of our own family, or else of one of JavaScript's classes, inherits from when it arrives. */
export function prototypeOf(family: ErrorCode | undefined, builtIn: BuiltIn): Error {
  if (family !== undefined && Object.hasOwn(FAMILY, family)) return FAMILY[family].prototype;
  return builtIn === 'Error' ? Error.prototype : BUILT_IN[builtIn].prototype;
}
