import { keptTasks, type LogLevel, type RunEvent, type StoredRun } from '@wf-sdk/core';
import type { Colors } from 'picocolors/types.js';
import { EXIT } from '../exit-codes.ts';
import { findRun } from '../keep/find-run.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { RunEvents } from '../keep/run-events.ts';
import { runsBelow } from '../keep/run-family.ts';
import { didYouMean } from '../load/did-you-mean.ts';
import { formatInstant } from '../show/age.ts';
import { coloursFor } from '../show/colours.ts';
import { toJsonText } from '../show/event-json.ts';
import { isLess } from '../show/log-lines.ts';
import { noticeLine } from '../show/notices.ts';
import { prefixesOf } from '../show/prefixes.ts';
import { UsageError } from '../usage-error.ts';
import { print } from './print.ts';

interface LogsFlags extends StoreFlags {
  readonly task?: string;
  readonly level?: LogLevel;
  readonly follow?: true;
  readonly json?: true;
}

/** `wf-sdk logs <run>`: what its tasks said. Gives the exit code. */
export async function printLogs(given: string, flags: LogsFlags): Promise<number> {
  return withStore(flags, 'read', async (store) => {
    const run = await findRun(store, given);
    if (flags.task !== undefined) checkTask(flags.task, run, await runsBelow(store, run.id));
    const events = new RunEvents(store, run.id);
    const colours = coloursFor(process.stdout);
    const prefix = prefixesOf(run.id);
    for await (const event of flags.follow === true ? events.follow() : events.read()) {
      const place = prefix(event);
      if (!isLog(event) || isLess(event.level, flags.level)) continue;
      if (flags.task !== undefined && event.task !== flags.task) continue;
      const line = flags.json === true ? toJsonText(event) : noticeLine(event, { prefix: place }, colours);
      if (line === undefined) continue;
      if (!print(flags.json === true ? line : timed(event.at, line, colours))) break;
    }
    return EXIT.succeeded;
  });
}

/** Further lines of a text begin where its first one does. */
function timed(at: number, line: string, colours: Colors): string {
  const instant = formatInstant(at);
  return `${colours.dim(instant)}${line.replaceAll('\n', `\n${' '.repeat(instant.length)}`)}`;
}

function isLog(event: RunEvent): event is Extract<RunEvent, { readonly type: 'task.log' }> {
  return event.type === 'task.log';
}

/** @throws UsageError where no task of the run or of those below it is called so */
function checkTask(task: string, run: StoredRun, below: readonly StoredRun[]): void {
  const known = [run, ...below].flatMap((one) => keptTasks(one).map(({ id }) => id));
  if (known.includes(task)) return;
  const near = didYouMean(task, known);
  const advice = near === undefined ? `its tasks are ${known.join(', ')}` : `did you mean '${near}'?`;
  throw new UsageError(`run ${run.id} has no task '${task}'; ${advice}`);
}
