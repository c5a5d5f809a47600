import type { LogFields, LogLevel } from '../model/context.ts';
import type { Measured } from '../model/metrics.ts';
import type { DispatchRequest } from '../model/ports.ts';
import type { SentError } from './sent-error.ts';

/** What a thread has to know to make one attempt. */
export interface Assignment extends Omit<DispatchRequest, 'memoryBytes' | 'env'> {
  /** The URL of a module whose `load` imports the workflow's module; where there is none, `import()` does. */
  readonly loader: string | undefined;
}

/** What an attempt's thread is told. The assignment comes first. */
export type ToThread =
  | { readonly type: 'assigned'; readonly assignment: Assignment }
  | { readonly type: 'aborted'; readonly reason: SentError };

/** How an attempt can end on its thread. */
export type Ending =
  | { readonly type: 'succeeded'; readonly output: unknown }
  | {
      readonly type: 'failed';
      readonly error: SentError;
      /** Whether the thread is of no more use: Node does not load a module again that has failed. */
      readonly spent: boolean;
    }
  | {
      readonly type: 'unsendable';
      /** What in the output cannot be sent, and where it stands. */
      readonly found: string;
    };

/** Why a thread ends in the midst of an attempt, if it can still say so. */
export type LastWords =
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'crashed'; readonly error: SentError };

/** What an attempt's thread tells, `began` first. */
export type FromThread =
  | { readonly type: 'began'; readonly threadId: number }
  | {
      readonly type: 'logged';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: LogFields | undefined;
    }
  | { readonly type: 'measured'; readonly measured: Measured }
  | Ending
  | LastWords;
