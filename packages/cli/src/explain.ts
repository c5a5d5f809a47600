import { isWorkflowError } from '@wf-sdk/core';
import { InputError } from './input/input-error.ts';
import { LoadError } from './load/load-error.ts';
import { UsageError } from './usage-error.ts';

/** What to print for an error that ended the command before anything ran. */
export function explain(error: unknown): string {
  // These are written for the user: their message says what is wrong, where, and what to do.
  if (error instanceof UsageError || error instanceof LoadError || error instanceof InputError)
    return error.message;
  if (isWorkflowError(error)) return error.message;
  const stack = error instanceof Error ? error.stack : undefined;
  return `wf-sdk failed in a way it should not have; please report this.\n${stack ?? String(error)}`;
}
