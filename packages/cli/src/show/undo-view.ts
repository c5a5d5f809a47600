import type { RunEvent } from '@wf-sdk/core';

/** What a reader of the terminal knows of one function that undoes a task. */
export interface UndoView {
  /** The task's ID, with the item's number where there is one. */
  readonly name: string;
  readonly state: 'running' | 'retrying' | 'succeeded' | 'failed';
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** When the next attempt is due. */
  readonly until: number | undefined;
  readonly error: unknown;
}

export type UndoEvent = Extract<RunEvent, { readonly type: `compensation.${string}` }>;

export function isUndoing(event: RunEvent): event is UndoEvent {
  return event.type.startsWith('compensation.');
}

export function applyToUndo(before: UndoView | undefined, name: string, event: UndoEvent): UndoView {
  const { at, attempt } = event;
  const view = { name, attempt, startedAt: before?.startedAt ?? at, endedAt: undefined, until: undefined };
  switch (event.type) {
    case 'compensation.started':
      return { ...view, state: 'running', error: undefined };
    case 'compensation.succeeded':
      return { ...view, state: 'succeeded', endedAt: at, error: undefined };
    case 'compensation.failed': {
      const { error, retryInMs } = event;
      if (retryInMs === undefined) return { ...view, state: 'failed', endedAt: at, error };
      return { ...view, state: 'retrying', until: at + retryInMs, error };
    }
  }
}
