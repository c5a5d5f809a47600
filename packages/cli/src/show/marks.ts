import type { TaskState } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';

type Colour = (colours: Colors, text: string) => string;

const MARKS: Readonly<Record<TaskState, { readonly mark: string; readonly colour: Colour }>> = {
  pending: { mark: '·', colour: (colours, text) => colours.dim(text) },
  queued: { mark: '·', colour: (_, text) => text },
  running: { mark: '▸', colour: (colours, text) => colours.cyan(text) },
  retrying: { mark: '↻', colour: (colours, text) => colours.yellow(text) },
  succeeded: { mark: '✔', colour: (colours, text) => colours.green(text) },
  failed: { mark: '✖', colour: (colours, text) => colours.red(text) },
  upstream_failed: { mark: '⊘', colour: (colours, text) => colours.dim(text) },
  cancelled: { mark: '◼', colour: (colours, text) => colours.dim(text) },
};

/** A task state's one-character mark, in its colour. */
export function markOf(state: TaskState, colours: Colors): string {
  const { mark, colour } = MARKS[state];
  return colour(colours, mark);
}
