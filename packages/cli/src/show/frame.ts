import cliTruncate from 'cli-truncate';
import type { Colors } from 'picocolors/types.js';
import stringWidth from 'string-width';
import { count, formatDuration, headline } from './format.ts';
import { markOf } from './marks.ts';
import type { RunView, TaskView } from './run-view.ts';

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly colours: Colors;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const BAR_WIDTH = 24;
/** Lines of a picture that are not tasks: the title, the bar, the cursor's own line, and one to spare. */
export const OTHER_ROWS = 4;

/**
 * The picture of a run at one moment, no taller and no wider than the terminal. Where all tasks fit each has its line;
 * where they do not, those that matter now have: failed, running and retrying, and the rest are counted.
 */
export function frame(view: RunView, options: FrameOptions): string {
  const { columns, rows, colours } = options;
  const room = Math.max(1, rows - OTHER_ROWS);
  const shown = chooseTasks(view.tasks, room);
  const idWidth = Math.min(
    40,
    shown.reduce((widest, { id }) => Math.max(widest, stringWidth(id)), 0),
  );
  const hidden = view.tasks.length - shown.length;
  const lines = [
    colours.bold(view.title),
    ...shown.map((task) => taskLine(task, idWidth, options)),
    ...(hidden > 0 ? [colours.dim(`  … and ${count(hidden, 'other task')}`)] : []),
    progress(view, options),
  ];
  return lines.map((line) => cliTruncate(line, columns)).join('\n');
}

function chooseTasks(tasks: readonly TaskView[], room: number): readonly TaskView[] {
  if (tasks.length <= room) return tasks;
  const places = Math.max(1, room - 1);
  const failed = tasks.filter(({ state }) => state === 'failed');
  const active = tasks.filter(({ state }) => state === 'running' || state === 'retrying');
  const failedShown = failed.slice(-Math.max(1, places - active.length));
  return [...failedShown, ...active].slice(0, places);
}

function taskLine(task: TaskView, idWidth: number, { colours, now }: FrameOptions): string {
  const id = task.state === 'pending' ? colours.dim(task.id) : task.id;
  const padding = ' '.repeat(Math.max(0, idWidth - stringWidth(task.id)));
  return `${markOf(task.state, colours)} ${id}${padding}  ${taskDetail(task, now, colours)}`.trimEnd();
}

function taskDetail(task: TaskView, now: number, colours: Colors): string {
  switch (task.state) {
    case 'pending':
      return '';
    case 'queued':
      return colours.dim('waits for a slot');
    case 'running':
      return [elapsed(task, now), attemptOf(task)].filter(Boolean).join('  ');
    case 'retrying': {
      const left = Math.max(0, (task.retryAt ?? now) - now);
      return colours.yellow(
        `${attemptOf(task)} failed, next in ${formatDuration(left)}: ${headline(task.error)}`,
      );
    }
    case 'succeeded':
      return colours.dim(
        [elapsed(task, now), task.attempt > 1 ? attemptOf(task) : ''].filter(Boolean).join('  '),
      );
    case 'failed':
      return colours.red(headline(task.error));
    case 'upstream_failed':
      return colours.dim(`not run: ${task.cause ?? 'a dependency'} did not succeed`);
    case 'cancelled':
      return colours.dim('cancelled');
  }
}

function elapsed({ startedAt, endedAt }: TaskView, now: number): string {
  return startedAt === undefined ? '' : formatDuration((endedAt ?? now) - startedAt);
}

function attemptOf({ attempt, maxAttempts }: TaskView): string {
  return maxAttempts > 1 ? `attempt ${attempt}/${maxAttempts}` : '';
}

function progress(view: RunView, { colours, now }: FrameOptions): string {
  const total = view.tasks.length;
  const done = view.countIn('succeeded', 'failed', 'upstream_failed', 'cancelled');
  const failed = view.countIn('failed');
  const filled = total === 0 ? 0 : Math.round((done / total) * BAR_WIDTH);
  const bar = `${'█'.repeat(filled)}${colours.dim('░'.repeat(BAR_WIDTH - filled))}`;
  const parts = [
    `${done}/${total}`,
    // First, since the end of a line is cut off in a narrow terminal.
    ...(view.cancelling ? [colours.yellow('cancelling, Ctrl-C again forces')] : []),
    `${view.countIn('running')} running`,
    ...(failed > 0 ? [colours.red(`${failed} failed`)] : []),
    formatDuration(now - view.startedAt),
  ];
  return `${bar} ${parts.join(' · ')}`;
}
