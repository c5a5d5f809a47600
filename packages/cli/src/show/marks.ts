import type { TaskState } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { isAllowed, type TaskView } from './task-view.ts';

type Colour = (colours: Colors, text: string) => string;

/** What a line is about: a task's state, or one of these. */
type Marked = TaskState | 'question' | 'allowed' | 'undoing' | 'warning';

const dim: Colour = (colours, text) => colours.dim(text);
const yellow: Colour = (colours, text) => colours.yellow(text);

const MARKS: Readonly<Record<Marked, { readonly mark: string; readonly colour: Colour }>> = {
  pending: { mark: '·', colour: dim },
  queued: { mark: '·', colour: (_, text) => text },
  running: { mark: '▸', colour: (colours, text) => colours.cyan(text) },
  retrying: { mark: '↻', colour: yellow },
  waiting: { mark: '◔', colour: (colours, text) => colours.cyan(text) },
  question: { mark: '?', colour: (colours, text) => colours.bold(colours.yellow(text)) },
  succeeded: { mark: '✔', colour: (colours, text) => colours.green(text) },
  failed: { mark: '✖', colour: (colours, text) => colours.red(text) },
  allowed: { mark: '✖', colour: yellow },
  upstream_failed: { mark: '⊘', colour: dim },
  skipped: { mark: '○', colour: dim },
  cancelled: { mark: '◼', colour: dim },
  undoing: { mark: '↶', colour: (colours, text) => colours.cyan(text) },
  warning: { mark: '!', colour: yellow },
};

/** The one-character mark of a line, in its colour. */
export function markOf(what: Marked, colours: Colors): string {
  const { mark, colour } = MARKS[what];
  return colour(colours, mark);
}

/** The mark of a task as it is now. */
export function markOfTask(task: TaskView, colours: Colors): string {
  if (task.state === 'waiting' && task.waitsFor === 'approval') return markOf('question', colours);
  return markOf(isAllowed(task) ? 'allowed' : task.state, colours);
}
