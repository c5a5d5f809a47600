import type { Distribution, TaskStats, WorkflowStats } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { formatInstant } from './age.ts';
import { type Bottleneck, bottlenecksOf, byShare, largestShare } from './bottlenecks.ts';
import { count, formatDuration, formatShare } from './format.ts';
import { type Column, table } from './table.ts';

export interface StatsTextOptions {
  /** How wide tables may be. */
  readonly columns: number;
  readonly colours: Colors;
}

/** A task and its workflow. */
interface TaskRow {
  readonly workflow: string;
  readonly task: TaskStats;
}

/** So many tasks are shown in short: those that take the most of the critical paths. */
const SHOWN = 20;

/** All workflows in a table, their tasks in another, and what holds them up. */
export function statsInShort(stats: readonly WorkflowStats[], options: StatsTextOptions): string {
  const { columns, colours } = options;
  const shown = shownTasks(stats);
  const rows = stats.flatMap(({ workflow, tasks }) =>
    tasks.filter((task) => shown.has(task)).map((task): TaskRow => ({ workflow, task })),
  );
  const left = stats.reduce((sum, { tasks }) => sum + tasks.length, 0) - rows.length;
  const workflow: Column<TaskRow> = { title: 'WORKFLOW', rank: 1, least: 8, cell: (row) => row.workflow };
  const tasks = [...(stats.length > 1 ? [workflow] : []), ...withContent(TASK_COLUMNS, rows)];
  return sections(
    table(stats, withContent(WORKFLOW_COLUMNS, stats), columns, colours.dim),
    rows.length === 0 ? '' : table(rows, tasks, columns, colours.dim),
    left > 0
      ? colours.dim(`${count(left, 'more task')} that take less: wf-sdk stats <workflow> shows all of one`)
      : '',
    stats
      .flatMap((one) => {
        const [first] = bottleneckSentences(one);
        if (first === undefined) return [];
        return [stats.length > 1 ? `${one.workflow}: ${first}` : bottleneckSentences(one).join('\n')];
      })
      .join('\n'),
  );
}

/** One workflow with all that is known of it. */
export function statsInDetail(stats: WorkflowStats, { columns, colours }: StatsTextOptions): string {
  const { workflow, tasks, durationMs } = stats;
  const rows = tasks.map((task): TaskRow => ({ workflow, task }));
  const took = durationMs === undefined ? [] : [`took ${inWords(durationMs)}`];
  const detailed = [...TASK_COLUMNS, ...DETAILS].toSorted((one, other) => place(one) - place(other));
  return sections(
    [`${colours.bold(workflow)} · ${runsInWords(stats)}`, outcomesInWords(stats), ...took].join('\n'),
    rows.length === 0 ? '' : table(rows, withContent(detailed, rows), columns, colours.dim),
    bottleneckSentences(stats).join('\n'),
  );
}

