import { driverOf, type RunEvent, type StoredRun } from '@wf-sdk/core';
import cliTruncate from 'cli-truncate';
import type { Colors } from 'picocolors/types.js';
import type { Phase } from '../keep/phase.ts';
import type { Unheard } from '../keep/unheard.ts';
import { formatAge, formatInstant } from './age.ts';
import { describeError } from './describe-error.ts';
import { toJsonText } from './event-json.ts';
import { formatDuration, named } from './format.ts';
import { frame } from './frame.ts';
import { paintPhase } from './phase.ts';
import { saidPhrase } from './phrases.ts';
import { plainLine } from './printable.ts';
import type { RunView } from './run-view.ts';

/** A run at one instant. */
export interface Status {
  readonly run: StoredRun;
  readonly phase: Phase;
  readonly view: RunView;
  /** What was said to it that it has not heard yet. */
  readonly unheard: readonly Unheard[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface StatusOptions {
  readonly columns: number;
  readonly colours: Colors;
}

/** So many messages have a line, where more wait to be heard. */
const MOST_SAID = 5;

/** Which run it is, who drives it, and what it has not heard yet. */
export function statusHeader(
  { run, phase, view, unheard, now }: Status,
  { columns, colours }: StatusOptions,
): string {
  const { id, workflow, createdAt } = run;
  const driver = driverOf(run, now);
  const lines = [
    `${colours.bold(workflow)} · run ${id} · ${paintPhase(phase, phase, colours)}`,
    colours.dim(
      `begun ${formatInstant(createdAt)}, ${formatAge(now - createdAt)}; ${since(phase, run, now)}`,
    ),
    ...(driver === undefined ? [] : [colours.dim(`driven by ${driver}`)]),
    ...(view.pendingFor === undefined || run.state !== 'pending'
      ? []
      : [colours.dim(`waits for its turn: when it was begun, for ${named(view.pendingFor)}`)]),
    ...unheard.slice(0, MOST_SAID).map((said) => `said, not heard yet: ${unheardPhrase(said, id, now)}`),
    ...(unheard.length > MOST_SAID ? [`and ${unheard.length - MOST_SAID} more`] : []),
  ];
  return lines.map((line) => cliTruncate(line, columns)).join('\n');
}

function unheardPhrase({ run, at, by, ...said }: Unheard, root: string, now: number): string {
  const below = run === root ? '' : `, to run ${run}`;
  return `${saidPhrase(said)} by ${plainLine(by ?? 'somebody')}, ${formatAge(now - at)}${below}`;
}

function since(phase: Phase, { updatedAt, wakeAt }: StoredRun, now: number): string {
  const ago = formatAge(now - updatedAt);
  switch (phase) {
    case 'running':
      return `last heard of ${ago}`;
    case 'pending':
      return 'nothing of it has started';
    case 'waiting':
      return `has waited for ${formatDuration(now - updatedAt)}${wakeAt === undefined ? '' : wakes(wakeAt, now)}`;
    case 'interrupted':
      return `last heard of ${ago}, and nobody drives it now`;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return `ended ${ago}`;
  }
}

function wakes(at: number, now: number): string {
  return at <= now ? ', and is due' : `, and wakes in ${formatDuration(at - now)}`;
}

/** The run's tasks, all of them, as a run shows them. */
export function statusTasks({ run, view, now }: Status, { columns, colours }: StatusOptions): string {
  // What nobody drives stands still.
  const at = driverOf(run, now) === undefined ? run.updatedAt : now;
  const lines = frame(view, { columns, rows: Number.POSITIVE_INFINITY, colours, now: at }).split('\n');
  // The header has said which workflow it is.
  return lines.slice(1).join('\n');
}

/** What a run came to. */
export function statusEnd(
  { error, output }: Extract<RunEvent, { readonly type: 'run.finished' }>,
  { colours }: StatusOptions,
): string | undefined {
  if (error !== undefined) return `\n${describeError(error, colours, process.cwd()).join('\n')}`;
  if (output === undefined) return undefined;
  return `\n${colours.bold('output')}\n${typeof output === 'string' ? output : toJsonText(output, 2)}`;
}
