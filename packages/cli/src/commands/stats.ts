import { existsSync } from 'node:fs';
import { readStats, statsOf, type WorkflowStats } from '@wf-sdk/core';
import { EXIT } from '../exit-codes.ts';
import { readEventFiles } from '../keep/event-files.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { ALL } from '../keep/run-family.ts';
import { didYouMean } from '../load/did-you-mean.ts';
import { bottlenecksOf } from '../show/bottlenecks.ts';
import { coloursFor } from '../show/colours.ts';
import { statsInDetail, statsInShort } from '../show/stats-text.ts';
import { UsageError } from '../usage-error.ts';
import { print, widthOf } from './print.ts';
import { say } from './say.ts';

interface StatsFlags extends StoreFlags {
  readonly workflow?: string;
  readonly since?: number;
  readonly limit?: number;
  readonly events?: readonly string[];
  readonly json?: true;
}

/** What was counted, and which workflows there are to choose from: asked for only where nothing was. */
interface Counted {
  readonly stats: readonly WorkflowStats[];
  readonly known: readonly string[];
}

/** A workflow may be called so, but hardly where there is such a file. */
const EVENT_FILE = /\.(?:jsonl?|ndjson)$/;

function isEventFile(name: string): boolean {
  return EVENT_FILE.test(name) && existsSync(name);
}

/** `wf-sdk stats`: what runs have in common. Gives the exit code. */
export async function showStats(detailed: string | undefined, flags: StatsFlags): Promise<number> {
  const workflow = detailed ?? flags.workflow;
  if (workflow !== flags.workflow && flags.workflow !== undefined)
    throw new UsageError(`two workflows are named, ${workflow} and ${flags.workflow}: name one of them`);
  if (flags.events === undefined && workflow !== undefined && isEventFile(workflow))
    throw new UsageError(`to count a file of events: wf-sdk stats --events ${workflow}`);
  const { stats, known } = await (flags.events === undefined
    ? fromStore(workflow, flags)
    : fromFiles(workflow, flags.events, flags));
  if (workflow !== undefined && stats.length === 0 && known.length > 0 && !known.includes(workflow))
    throw new UsageError(unknown(workflow, known));
  if (flags.json === true) for (const one of stats) print(JSON.stringify(toJson(one)));
  else if (stats.length === 0) say('there are no such runs');
  else {
    const options = { columns: widthOf(process.stdout), colours: coloursFor(process.stdout) };
    const [first] = stats;
    if (detailed !== undefined && first !== undefined) print(statsInDetail(first, options));
    else print(statsInShort(stats, options));
  }
  return EXIT.succeeded;
}

async function fromStore(workflow: string | undefined, flags: StatsFlags): Promise<Counted> {
  const { since, limit } = flags;
  return withStore(flags, 'read', async (store) => {
    const stats = await readStats(store, {
      ...(workflow !== undefined && { workflow }),
      ...(since !== undefined && { since: Date.now() - since }),
      ...(limit !== undefined && { limit }),
    });
    if (stats.length > 0 || workflow === undefined) return { stats, known: [] };
    const runs = await store.list({ limit: ALL });
    return { stats, known: [...new Set(runs.map((run) => run.workflow))] };
  });
}

async function fromFiles(
  workflow: string | undefined,
  files: readonly string[],
  { since }: StatsFlags,
): Promise<Counted> {
  const all = await statsOf(readEventFiles(files), since === undefined ? {} : { since: Date.now() - since });
  if (workflow === undefined) return { stats: all, known: [] };
  const stats = all.filter((one) => one.workflow === workflow);
  return { stats, known: all.map((one) => one.workflow) };
}

function unknown(workflow: string, known: readonly string[]): string {
  const near = didYouMean(workflow, known);
  const advice = near === undefined ? `there are runs of ${known.join(', ')}` : `did you mean '${near}'?`;
  return `there is no run of a workflow '${workflow}'; ${advice}`;
}

function toJson(stats: WorkflowStats): object {
  return { ...stats, bottlenecks: bottlenecksOf(stats) };
}
