import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult, TaskResult } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { toJsonText } from './event-json.ts';
import { count, formatDuration, headline } from './format.ts';
import { markOf } from './marks.ts';

const SLOWEST = 3;
const FAILURES = 10;
const CAUSES = 5;

/** What a run came to. What failed comes first, so that the last lines on a screen are the outcome. */
export function summary(result: RunResult, colours: Colors, cwd: string): string {
  const tasks = Object.values(result.tasks);
  const failed = failures(result, tasks, colours, cwd);
  const sections = [
    ...failed,
    ...(failed.length > 0 ? [''] : []),
    verdict(result, colours),
    slowest(tasks, colours),
    output(result, colours),
  ];
  return sections.filter((section) => section !== undefined).join('\n');
}

function verdict(result: RunResult, colours: Colors): string {
  const done = `${result.succeeded} of ${count(result.total, 'task')} succeeded in ${formatDuration(result.durationMs)}`;
  switch (result.outcome) {
    case 'success':
      return `${markOf('succeeded', colours)} ${colours.bold(colours.green('success'))}  ${done}`;
    case 'partial':
      return `${markOf('failed', colours)} ${colours.bold(colours.red('partial'))}  ${done}`;
    case 'failed':
      return `${markOf('failed', colours)} ${colours.bold(colours.red('failed'))}  ${done}`;
    case 'cancelled':
      return `${markOf('cancelled', colours)} ${colours.bold('cancelled')}  ${done}`;
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

function failures(result: RunResult, tasks: readonly TaskResult[], colours: Colors, cwd: string): string[] {
  const failed = tasks.filter(({ state }) => state === 'failed');
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
    lines.push(...describe(result.error.cause, colours, cwd).map((line) => `  ${line}`));
  }
  // A failure that is no task's own: the run's timeout, or the output function.
  if (result.state === 'failed' && failed.length === 0)
    lines.push('', `  ${describe(result.error, colours, cwd).join('\n  ')}`);
  return lines;
}

function failure(task: TaskResult, colours: Colors, cwd: string): string[] {
  const attempts = task.attempts > 1 ? ` after ${count(task.attempts, 'attempt')}` : '';
  return [
    '',
    `  ${markOf('failed', colours)} ${colours.bold(task.id)}${attempts}`,
    ...describe(task.error, colours, cwd).map((line) => `    ${line}`),
  ];
}

/** The error, where in the user's code it came from, and what caused it. */
function describe(error: unknown, colours: Colors, cwd: string): string[] {
  const lines: string[] = [];
  let current = error;
  for (let depth = 0; current !== undefined && depth < CAUSES; depth++) {
    const prefix = depth === 0 ? '' : 'caused by ';
    const [first = '', ...rest] = current instanceof Error ? current.message.split('\n') : [];
    lines.push(colours.red(`${prefix}${headline(current)}`), ...(first === '' ? [] : rest));
    const where = whereThrown(current, cwd);
    if (where !== undefined) lines.push(colours.dim(`  at ${where}`));
    // What is no error was thrown as it is, and the error around it has said so.
    current = current instanceof Error && current.cause instanceof Error ? current.cause : undefined;
  }
  return lines;
}

/** `pipeline.ts:12:9`: the first place of a stack that is neither Node's, nor a package's, nor ours. */
export function whereThrown(error: unknown, cwd: string): string | undefined {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return undefined;
  for (const line of error.stack.split('\n')) {
    const match = /^\s+at (?:.*\(|async )?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/.exec(
      line,
    );
    const [, place, row, column] = match ?? [];
    if (place === undefined || row === undefined || column === undefined) continue;
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (/[\\/]node_modules[\\/]/.test(file) || OWN_FOLDERS.some((folder) => file.startsWith(folder)))
      continue;
    const shown = relative(cwd, file);
    return `${shown.startsWith('..') ? file : shown}:${row}:${column}`;
  }
  return undefined;
}

/** Where this command's and core's files are, for when they are not inside a node_modules folder. */
const OWN_FOLDERS = [import.meta.url, import.meta.resolve('@wf-sdk/core')].map((url) =>
  fileURLToPath(new URL('.', url)),
);

const OUTPUT_LENGTH = 4_000;

function output(result: RunResult, colours: Colors): string | undefined {
  if (result.state !== 'succeeded' || result.output === undefined) return undefined;
  const text = typeof result.output === 'string' ? result.output : toJsonText(result.output, 2);
  const shown =
    text.length > OUTPUT_LENGTH ? `${text.slice(0, OUTPUT_LENGTH)}… (--output <file> for all of it)` : text;
  return `\n${colours.bold('output')}\n${shown}`;
}
