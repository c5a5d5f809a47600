import { preview, quoted } from '../lib/preview.ts';
import type { Diagnostic, SchemaIssue } from './diagnostic.ts';

const BRAND = Symbol.for('wf-sdk.error');

/** Every code an error of this package can carry. Match on it, never on a message. */
export type ErrorCode =
  | 'breaker_open'
  | 'cancelled'
  | 'condition_failed'
  | 'deadline_exceeded'
  | 'definition_invalid'
  | 'events_lost'
  | 'input_invalid'
  | 'isolation_failed'
  | 'item_failed'
  | 'items_failed'
  | 'lease_lost'
  | 'non_retryable'
  | 'nothing_to_retry'
  | 'not_waiting'
  | 'option_invalid'
  | 'output_invalid'
  | 'output_selector_failed'
  | 'output_too_large'
  | 'output_unstorable'
  | 'queue_timeout'
  | 'recursion_too_deep'
  | 'retry_after'
  | 'run_active'
  | 'run_cancelled'
  | 'run_exists'
  | 'run_failed'
  | 'run_not_ended'
  | 'run_not_found'
  | 'run_not_kept'
  | 'run_timeout'
  | 'secret_exposed'
  | 'secrets_missing'
  | 'secrets_unavailable'
  | 'signal_invalid'
  | 'signal_refused'
  | 'signal_timeout'
  | StoreErrorCode
  | 'stored_unreadable'
  | 'structure_changed'
  | 'task_failed'
  | 'thrown_value'
  | 'timeout'
  | 'too_many_runs';

/**
 * Why a store could not do its work. `store_closed`: it was closed before. `store_corrupt`: what is in it cannot be
 * read. `store_failed`: anything else, the machine's own error being the `cause`. `store_foreign`: the file is something
 * else. `store_full`: no space is left. `store_locked`: another process kept it locked. `store_missing`: there is none to
 * read. `store_newer`: a newer version of the package made it. `store_readonly`: it cannot be written.
 */
export type StoreErrorCode =
  | 'store_closed'
  | 'store_corrupt'
  | 'store_failed'
  | 'store_foreign'
  | 'store_full'
  | 'store_locked'
  | 'store_missing'
  | 'store_newer'
  | 'store_readonly';

/** The family: a stable `code`, a `cause` where there is one, and a brand that holds across copies of the package. */
export abstract class WorkflowError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
Object.defineProperty(WorkflowError.prototype, BRAND, { value: true });

/** Whether a value is an error of this family, from this copy of the package or another. */
export function isWorkflowError(value: unknown): value is WorkflowError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

const MOST_SHOWN = 20;

/** A definition that cannot be run, with everything that is wrong with it. */
export class DefinitionError extends WorkflowError {
  readonly code = 'definition_invalid' as const;
  readonly diagnostics: readonly Diagnostic[];

  constructor(workflow: string, diagnostics: readonly Diagnostic[]) {
    const many = diagnostics.length === 1 ? 'a problem' : `${diagnostics.length} problems`;
    const lines = diagnostics.slice(0, MOST_SHOWN).map((diagnostic) => `\n  - ${diagnostic.message}`);
    if (diagnostics.length > MOST_SHOWN) lines.push(`\n  … and ${diagnostics.length - MOST_SHOWN} more`);
    super(`workflow '${workflow}' has ${many} in its definition:${lines.join('')}`);
    this.diagnostics = diagnostics;
  }
}

/** A value that does not fit its schema. Never retried: the same value would not fit again. */
export class ValidationError extends WorkflowError {
  readonly code: 'input_invalid' | 'output_invalid' | 'signal_invalid';
  readonly issues: readonly SchemaIssue[];

  constructor(subject: string, code: ValidationError['code'], issues: readonly SchemaIssue[]) {
    const lines = issues.map(
      ({ path, message }) => `\n  - ${path.map(String).join('.') || '(the value)'}: ${message}`,
    );
    super(`${subject} does not fit its schema:${lines.join('')}`);
    this.code = code;
    this.issues = issues;
  }
}

/** An option that cannot be used: which, what it should be and what was given. */
export class OptionError extends WorkflowError {
  readonly code = 'option_invalid' as const;
  readonly option: string;

  /** @param shown What the message calls the given value. @default a text in quotes, anything else as text */
  constructor(option: string, wanted: string, given: unknown, shown: string = quoted(given)) {
    super(`option '${option}' must be ${wanted}, not ${shown}`);
    this.option = option;
  }
}

