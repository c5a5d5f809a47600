import { driverOf, type RunQuery, type Store, type StoredRun } from '@wf-sdk/core';
import { EXIT } from '../exit-codes.ts';
import { type StoreFlags, withStore } from '../keep/open-store.ts';
import { type Phase, phaseOf } from '../keep/phase.ts';
import { ALL, hasRunEnded } from '../keep/run-family.ts';
import { storeFlag } from '../keep/store-path.ts';
import { formatAge, formatInstant } from '../show/age.ts';
import { coloursFor } from '../show/colours.ts';
import { formatDuration } from '../show/format.ts';
import { paintPhase } from '../show/phase.ts';
import { type Column, table } from '../show/table.ts';
import { print, widthOf } from './print.ts';
import { say } from './say.ts';

interface ListFlags extends StoreFlags {
  readonly status?: Phase;
  readonly workflow?: string;
  readonly since?: number;
  readonly limit: number;
  readonly json?: true;
}

/** A run with what can be said of it at one instant. */
interface Listed {
  readonly run: StoredRun;
  readonly phase: Phase;
}

/** `wf-sdk runs`: which runs the store has. Gives the exit code. */
export async function listRuns(flags: ListFlags): Promise<number> {
  const now = Date.now();
  const runs = await withStore(flags, 'read', (store) => select(store, flags, now));
  if (flags.json === true) for (const listed of runs) print(JSON.stringify(toJson(listed, now)));
  else if (runs.length === 0) say('there are no such runs');
  else {
    const colours = coloursFor(process.stdout);
    const painted: readonly Column<Listed>[] = columns(now).map((column) =>
      column.title === 'STATUS'
        ? { ...column, paint: (text, { phase }) => paintPhase(text, phase, colours) }
        : column,
    );
    print(table(runs, painted, widthOf(process.stdout), colours.dim));
    if (runs.some(({ phase }) => phase === 'interrupted'))
      say(
        `nobody drives those that were interrupted: wf-sdk resume <run>${storeFlag(flags.store)} goes on with one`,
      );
  }
  return EXIT.succeeded;
}

async function select(store: Store, flags: ListFlags, now: number): Promise<readonly Listed[]> {
  const { status, workflow, since, limit } = flags;
  const query: RunQuery = {
    parent: null,
    ...(workflow !== undefined && { workflow }),
    ...(since !== undefined && { since: now - since }),
    ...(status !== undefined && { states: statesFor(status) }),
    // Which of them are interrupted only shows afterwards; of runs that have not ended there are few.
    limit: status === undefined || hasRunEnded({ state: storedState(status) }) ? limit : ALL,
  };
  const runs: Listed[] = [];
  for (const run of await store.list(query)) {
    const phase = await phaseOf(store, run, now);
    if (status === undefined || status === phase) runs.push({ run, phase });
    if (runs.length === limit) break;
  }
  return runs;
}

function storedState(phase: Phase): StoredRun['state'] {
  return phase === 'interrupted' ? 'running' : phase;
}

function statesFor(phase: Phase): readonly StoredRun['state'][] {
  return phase === 'interrupted' ? ['running', 'pending'] : [storedState(phase)];
}

function columns(now: number): readonly Column<Listed>[] {
  return [
    { title: 'RUN', rank: 0, cell: ({ run }) => run.id },
    { title: 'STATUS', rank: 1, cell: ({ phase }) => phase },
    { title: 'WORKFLOW', rank: 2, least: 8, cell: ({ run }) => run.workflow },
    { title: 'BEGUN', rank: 3, cell: ({ run }) => formatAge(now - run.createdAt) },
    { title: 'TOOK', rank: 4, cell: ({ run }) => took(run, now) },
    { title: 'EVENTS', rank: 5, cell: ({ run }) => String(run.length) },
  ];
}

/** From its beginning to its end, waits and pauses included; so far, where somebody drives it. */
function took(run: StoredRun, now: number): string {
  const until = driverOf(run, now) === undefined ? run.updatedAt : now;
  return formatDuration(Math.max(0, until - run.createdAt));
}

function toJson({ run, phase }: Listed, now: number): object {
  const { id, workflow, version, createdAt, updatedAt, length, source } = run;
  return {
    run: id,
    workflow,
    version,
    status: phase,
    createdAt,
    updatedAt,
    begun: formatInstant(createdAt),
    events: length,
    drivenBy: driverOf(run, now) ?? null,
    source: source ?? null,
  };
}
