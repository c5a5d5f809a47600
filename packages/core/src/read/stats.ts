import { decodeOutline } from '../codec/outline.ts';
import { keptTasks } from '../store/kept-tasks.ts';
import type { RunEvent } from '../model/event.ts';
import type { Store, StoredRun } from '../model/store.ts';
import { type Dependencies, RunFold } from '../stats/run-fold.ts';
import type { WorkflowStats } from '../stats/stats.ts';
import { Workflows } from '../stats/workflows.ts';

/** Which runs are looked at: those that tasks of other runs ran are among them. */
export interface StatsQuery {
  /** Only runs of this workflow. */
  readonly workflow?: string;
  /** Only runs that began then or later, in milliseconds since the epoch. */
  readonly since?: number;
  /** So many, the newest. @default all */
  readonly limit?: number;
}

/** So many events are read at a time: most runs have fewer, and what they gave comes with them. */
const PAGE = 200;

/**
 * What the runs of each workflow have in common that a store keeps: how many failed, how long they and their tasks took, what
 * was queued, and what makes up their critical paths. Their logs are read one after the other, and no output is.
 *
 * @returns One for each workflow that has such runs, the one with the most runs first.
 * @throws UnreadableError where a log is damaged; StoreError
 */
export async function readStats(store: Store, query: StatsQuery = {}): Promise<readonly WorkflowStats[]> {
  const workflows = new Workflows();
  const dependencies = new DependenciesOf();
  const { limit = Number.MAX_SAFE_INTEGER, workflow, since } = query;
  const runs = await store.list({
    limit,
    ...(workflow !== undefined && { workflow }),
    ...(since !== undefined && { since }),
  });
  for (const run of runs) {
    const isBelow = run.parent !== undefined;
    const fold = new RunFold(workflows.of(run.workflow), run.createdAt, isBelow, dependencies.read(run));
    for (let read = 0; ;) {
      const page = await store.read(run.id, read, PAGE);
      for (const entry of page) {
        const event = decodeOutline(run.id, entry, COUNTED);
        if (event !== undefined) fold.apply(event);
      }
      read += page.length;
      if (page.length < PAGE) break;
    }
  }
  return workflows.stats();
}

/** What else there is changes no figure. */
const COUNTED: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>([
  'run.started',
  'run.resumed',
  'run.retried',
  'run.finished',
  'task.queued',
  'attempt.started',
  'attempt.failed',
  'attempt.late',
  'task.fanned_out',
  'item.succeeded',
  'item.failed',
  'task.recovering',
  'task.waiting',
  'task.decided',
  'task.sla_missed',
  'task.succeeded',
  'task.failed',
  'task.upstream_failed',
  'task.skipped',
  'task.cancelled',
]);

/** Runs of one workflow mostly have the same structure. */
class DependenciesOf {
  readonly #last = new Map<string, readonly [structure: string, Dependencies]>();

  read(run: StoredRun): Dependencies {
    const { workflow, structure } = run;
    const last = this.#last.get(workflow);
    if (last !== undefined && last[0] === structure) return last[1];
    const dependencies = new Map(keptTasks(run).map(({ id, dependsOn }) => [id, dependsOn]));
    this.#last.set(workflow, [structure, dependencies]);
    return dependencies;
  }
}

/**
 * The same over events from elsewhere, of any number of runs: those of a run in their order. Of a run whose `run.started` is not
 * among them nothing is counted. Events do not say what depends on what: the critical path goes back over whatever ended last
 * before a task began.
 */
export async function statsOf(
  events: Iterable<RunEvent> | AsyncIterable<RunEvent>,
  { workflow, since = Number.NEGATIVE_INFINITY }: Omit<StatsQuery, 'limit'> = {},
): Promise<readonly WorkflowStats[]> {
  const workflows = new Workflows();
  const folds = new Map<string, RunFold>();
  for await (const event of events) {
    if (event.type !== 'run.started') {
      folds.get(event.run)?.apply(event);
      continue;
    }
    if (folds.has(event.run) || event.at < since) continue;
    if (workflow !== undefined && event.workflow !== workflow) continue;
    folds.set(event.run, new RunFold(workflows.of(event.workflow), event.at, event.parent !== undefined));
  }
  return workflows.stats();
}
