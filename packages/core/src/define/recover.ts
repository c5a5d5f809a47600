import type { ErrorMatch, RecoveryAction, RecoveryRetryOptions, RecoveryRule } from '../model/recovery.ts';
import type { Known, Mark } from './types.ts';

/** A recovery rule, and what it can make of a task's output. */
export interface RecoveryRuleOf<Value, M extends Mark> extends RecoveryRule {
  /** Only for the type checker; nothing is there at run time. */
  readonly '~types'?: { readonly value: Value; readonly mark: M } | undefined;
}

/** What a rule can put in the place of the output. */
export type ValueOf<R> = R extends { readonly '~types'?: { readonly value: infer V } | undefined }
  ? V
  : never;

/** Why the output may be missing after this rule. */
export type MarkOf<R> = R extends { readonly '~types'?: { readonly mark: infer M extends Mark } | undefined }
  ? M
  : never;

/** What is to be done about the errors that were named. */
export interface Recovery<E extends Error> {
  /** Tries once more, after `delay` and so many `times`; then this rule no longer matches. */
  retry(options?: RecoveryRetryOptions): RecoveryRuleOf<never, never>;
  /** Calls a function first, which may mend what was wrong, and then tries once more. */
  runThenRetry(repair: (error: E) => unknown, options?: RecoveryRetryOptions): RecoveryRuleOf<never, never>;
  /** The task succeeds with this value, or with what a function of the error gives. */
  value<V>(value: V | ((error: E) => V)): RecoveryRuleOf<Known<Awaited<V>>, never>;
  /** The task is skipped. */
  skip(): RecoveryRuleOf<never, 'skipped'>;
  /** The task fails, with the error that a function makes, if one is given. For what rules further down would mend. */
  fail(make?: (error: E) => Error): RecoveryRuleOf<never, never>;
  /** The task waits until a person approves it with a value, retries it, skips it or lets it fail. */
  escalate(message?: string): RecoveryRuleOf<never, 'skipped'>;
}

/**
 * Begins a recovery rule: for errors of a class, for those a predicate accepts, or for those whose `code` is this.
 * `on(Error)` is for every error.
 */
export function on<E extends Error>(test: (error: Error) => error is E): Recovery<E>;
export function on(match: string | ((error: Error) => boolean)): Recovery<Error>;
export function on<E extends Error>(type: abstract new (...args: never) => E): Recovery<E>;
export function on(match: Match): Recovery<Error> {
  const rule = ruleFor(toMatch(match));
  return Object.freeze({
    retry: (options: RecoveryRetryOptions) => rule({ type: 'retry', ...options }),
    runThenRetry: (repair: (error: Error) => unknown, options: RecoveryRetryOptions) =>
      rule({ type: 'run_then_retry', repair, ...options }),
    value: (value: unknown) => rule({ type: 'value', make: isFunction(value) ? value : () => value }),
    skip: () => rule({ type: 'skip' }),
    fail: (make?: (error: Error) => Error) => rule({ type: 'fail', ...(make !== undefined && { make }) }),
    escalate: (message?: string) => rule({ type: 'escalate', ...(message !== undefined && { message }) }),
  });
}

type ErrorClass = abstract new (...args: never) => Error;
type Match = string | ((error: Error) => boolean) | ErrorClass;

function ruleFor(match: ErrorMatch): (action: RecoveryAction) => RecoveryRule {
  return (action) => Object.freeze({ match, action: Object.freeze(action) });
}

function toMatch(match: Match): ErrorMatch {
  if (typeof match === 'string') return Object.freeze({ kind: 'code', code: match });
  if (isErrorClass(match)) return Object.freeze({ kind: 'class', type: match });
  return Object.freeze({ kind: 'predicate', test: match });
}

function isErrorClass(match: ErrorClass | ((error: Error) => boolean)): match is ErrorClass {
  const { prototype } = match as { readonly prototype?: unknown };
  return match === Error || prototype instanceof Error;
}

function isFunction(value: unknown): value is (error: Error) => unknown {
  return typeof value === 'function';
}
