import { showBytes } from '../lib/bytes.ts';
import { IsolationError } from '../model/error.ts';

/** How an attempt lost its thread. */
export type Loss =
  | { readonly kind: 'memory'; readonly limitBytes: number }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'no_thread'; readonly cause: unknown }
  | { readonly kind: 'crash'; readonly cause: unknown };

export function toIsolationError(task: string, loss: Loss): IsolationError {
  return new IsolationError(task, describe(loss), 'cause' in loss ? { cause: loss.cause } : {});
}

function describe(loss: Loss): string {
  switch (loss.kind) {
    case 'memory': {
      const [limit, more] = [showBytes(loss.limitBytes), showBytes(2 * loss.limitBytes)];
      return `ran out of memory: its thread's heap may hold ${limit}. Let it hold less at a time, or give it more: .isolate({ memory: '${more}' })`;
    }
    case 'exit':
      return `ended its thread with process.exit(${loss.code}) before it was done. Let it return, or throw an error instead`;
    case 'no_thread':
      return `got no thread to run on: ${messageOf(loss.cause)}`;
    case 'crash':
      return `lost its thread to an error that nothing caught: ${messageOf(loss.cause)}. Await every promise that it makes, and handle the errors of every stream and emitter`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
