import type { RunEvent } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { count, formatDuration, headline } from './format.ts';
import { ItemLines } from './item-lines.ts';
import { markOf, markOfTask } from './marks.ts';
import { noticeLine } from './notices.ts';
import { attemptPhrase, itemsPhrase, skipPhrase, standInPhrase, waitPhrase } from './phrases.ts';
import type { Reporter } from './reporter.ts';
import type { RunTree } from './run-tree.ts';
import { nameOf, type RunView } from './run-view.ts';
import { hasEnded, isAllowed, type TaskView } from './task-view.ts';
import { isUndoing, type UndoEvent } from './undo-view.ts';

/**
 * A line for each thing that happens, for logs and pipes: nothing is drawn over. The tree has taken in each event before
 * it comes here.
 */
export function createLineReporter(tree: RunTree, write: (line: string) => void, colours: Colors): Reporter {
  const items = new ItemLines(colours);
  return {
    observe(event) {
      const run = tree.of(event.run);
      if (run === undefined) return;
      const line = isUndoing(event)
        ? undoLine(event, run, colours)
        : (items.line(event, run) ?? eventLine(event, run, colours));
      if (line !== undefined) write(line);
    },
    end: () => undefined,
  };
}

function eventLine(event: Exclude<RunEvent, UndoEvent>, run: RunView, colours: Colors): string | undefined {
  switch (event.type) {
    case 'run.started':
      return run.parent === undefined
        ? colours.bold(`${event.workflow} · run ${event.run}`)
        : colours.dim(`  ${run.prefix}workflow ${event.workflow} · run ${event.run}`);
    case 'run.resumed':
      return resumedLine(run, colours);
    case 'run.retried':
      return colours.bold(`${run.title} · run ${run.id ?? ''}`) + retriedPhrase(event);
    case 'attempt.started': {
      if (event.item !== undefined) return undefined;
      return taskLine(event, run, colours, event.attempt > 1 ? attemptOf(run.task(event.task)) : '');
    }
    case 'attempt.failed': {
      if (event.retryInMs === undefined || event.item !== undefined) return undefined;
      const wait = `next in ${formatDuration(event.retryInMs)}`;
      const phrase = `${attemptOf(run.task(event.task))} failed, ${wait}: ${headline(event.error)}`;
      return taskLine(event, run, colours, phrase);
    }
    case 'task.waiting':
      return taskLine(event, run, colours, waitPhrase(run.task(event.task), event.at));
    case 'task.decided':
      return `  ${colours.dim(`${run.prefix}${event.task} │`)} decided: ${event.decision}`;
    case 'task.succeeded': {
      const task = run.task(event.task);
      const items = task.items;
      return taskLine(
        event,
        run,
        colours,
        since(task, event.at),
        items === undefined ? '' : itemsPhrase(items.succeeded, items.succeeded + items.failed, items.cached),
        standInPhrase(task),
      );
    }
    case 'task.failed': {
      const task = run.task(event.task);
      const allowed = isAllowed(task) ? 'failed (allowed): ' : '';
      return taskLine(event, run, colours, since(task, event.at), `${allowed}${headline(event.error)}`);
    }
    case 'task.upstream_failed':
      return taskLine(event, run, colours, `not run: ${event.cause} did not succeed`);
    case 'task.skipped':
      return taskLine(event, run, colours, skipPhrase(run.task(event.task)));
    case 'task.cancelled':
      return taskLine(event, run, colours, 'cancelled');
    case 'run.cancelling':
      return run.parent === undefined ? cancellingLine(event, run, colours) : undefined;
    case 'task.log':
    case 'task.recovering':
    case 'task.sla_missed':
    case 'breaker.changed':
    case 'run.pending':
    case 'run.told':
    case 'run.signalled':
      return noticeLine(event, run, colours);
    case 'attempt.late':
    case 'task.queued':
    case 'task.fanned_out':
    case 'item.succeeded':
    case 'item.failed':
    case 'run.waiting':
    case 'run.finished':
      return undefined;
  }
}

function resumedLine(run: RunView, colours: Colors): string {
  const done = `${run.tasks.filter(hasEnded).length} of ${count(run.tasks.length, 'task')} had ended`;
  return run.parent === undefined
    ? `${colours.bold(`${run.title} · run ${run.id ?? ''}`)} goes on: ${done}`
    : colours.dim(`  ${run.prefix}workflow ${run.title} goes on: ${done}`);
}

function retriedPhrase({ tasks }: Extract<RunEvent, { readonly type: 'run.retried' }>): string {
  const anew = tasks.length === 0 ? 'no task' : count(tasks.length, 'task');
  return ` is retried: ${anew} ${tasks.length > 1 ? 'begin' : 'begins'} anew`;
}

function taskLine(
  { task: id }: { readonly task: string },
  run: RunView,
  colours: Colors,
  ...parts: readonly string[]
): string {
  return [
    `${markOfTask(run.task(id), colours)} ${run.prefix}${id}`,
    ...parts.filter((part) => part !== ''),
  ].join('  ');
}

function attemptOf({ attempt, definition }: TaskView): string {
  return attemptPhrase(attempt, definition?.retry?.attempts ?? 1);
}

function since({ startedAt }: TaskView, at: number): string {
  return startedAt === undefined ? '' : formatDuration(at - startedAt);
}

/** What a user who has pressed Ctrl-C wants to know: that it was seen, and what still happens. */
function cancellingLine(
  { reason, wholly }: Extract<RunEvent, { type: 'run.cancelling' }>,
  { tasks }: RunView,
  colours: Colors,
): string {
  const still = [
    tasks.some(({ definition: d }) => d?.runAlways === true || d?.teardownOf !== undefined)
      ? ', tasks that always run still do'
      : '',
    tasks.some(({ definition }) => definition?.compensate !== undefined) ? ', what was done is undone' : '',
  ].join('');
  return colours.yellow(
    `cancelling${reason === undefined ? '' : `: ${headline(reason)}`}; running tasks have been told to stop${wholly === true ? '' : still}`,
  );
}

function undoLine(event: UndoEvent, run: RunView, colours: Colors): string {
  const name = `undo ${run.prefix}${nameOf(event.task, event.item)}`;
  const startedAt = run.undoing(event.task, event.item)?.startedAt;
  const policy = run.task(event.task).definition?.compensate?.retry;
  const attempt = attemptPhrase(event.attempt, policy?.attempts ?? 1);
  switch (event.type) {
    case 'compensation.started':
      return `${markOf('undoing', colours)} ${name}${event.attempt > 1 ? `  ${attempt}` : ''}`;
    case 'compensation.succeeded':
      return `${markOf('succeeded', colours)} ${name}${startedAt === undefined ? '' : `  ${formatDuration(event.at - startedAt)}`}`;
    case 'compensation.failed':
      return event.retryInMs === undefined
        ? `${markOf('failed', colours)} ${name}  ${headline(event.error)}`
        : `${markOf('retrying', colours)} ${name}  ${attempt} failed, next in ${formatDuration(event.retryInMs)}: ${headline(event.error)}`;
  }
}