/** A store that could not do its work, and changed nothing; `cause` is what the machine said, where it said something. */
export class StoreError extends WorkflowError {
  readonly code: StoreErrorCode;
  /** The file, where the store is one. */
  readonly file: string | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    { file, ...options }: ErrorOptions & { readonly file?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.file = file;
  }
}

/** Thrown by a handler to say: do not try this again. */
export class NonRetryableError extends WorkflowError {
  readonly code = 'non_retryable' as const;
}

/**
 * Thrown by a handler to say how long to wait before the next attempt. Any error with a `retryAfter` property
 * (milliseconds, a duration such as `'30s'`, or a `Date`) has the same effect.
 */
export class RetryAfterError extends WorkflowError {
  readonly code = 'retry_after' as const;
  readonly retryAfter: number | string | Date;

  constructor(message: string, retryAfter: number | string | Date, options?: ErrorOptions) {
    super(message, options);
    this.retryAfter = retryAfter;
  }
}

/** One attempt took longer than the task's `timeout`. Retried like any other failure. */
export class TimeoutError extends WorkflowError {
  readonly code = 'timeout' as const;
  readonly task: string;
  readonly timeoutMs: number;

  constructor(task: string, attempt: number, timeoutMs: number) {
    super(`task '${task}' (attempt ${attempt}) took longer than its timeout of ${timeoutMs} ms`);
    this.task = task;
    this.timeoutMs = timeoutMs;
  }
}

/** All attempts of a task and the waits between them took longer than its `deadline`. */
export class DeadlineError extends WorkflowError {
  readonly code = 'deadline_exceeded' as const;
  readonly task: string;
  readonly deadlineMs: number;

  constructor(task: string, attempts: number, deadlineMs: number, options?: ErrorOptions) {
    super(`task '${task}' passed its deadline of ${deadlineMs} ms in attempt ${attempts}`, options);
    this.task = task;
    this.deadlineMs = deadlineMs;
  }
}

/** A task was queued for longer than its `queueTimeout`, so that no attempt was made. Not retried. */
export class QueueTimeoutError extends WorkflowError {
  readonly code = 'queue_timeout' as const;
  readonly task: string;
  readonly queueTimeoutMs: number;

  constructor(task: string, queueTimeoutMs: number) {
    super(`task '${task}' was queued for longer than its queueTimeout of ${queueTimeoutMs} ms`);
    this.task = task;
    this.queueTimeoutMs = queueTimeoutMs;
  }
}

/** A task met its breaker open: its handler was not called. Retried like any other failure. */
export class BreakerOpenError extends WorkflowError {
  readonly code = 'breaker_open' as const;
  readonly task: string;
  readonly breaker: string;

  constructor(task: string, breaker: string) {
    super(`task '${task}' was not tried: breaker '${breaker}' is open`);
    this.task = task;
    this.breaker = breaker;
  }
}

/** A condition given to `.when()` threw; `cause` is what it threw. */
export class ConditionError extends WorkflowError {
  readonly code = 'condition_failed' as const;
  readonly task: string;

  constructor(task: string, cause: unknown) {
    super(`a condition of task '${task}' threw: ${preview(cause)}`, { cause });
    this.task = task;
  }
}

/** An item of a fanned-out task failed; `cause` is what its last attempt threw. */
export class ItemFailedError extends WorkflowError {
  readonly code = 'item_failed' as const;
  readonly task: string;
  /** Which item, from 0. */
  readonly item: number;

  constructor(task: string, item: number, cause: Error) {
    super(`item ${item} of task '${task}' failed: ${cause.message}`, { cause });
    this.task = task;
    this.item = item;
  }
}

/** More items of a fanned-out task failed than it tolerates; `cause` is the first one's error. */
export class ItemsFailedError extends WorkflowError {
  readonly code = 'items_failed' as const;
  readonly task: string;
  readonly failed: number;

  constructor(task: string, failed: number, tolerated: string, cause: Error) {
    super(
      `${failed} items of task '${task}' failed, which tolerates ${tolerated}; the first: ${cause.message}`,
      {
        cause,
      },
    );
    this.task = task;
    this.failed = failed;
  }
}

/** Workflows run each other deeper than any sensible nesting goes: most likely without end. */
export class RecursionError extends WorkflowError {
  readonly code = 'recursion_too_deep' as const;
  readonly depth: number;

