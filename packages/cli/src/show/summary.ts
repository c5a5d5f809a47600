import type { RunResult, TaskResult, WorkflowDefinition } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { describeError } from './describe-error.ts';
import { toJsonText } from './event-json.ts';
import { count, formatDuration } from './format.ts';
import { markOf } from './marks.ts';
import { notes } from './summary-notes.ts';

const SLOWEST = 3;
const FAILURES = 10;

/**
 * What a run came to. What failed comes first, so that the last lines on a screen are the outcome.
 *
 * @param shown What is shown of the output.
 * @param trace Where its trace is found, if it has one.
 */
export function summary(
  result: RunResult,
  definition: WorkflowDefinition,
  colours: Colors,
  cwd: string,
  shown: unknown = result.output,
  trace?: string,
): string {
  const tasks = Object.values(result.tasks);
  const allowed = allowedFailures(result, tasks, definition);
  const before = [
    ...failures(result, tasks, allowed, colours, cwd),
    ...notes(result, tasks, allowed, colours, cwd),
  ];
  const sections = [
    ...before,
    ...(before.length > 0 ? [''] : []),
    verdict(result, tasks, allowed, colours),
    slowest(tasks, colours),
    trace === undefined ? undefined : colours.dim(`  ${trace}`),
    output(result, shown, colours),
  ];
  return sections.filter((section) => section !== undefined).join('\n');
}

/** The failed tasks that do not fail the run: they are allowed to, or the leaves decide and have succeeded. */
function allowedFailures(
  { state }: RunResult,
  tasks: readonly TaskResult[],
  definition: WorkflowDefinition,
): ReadonlySet<TaskResult> {
  const allowed = new Set(
    definition.tasks.filter(({ allowFailure }) => allowFailure === true).map(({ id }) => id),
  );
  return new Set(
    tasks.filter((task) => task.state === 'failed' && (state === 'succeeded' || allowed.has(task.id))),
  );
}

function verdict(
  result: RunResult,
  tasks: readonly TaskResult[],
  allowed: ReadonlySet<TaskResult>,
  colours: Colors,
): string {
  const skipped = tasks.filter(({ state }) => state === 'skipped').length;
  const done = [
    `${result.succeeded} of ${count(result.total, 'task')} succeeded`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(allowed.size > 0 ? [`${allowed.size} failed (allowed)`] : []),
  ];
  return `${outcome(result, colours)}  ${done.join(', ')} in ${formatDuration(result.durationMs)}`;
}

function outcome(result: RunResult, colours: Colors): string {
  switch (result.outcome) {
    case 'success':
      return `${markOf('succeeded', colours)} ${colours.bold(colours.green('success'))}`;
    case 'partial':
      return `${markOf('failed', colours)} ${colours.bold(colours.red('partial'))}`;
    case 'failed':
      return `${markOf('failed', colours)} ${colours.bold(colours.red('failed'))}`;
    case 'cancelled':
      return `${markOf('cancelled', colours)} ${colours.bold('cancelled')}`;
  }
}

function slowest(tasks: readonly TaskResult[], colours: Colors): string | undefined {
  const timed = tasks.flatMap(({ id, durationMs }) => (durationMs === undefined ? [] : [{ id, durationMs }]));
  if (timed.length < 2) return undefined;
  const longest = timed.sort((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST);
  return colours.dim(
    `  slowest: ${longest.map(({ id, durationMs }) => `${id} ${formatDuration(durationMs)}`).join(', ')}`,
  );
}

function failures(
  result: RunResult,
  tasks: readonly TaskResult[],
  allowed: ReadonlySet<TaskResult>,
  colours: Colors,
  cwd: string,
): string[] {
  const failed = tasks.filter((task) => task.state === 'failed' && !allowed.has(task));
  const notRun = tasks.filter(({ state }) => state === 'upstream_failed');
  const lines = failed.slice(0, FAILURES).flatMap((task) => failure(task, colours, cwd));
  if (failed.length > FAILURES)
    lines.push('', `  … and ${count(failed.length - FAILURES, 'other failed task')}`);
  if (notRun.length > 0) {
    const ids = notRun.slice(0, FAILURES).map(({ id }) => id);
    const more = notRun.length > ids.length ? ', …' : '';
    lines.push(
      '',
      colours.dim(`  ${count(notRun.length, 'task')} not run because of that: ${ids.join(', ')}${more}`),
    );
  }
  if (result.state === 'cancelled' && result.error.cause !== undefined) {
    lines.push('', ...describeError(result.error.cause, colours, cwd).map((line) => `  ${line}`));
  }
  // A failure that is no task's own: the run's timeout, or the output function.
  if (result.state === 'failed' && failed.length === 0)
    lines.push('', `  ${describeError(result.error, colours, cwd).join('\n  ')}`);
  return lines;
}

function failure(task: TaskResult, colours: Colors, cwd: string): string[] {
  const attempts =
    task.attempts > 1 && task.items === undefined ? ` after ${count(task.attempts, 'attempt')}` : '';
  return [
    '',
    `  ${markOf('failed', colours)} ${colours.bold(task.id)}${attempts}`,
    ...describeError(task.error, colours, cwd).map((line) => `    ${line}`),
  ];
}

const OUTPUT_LENGTH = 4_000;

function output({ state }: RunResult, value: unknown, colours: Colors): string | undefined {
  if (state !== 'succeeded' || value === undefined) return undefined;
  const text = typeof value === 'string' ? value : toJsonText(value, 2);
  const shown =
    text.length > OUTPUT_LENGTH ? `${text.slice(0, OUTPUT_LENGTH)}… (--output <file> for all of it)` : text;
  return `\n${colours.bold('output')}\n${shown}`;
}
