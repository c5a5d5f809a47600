/** What can be said to a run from another process: to end it, a signal, or what becomes of a task that waits for a decision. */
export type RunMessage =
  | {
      readonly type: 'cancel';
      readonly reason?: unknown;
      /** Waits for nothing. @default false */
      readonly force?: boolean;
    }
  | { readonly type: 'approve'; readonly task: string; readonly value: unknown }
  | { readonly type: 'retry' | 'skip'; readonly task: string }
  | { readonly type: 'fail'; readonly task: string; readonly message?: string }
  | { readonly type: 'signal'; readonly name: string; readonly value: unknown };
