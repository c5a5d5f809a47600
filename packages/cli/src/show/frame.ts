import cliTruncate from 'cli-truncate';
import type { Colors } from 'picocolors/types.js';
import stringWidth from 'string-width';
import { count, formatDuration } from './format.ts';
import { type Placed, placesIn, type Row, taskRow, undoRow } from './rows.ts';
import type { RunView } from './run-view.ts';
import { hasEnded, isAllowed, type TaskView } from './task-view.ts';

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly colours: Colors;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const BAR_WIDTH = 24;
/** Lines of a picture that are not tasks: the title, the bar, the cursor's own line, and one to spare. */
const OTHER_ROWS = 4;

/**
 * The picture of a run at one moment, no taller and no wider than the terminal. Where all tasks fit each has its line;
 * where they do not, those that matter now have: failed, running, retrying and waiting, and the rest are counted.
 */
export function frame(view: RunView, options: FrameOptions): string {
  const { columns, colours, now } = options;
  const places = placesIn(view);
  const all = Math.max(1, options.rows - OTHER_ROWS);
  const undone = view.undone.slice(-Math.max(1, all - places.length, Math.floor(all / 2)));
  const room = all - undone.length;
  const shown = choosePlaces(places, room);
  const rows = [
    ...shown.map((place) => taskRow(place, now, colours)),
    ...undone.map((undo) => undoRow(undo, now, colours)),
  ];
  const nameWidth = Math.min(
    40,
    rows.reduce((widest, { name }) => Math.max(widest, stringWidth(name)), 0),
  );
  const hidden = places.length - shown.length;
  const lines = [
    colours.bold(view.title),
    ...rows.map((row) => rowLine(row, nameWidth, colours)),
    ...(hidden > 0 && room > 0 ? [colours.dim(`  … and ${count(hidden, 'other task')}`)] : []),
    progress(view, options),
  ];
  return lines.map((line) => cliTruncate(line, columns)).join('\n');
}

/** Whether every line of a run that has ended has room. */
export function fits(view: RunView, rows: number): boolean {
  return placesIn(view).length + view.undone.length <= rows - OTHER_ROWS;
}

function choosePlaces(places: readonly Placed[], room: number): readonly Placed[] {
  if (places.length <= room) return places;
  const failed = places.filter(({ task }) => task.state === 'failed' && !isAllowed(task));
  const active = places.filter(({ task }) => isActive(task));
  const free = room < 1 ? 0 : Math.max(1, room - 1);
  const failedShown = free === 0 ? [] : failed.slice(-Math.max(1, free - active.length));
  return [...failedShown, ...active].slice(0, free);
}

function isActive({ state }: TaskView): boolean {
  return state === 'running' || state === 'retrying' || state === 'waiting';
}

function rowLine({ mark, name, isFaint, detail }: Row, width: number, colours: Colors): string {
  const padding = ' '.repeat(Math.max(0, width - stringWidth(name)));
  return `${mark} ${isFaint ? colours.dim(name) : name}${padding}  ${detail}`.trimEnd();
}

function progress(view: RunView, { colours, now }: FrameOptions): string {
  const total = view.tasks.length;
  const done = view.tasks.filter(hasEnded).length;
  const failed = view.tasks.filter((task) => task.state === 'failed' && !isAllowed(task)).length;
  const [skipped, waiting] = [view.countIn('skipped'), view.countIn('waiting')];
  const filled = total === 0 ? 0 : Math.round((done / total) * BAR_WIDTH);
  const bar = `${'█'.repeat(filled)}${colours.dim('░'.repeat(BAR_WIDTH - filled))}`;
  const parts = [
    `${done}/${total}`,
    // First, since the end of a line is cut off in a narrow terminal.
    ...(view.cancelling ? [colours.yellow('cancelling')] : []),
    `${view.countIn('running')} running`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(failed > 0 ? [colours.red(`${failed} failed`)] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    formatDuration((view.endedAt ?? now) - view.startedAt),
  ];
  return `${bar} ${parts.join(' · ')}`;
}
