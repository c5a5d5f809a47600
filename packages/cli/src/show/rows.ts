import type { Colors } from 'picocolors/types.js';
import { formatDuration, headline } from './format.ts';
import { markOf, markOfTask } from './marks.ts';
import {
  attemptPhrase,
  itemsPhrase,
  itemsWaitPhrase,
  progressPhrase,
  skipPhrase,
  standInPhrase,
  turnPhrase,
  waitPhrase,
} from './phrases.ts';
import type { RunView } from './run-view.ts';
import { isAllowed, type TaskView } from './task-view.ts';
import type { UndoView } from './undo-view.ts';

/** One line of the picture before it is aligned. */
export interface Row {
  readonly mark: string;
  readonly name: string;
  /** Nothing has happened to it yet. */
  readonly isFaint: boolean;
  readonly detail: string;
}

/** A task in the picture, and how deep below the first run it is. */
export interface Placed {
  readonly run: RunView;
  readonly task: TaskView;
  readonly depth: number;
  /** The item whose run it belongs to. */
  readonly item: number | undefined;
}

/** Every task of a run, each with those of the runs it has under way below it. */
export function placesIn(run: RunView, depth = 0, item?: number): readonly Placed[] {
  return run.tasks.flatMap((task) => [
    { run, task, depth, item },
    ...Array.from(run.childrenOf(task)).flatMap(([of, child]) => placesIn(child, depth + 1, of)),
  ]);
}

/** @param now Milliseconds since the epoch. */
export function taskRow({ run, task, depth, item }: Placed, now: number, colours: Colors): Row {
  const place = depth === 0 ? '' : `${'  '.repeat(depth - 1)}› ${item === undefined ? '' : `[${item}] `}`;
  return {
    mark: markOfTask(task, colours),
    name: `${place}${task.id}`,
    isFaint: task.state === 'pending',
    detail: [taskDetail(run, task, now, colours), task.slaMissed ? colours.yellow('over its sla') : '']
      .filter((part) => part !== '')
      .join('  '),
  };
}

export function undoRow(undo: UndoView, now: number, colours: Colors): Row {
  const { state, startedAt, endedAt, attempt, error, until } = undo;
  const row = { name: `undo ${undo.name}`, isFaint: false };
  const elapsed = formatDuration((endedAt ?? now) - startedAt);
  switch (state) {
    case 'running':
      return { ...row, mark: markOf('undoing', colours), detail: elapsed };
    case 'succeeded':
      return { ...row, mark: markOf('succeeded', colours), detail: colours.dim(elapsed) };
    case 'failed':
      return { ...row, mark: markOf('failed', colours), detail: colours.red(headline(error)) };
    case 'retrying':
      return {
        ...row,
        mark: markOf('retrying', colours),
        detail: colours.yellow(`attempt ${attempt} failed, ${nextIn(until, now)}: ${headline(error)}`),
      };
  }
}

function taskDetail(run: RunView, task: TaskView, now: number, colours: Colors): string {
  switch (task.state) {
    case 'pending':
      return '';
    case 'queued':
      return colours.dim(itemsWaitPhrase(run, task, now) ?? 'waits for a slot');
    case 'running':
      return joined(
        elapsed(task, now),
        attempts(task),
        progress(run, task),
        itemsWaitPhrase(run, task, now) ?? '',
      );
    case 'retrying':
      return colours.yellow(
        `${attempts(task) || 'attempt'} failed, ${nextIn(task.until, now)}: ${headline(task.error)}`,
      );
    case 'waiting': {
      const phrase = waitPhrase(task, now);
      return task.waitsFor === 'approval' ? colours.yellow(phrase) : colours.dim(phrase);
    }
    case 'succeeded':
      return colours.dim(joined(elapsed(task, now), repeated(task), total(task), standInPhrase(task)));
    case 'failed':
      return isAllowed(task)
        ? colours.yellow(`failed (allowed): ${headline(task.error)}`)
        : colours.red(headline(task.error));
    case 'upstream_failed':
      return colours.dim(`not run: ${task.cause ?? 'a dependency'} did not succeed`);
    case 'skipped':
      return colours.dim(skipPhrase(task));
    case 'cancelled':
      return colours.dim('cancelled');
  }
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}

function nextIn(until: number | undefined, now: number): string {
  return `next in ${formatDuration(Math.max(0, (until ?? now) - now))}`;
}

function elapsed({ startedAt, endedAt }: TaskView, now: number): string {
  return startedAt === undefined ? '' : formatDuration((endedAt ?? now) - startedAt);
}

function attempts({ attempt, definition, items }: TaskView): string {
  const all = definition?.retry?.attempts ?? 1;
  return items !== undefined || (all === 1 && attempt <= 1) ? '' : attemptPhrase(attempt, all);
}

function repeated(task: TaskView): string {
  return task.attempt > 1 ? attempts(task) : '';
}

function progress(run: RunView, task: TaskView): string {
  if (task.items !== undefined) return progressPhrase(task.items);
  const [child] = run.childrenOf(task).values();
  if (child?.pendingFor !== undefined) return turnPhrase(child);
  return child === undefined ? '' : `${child.countIn('succeeded')}/${child.tasks.length} of ${child.title}`;
}

function total({ items }: TaskView): string {
  return items === undefined
    ? ''
    : itemsPhrase(items.succeeded, items.succeeded + items.failed, items.cached);
}
