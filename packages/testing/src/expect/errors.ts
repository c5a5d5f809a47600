import { isWorkflowError, type RunResult, type TaskResult } from '@wf-sdk/core';
import { errorLine } from '../draw/words.ts';
import { TestKitError } from '../run/test-kit-error.ts';
import { isAsymmetric, showValue } from './equal.ts';

/** Which error is meant: its class, a part of its message, a pattern of it, or one with the same name and message. */
export type ExpectedError = string | RegExp | Error | (abstract new (...args: never[]) => Error);

/** The errors of those tasks that failed, as their last attempts threw them. */
export function failedTasks(result: RunResult): readonly TaskResult[] {
  return Object.values(result.tasks).filter(({ state }) => state === 'failed');
}

/** Whether one of these errors, or of those they were caused by, is the expected one. */
export function includesError(errors: readonly (Error | undefined)[], expected: ExpectedError): boolean {
  return withCauses(errors).some((error) => matches(error, expected));
}

/** An error with what caused it, behind each other. */
export function showCauses(error: Error): string {
  const [, ...causes] = withCauses([error]);
  return causes.length === 0 ? '' : `caused by ${causes.map(errorLine).join(', by ')}`;
}

function withCauses(errors: readonly (Error | undefined)[]): readonly Error[] {
  const found = new Set<Error>();
  const add = (error: unknown): void => {
    if (error instanceof Error || isWorkflowError(error)) found.add(error);
  };
  for (const error of errors) add(error);
  for (const error of found) {
    add(error.cause);
    // Those of a failed run, and of an AggregateError.
    if ('errors' in error && Array.isArray(error.errors)) for (const inner of error.errors) add(inner);
  }
  return [...found];
}

function matches(error: Error, expected: ExpectedError): boolean {
  if (typeof expected === 'string') return error.message.includes(expected);
  if (typeof expected === 'function') return error instanceof expected || isTwin(error, expected);
  if (expected instanceof RegExp) return error.message.search(expected) !== -1;
  if (isAsymmetric(expected)) return expected.asymmetricMatch(error);
  return error.name === expected.name && error.message === expected.message;
}

/** A class of this package may be there twice, once as source and once as built: the name tells. */
function isTwin(error: Error, expected: { readonly name: string; readonly prototype: Error }): boolean {
  return isWorkflowError(error) && isWorkflowError(expected.prototype) && error.name === expected.name;
}

/** @throws TestKitError where it cannot say which error is meant. */
export function checkExpectedError(matcher: string, expected: unknown): asserts expected is ExpectedError {
  const isUsable =
    typeof expected === 'string'
      ? expected !== ''
      : expected instanceof RegExp ||
        expected instanceof Error ||
        isErrorClass(expected) ||
        isAsymmetric(expected);
  if (isUsable) return;
  throw new TestKitError(
    `${matcher} takes an error class, a part of the message, a pattern or an error, not ${showValue(expected)}`,
  );
}

function isErrorClass(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    (value.prototype as unknown) instanceof Object &&
    'message' in (value.prototype as object)
  );
}

export function describeExpected(expected: ExpectedError): string {
  if (typeof expected === 'string') return `an error that says '${expected}'`;
  if (typeof expected === 'function') return `the error class ${expected.name}`;
  if (expected instanceof RegExp) return `an error that matches ${String(expected)}`;
  return expected instanceof Error ? `the error '${errorLine(expected)}'` : showValue(expected);
}
