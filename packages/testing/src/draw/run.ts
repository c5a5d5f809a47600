import type { CompensationResult, RunResult, TaskResult, TaskState } from '@wf-sdk/core';
import { type DrawOptions, markLines } from './marks.ts';
import { startsOf } from './starts.ts';
import { count, errorLine, showSpan } from './words.ts';

const SIGNS: Readonly<Record<TaskState, string>> = {
  pending: '·',
  queued: '·',
  running: '·',
  retrying: '·',
  waiting: '·',
  succeeded: '✔',
  failed: '✖',
  upstream_failed: '⊘',
  skipped: '○',
  cancelled: '◼',
};

/**
 * What became of a run: a line for the whole, then one for each task, in the order in which they started and those that
 * never did behind, and one for each that was undone. Times are counted from the run's start.
 */
export function drawRun(result: RunResult, { marks }: DrawOptions = {}): string {
  const tasks = inOrder(result);
  const rows = tasks.map((task) => [
    `${SIGNS[task.state]} ${task.id}`,
    task.state,
    task.attempts === 0 ? '' : count(task.attempts, 'attempt'),
    showTimes(task, result.startedAt),
    showReason(task),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row, place) => {
    const text = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    return { task: tasks[place]?.id ?? '', text: text.trimEnd() };
  });
  const heading = `run of workflow '${result.workflow}': ${showOutcome(result)}`;
  return [heading, ...markLines(lines, marks), ...result.compensations.map(showCompensation)].join('\n');
}

function inOrder(result: RunResult): readonly TaskResult[] {
  const { places } = startsOf(result);
  const placeOf = ({ id }: TaskResult): number => places.get(id) ?? Number.POSITIVE_INFINITY;
  return Object.values(result.tasks).toSorted((a, b) => {
    const [first, second] = [placeOf(a), placeOf(b)];
    return first === second ? 0 : first - second;
  });
}

function showOutcome({ state, outcome, succeeded, total, durationMs, error }: RunResult): string {
  const facts = [
    outcome === 'partial' ? `${state} (partial)` : state,
    `${succeeded} of ${count(total, 'task')} succeeded`,
    `took ${showSpan(durationMs)}`,
  ].join(', ');
  return error === undefined || error.code === 'run_failed' ? facts : `${facts}\n${errorLine(error)}`;
}

function showTimes({ startedAt, endedAt }: TaskResult, runStartedAt: number): string {
  if (startedAt === undefined) return '';
  const from = `+${showSpan(startedAt - runStartedAt)}`;
  return endedAt === undefined || endedAt === startedAt
    ? from
    : `${from} → +${showSpan(endedAt - runStartedAt)}`;
}

function showReason({ state, error, cause, reason, by, items, attemptErrors }: TaskResult): string {
  const last = error ?? attemptErrors.at(-1);
  return [
    items === undefined ? '' : `${items.succeeded} of ${count(items.items, 'item')} succeeded`,
    reason === undefined || cause !== undefined ? '' : `by ${reason}`,
    by === undefined ? '' : `by ${by}`,
    cause === undefined ? '' : `because of ${cause}`,
    last === undefined ? '' : `${state === 'failed' ? '' : 'after '}${errorLine(last)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function showCompensation({ task, item, state, attempts, error }: CompensationResult): string {
  const what = item === undefined ? task : `${task}[${item}]`;
  const became = state === 'succeeded' ? 'undone' : 'could not be undone';
  const tries = attempts > 1 ? ` in ${count(attempts, 'attempt')}` : '';
  return `↶ ${what}  ${became}${tries}${error === undefined ? '' : `: ${errorLine(error)}`}`;
}
