import { type ErrorCode, isWorkflowError } from '@wf-sdk/core';

/**
 * An error that only says to which run, task or item another one happened repeats what that one says: here its own words
 * alone, and the other.
 */
export function openEnvelope(error: unknown): { readonly text: string; readonly content: Error } | undefined {
  if (!isWorkflowError(error) || !ENVELOPE_CODES.has(error.code) || !(error.cause instanceof Error))
    return undefined;
  const { message, cause } = error;
  const at = message.lastIndexOf(cause.message);
  if (at <= 0) return undefined;
  const [before, after] = [message.slice(0, at), message.slice(at + cause.message.length)];
  return { text: `${before.replace(/:\s*$/, '')}${after}`, content: cause };
}

const ENVELOPE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'run_failed',
  'task_failed',
  'item_failed',
  'items_failed',
]);
