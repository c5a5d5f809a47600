import type { LogFields, LogLevel } from '../model/context.ts';
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

/** What an attempt's thread tells. `began` comes first; after one of the last three nothing comes. */
export type FromThread =
  | { readonly type: 'began'; readonly threadId: number }
  | {
      readonly type: 'logged';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: LogFields | undefined;
    }
  | { readonly type: 'succeeded'; readonly output: unknown }
  /** The output cannot be sent, because of what stands here. */
  | { readonly type: 'unsendable'; readonly place: string }
  | { readonly type: 'failed'; readonly error: SentError };
