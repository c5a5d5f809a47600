import type { RunEvent } from '@wf-sdk/core';
import cliTruncate from 'cli-truncate';
import type { Colors } from 'picocolors/types.js';
import { EXIT } from '../exit-codes.ts';
import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { RunEvents } from '../keep/run-events.ts';
import { formatInstant } from '../show/age.ts';
import { coloursFor } from '../show/colours.ts';
import { toJsonText } from '../show/event-json.ts';
import { headline } from '../show/format.ts';
import { nameOf } from '../show/run-view.ts';
import { print, widthOf } from './print.ts';

interface EventsFlags extends StoreFlags {
  readonly follow?: true;
  readonly json?: true;
}

/** `wf-sdk events <run>`: all that happened to a run. Gives the exit code. */
export async function printEvents(given: string, flags: EventsFlags): Promise<number> {
  return withStore(flags, 'read', async (store) => {
    const { id } = await findRun(store, given);
    const events = new RunEvents(store, id);
    const colours = coloursFor(process.stdout);
    for await (const event of flags.follow === true ? events.follow() : events.read()) {
      const line =
        flags.json === true
          ? toJsonText(event)
          : cliTruncate(eventLine(event, id, colours), widthOf(process.stdout));
      if (!print(line)) break;
    }
    return EXIT.succeeded;
  });
}

const COLUMNS: ReadonlySet<string> = new Set(['type', 'run', 'at', 'task', 'item']);
const TYPE_WIDTH = 'compensation.succeeded'.length;

/** One line: when, what, of which task, and the rest in short. @param root The run that was asked for. */
function eventLine(event: RunEvent, root: string, colours: Colors): string {
  const { type, run, at } = event;
  const below = run.startsWith(root) ? run.slice(root.length) : run;
  const task = 'task' in event ? nameOf(event.task, 'item' in event ? event.item : undefined) : '';
  const details = Object.entries(event).flatMap(([key, value]: [string, unknown]) =>
    COLUMNS.has(key) ? [] : [`${key}=${value instanceof Error ? headline(value) : inShort(value)}`],
  );
  return [
    colours.dim(formatInstant(at)),
    type.padEnd(TYPE_WIDTH),
    ...(below === '' ? [] : [colours.dim(below)]),
    ...(task === '' ? [] : [colours.bold(task)]),
    colours.dim(details.join(' ')),
  ]
    .join('  ')
    .trimEnd();
}

/** Longer values are for `--json`. */
const SHORT = 120;

function inShort(value: unknown): string {
  const text = typeof value === 'string' && /^\S+$/.test(value) ? value : toJsonText(value);
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