function sections(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The tasks that take the most of the time, of all workflows; all where there is room. */
function shownTasks(stats: readonly WorkflowStats[]): ReadonlySet<TaskStats> {
  const all = stats.flatMap(({ tasks }) => tasks);
  return new Set((all.length > SHOWN ? byTime(all) : all).slice(0, SHOWN));
}

function byTime(tasks: readonly TaskStats[]): readonly TaskStats[] {
  return tasks.toSorted((one, other) => other.path.ms - one.path.ms);
}

function runsInWords({ runs, firstAt, lastAt }: WorkflowStats): string {
  const when =
    firstAt === lastAt
      ? `begun ${formatInstant(firstAt)}`
      : `begun ${formatInstant(firstAt)} to ${formatInstant(lastAt)}`;
  const below = runs.below === 0 ? '' : `, ${runs.below} of them by tasks of other runs`;
  return `${count(runs.total, 'run')}${below}, ${when}`;
}

function outcomesInWords({ runs, errorRate }: WorkflowStats): string {
  const { succeeded, failed, partial, cancelled, active } = runs;
  return [
    `${succeeded} succeeded`,
    `${failed} failed${partial === 0 ? '' : ` (${partial} in part)`}`,
    ...(cancelled === 0 ? [] : [`${cancelled} cancelled`]),
    ...(active === 0 ? [] : [`${active} active`]),
    ...(errorRate === undefined ? [] : [`errors ${formatShare(errorRate)}`]),
  ].join(' · ');
}

function inWords({ mean, p50, p95, p99, max }: Distribution): string {
  const [average, half, most, nearlyAll, longest] = [mean, p50, p95, p99, max].map(formatDuration);
  return `${average} on average · p50 ${half} · p95 ${most} · p99 ${nearlyAll} · at most ${longest}`;
}

/** What holds the runs up, a sentence each; none where no run has ended. */
function bottleneckSentences(stats: WorkflowStats): readonly string[] {
  const largest = largestShare(stats);
  if (largest === 0) return [];
  const found = bottlenecksOf(stats);
  if (found.length > 0) return found.map(sentence);
  const [first] = byShare(stats.tasks);
  return [`no task takes more than ${formatShare(largest)} of the critical path: ${first?.task} takes that`];
}

function sentence(bottleneck: Bottleneck): string {
  const { task, share, ms, mostly, queuedMs = 0 } = bottleneck;
  const start = `${task} takes ${formatShare(share)} of the critical path, ${formatDuration(ms)} a run`;
  if (mostly === undefined) return start;
  switch (mostly) {
    case 'queued':
      return `${start}: it waits ${formatDuration(queuedMs)} for ${queueOf(bottleneck)}`;
    case 'waiting':
      return `${start}, most of it waiting for a signal, a person, a timer or a breaker`;
    case 'retrying':
      return `${start}, most of it between two attempts`;
  }
}

function queueOf({ queuedMs = 0, admissionMs = 0, pools = [] }: Bottleneck): string {
  const isAdmission = admissionMs * 2 > queuedMs;
  if (pools.length === 0) return isAdmission ? 'resources or a thread' : 'a slot or resources';
  const named = `pool${pools.length === 1 ? '' : 's'} ${pools.map((pool) => `'${pool}'`).join(' and ')}`;
  // Of what never started nothing more is known.
  return isAdmission ? named : `${named} or a slot`;
}

/** A column in which no row has anything is left out. */
function withContent<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly Column<Row>[] {
  return columns.filter((column) => column.rank === 0 || rows.some((row) => column.cell(row) !== ''));
}

function number(value: number): string {
  return value === 0 ? '' : String(value);
}

function share(value: number | undefined): string {
  return value === undefined ? '' : formatShare(value);
}

function duration(value: number | undefined): string {
  return value === undefined ? '' : formatDuration(value);
}

const WORKFLOW_COLUMNS: readonly Column<WorkflowStats>[] = [
  { title: 'WORKFLOW', rank: 0, least: 8, cell: ({ workflow }) => workflow },
  { title: 'RUNS', rank: 1, cell: ({ runs }) => String(runs.total) },
  { title: 'SUCCEEDED', rank: 8, cell: ({ runs }) => number(runs.succeeded) },
  { title: 'FAILED', rank: 5, cell: ({ runs }) => number(runs.failed) },
  { title: 'CANCELLED', rank: 10, cell: ({ runs }) => number(runs.cancelled) },
  { title: 'ACTIVE', rank: 9, cell: ({ runs }) => number(runs.active) },
  { title: 'ERRORS', rank: 2, cell: ({ errorRate }) => share(errorRate) },
  { title: 'MEAN', rank: 6, cell: ({ durationMs }) => duration(durationMs?.mean) },
  { title: 'P50', rank: 3, cell: ({ durationMs }) => duration(durationMs?.p50) },
  { title: 'P95', rank: 4, cell: ({ durationMs }) => duration(durationMs?.p95) },
  { title: 'P99', rank: 7, cell: ({ durationMs }) => duration(durationMs?.p99) },
];

const TASK_COLUMNS: readonly Column<TaskRow>[] = [
  { title: 'TASK', rank: 0, least: 8, cell: ({ task }) => task.task },
  { title: 'COUNT', rank: 4, cell: ({ task }) => number(task.succeeded + task.failed) },
  { title: 'ERRORS', rank: 2, cell: ({ task }) => share(task.errorRate) },
  { title: 'MEAN', rank: 8, cell: ({ task }) => duration(task.durationMs?.mean) },
  { title: 'P50', rank: 5, cell: ({ task }) => duration(task.durationMs?.p50) },
  { title: 'P95', rank: 6, cell: ({ task }) => duration(task.durationMs?.p95) },
  { title: 'P99', rank: 9, cell: ({ task }) => duration(task.durationMs?.p99) },
  { title: 'QUEUED', rank: 7, cell: ({ task }) => duration(task.queuedMs?.mean) },
  { title: 'RETRIES', rank: 10, cell: ({ task }) => number(task.retries) },
  { title: 'CACHED', rank: 11, cell: ({ task }) => number(task.cached + task.itemsCached) },
  { title: 'PATH', rank: 3, cell: ({ task }) => (task.path.share === 0 ? '' : formatShare(task.path.share)) },
];

/** What only the table of one workflow has, behind what the short one has. */
const DETAILS: readonly Column<TaskRow>[] = [
  { title: 'QUEUED P95', rank: 12, cell: ({ task }) => duration(task.queuedMs?.p95) },
  { title: 'ATTEMPTS', rank: 13, cell: ({ task }) => number(task.attempts) },
  { title: 'ATTEMPT P50', rank: 15, cell: ({ task }) => duration(task.attemptMs?.p50) },
  { title: 'ATTEMPT P95', rank: 16, cell: ({ task }) => duration(task.attemptMs?.p95) },
  { title: 'ITEMS', rank: 17, cell: ({ task }) => number(task.items) },
  { title: 'TIMEOUTS', rank: 14, cell: ({ task }) => number(task.timeouts) },
  { title: 'SLA MISSED', rank: 18, cell: ({ task }) => number(task.slaMissed) },
  { title: 'STOOD IN', rank: 21, cell: ({ task }) => number(task.stoodIn) },
  { title: 'SKIPPED', rank: 19, cell: ({ task }) => number(task.skipped) },
  { title: 'NOT RUN', rank: 20, cell: ({ task }) => number(task.upstreamFailed + task.cancelled) },
  { title: 'MOST FREQUENT ERROR', rank: 11.5, cell: ({ task }) => mostFrequent(task) },
];

/** The share of the critical path is the last figure of all but what explains the others. */
function place({ title }: Column<TaskRow>): number {
  if (title === 'PATH') return 1;
  return title === 'MOST FREQUENT ERROR' ? 2 : 0;
}

/** Its kind, never what it says: that may hold data. */
function mostFrequent({ errors: [first] }: TaskStats): string {
  if (first === undefined) return '';
  const { name, code } = first;
  return `${first.count} × ${name}${code === undefined ? '' : ` (${code})`}`;
}