  constructor(task: string, workflow: string, depth: number) {
    super(
      `task '${task}' would run workflow '${workflow}' at depth ${depth}, one more than allowed: do these workflows run each other without end? If not, raise the run option maxDepth`,
    );
    this.depth = depth;
  }
}

/** The thread of an isolated task ended before the task did: it ran out of memory, exited, or could not be started. */
export class IsolationError extends WorkflowError {
  readonly code = 'isolation_failed' as const;
  readonly task: string;

  constructor(task: string, message: string, options?: ErrorOptions) {
    super(`task '${task}' ${message}`, options);
    this.task = task;
  }
}

/** A decision about a task that waits for none. */
export class NotWaitingError extends WorkflowError {
  readonly code = 'not_waiting' as const;
  readonly task: string;

  constructor(task: string, state: string) {
    const verb = state === 'succeeded' || state === 'failed' ? 'has' : 'is';
    super(`task '${task}' does not wait for a decision: it ${verb} ${state}`);
    this.task = task;
  }
}

/** Why a signal was aborted when a run is cancelled; `cause` is the reason that was given. */
export class CancelledError extends WorkflowError {
  readonly code = 'cancelled' as const;

  constructor(reason: unknown) {
    super(`the run was cancelled${describeReason(reason)}`, { cause: reason });
  }
}

/** A handler threw something that is not an `Error`; the thing itself is the `cause`. */
export class ThrownValueError extends WorkflowError {
  readonly code = 'thrown_value' as const;

  constructor(task: string, thrown: unknown) {
    super(`task '${task}' threw a value that is not an Error: ${preview(thrown)}`, { cause: thrown });
  }
}

/** A task that ended in failure; `cause` is what its last attempt threw. */
export class TaskFailedError extends WorkflowError {
  readonly code = 'task_failed' as const;
  readonly task: string;
  readonly attempts: number;

  constructor(task: string, attempts: number, cause: Error) {
    super(`task '${task}' failed${attempts > 1 ? ` after ${attempts} attempts` : ''}: ${cause.message}`, {
      cause,
    });
    this.task = task;
    this.attempts = attempts;
  }
}

/** The function given to `.output()` threw; `cause` is what it threw. */
export class OutputSelectorError extends WorkflowError {
  readonly code = 'output_selector_failed' as const;

  constructor(workflow: string, cause: unknown) {
    super(`the .output() function of workflow '${workflow}' threw: ${preview(cause)}`, { cause });
  }
}

/** A run that failed; `errors` are its failed tasks' errors and `cause` is the first of them. */
export class RunFailedError extends WorkflowError {
  readonly code = 'run_failed' as const;
  readonly run: string;
  readonly errors: readonly WorkflowError[];

  constructor(run: string, workflow: string, errors: readonly WorkflowError[]) {
    const [first, ...others] = errors;
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    super(`run ${run} of workflow '${workflow}' failed: ${first?.message ?? 'no task said why'}${more}`, {
      cause: first,
    });
    this.run = run;
    this.errors = errors;
  }
}

/** A run that took longer than its `timeout`: what had not ended was cancelled and the run failed. */
export class RunTimeoutError extends WorkflowError {
  readonly code = 'run_timeout' as const;
  readonly run: string;
  readonly timeoutMs: number;

  constructor(run: string, workflow: string, timeoutMs: number) {
    super(`run ${run} of workflow '${workflow}' took longer than its timeout of ${timeoutMs} ms`);
    this.run = run;
    this.timeoutMs = timeoutMs;
  }
}

/** A run that was cancelled; `cause` is the reason that was given. */
export class RunCancelledError extends WorkflowError {
  readonly code = 'run_cancelled' as const;
  readonly run: string;

  constructor(run: string, workflow: string, reason: unknown) {
    super(`run ${run} of workflow '${workflow}' was cancelled${describeReason(reason)}`, { cause: reason });
    this.run = run;
  }
}

const FINAL: ReadonlySet<ErrorCode> = new Set([
  'input_invalid',
  'non_retryable',
  'output_invalid',
  'output_too_large',
  'output_unstorable',
  'queue_timeout',
  'recursion_too_deep',
  'secret_exposed',
  'secrets_missing',
]);

/** Whether trying again could help: not after a `NonRetryableError`, a `ValidationError` and the like. */
export function isRetryable(error: unknown): boolean {
  return !isWorkflowError(error) || !FINAL.has(error.code);
}

function describeReason(reason: unknown): string {
  return reason === undefined ? '' : `: ${preview(reason)}`;
}
