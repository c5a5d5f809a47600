import { NothingToRetryError, RunNotEndedError, StructureChangedError } from '../model/durable-error.ts';
import type { RunEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { StoredRun } from '../model/store.ts';
import { hasBegun, tasksAnew } from '../record/anew.ts';
import { type History, historyOf, type TakingUp } from '../record/history.ts';
import { standingEvents, takenSignals, undoneBefore } from '../record/standing.ts';
import type { RunSettings } from './options.ts';
import { structureChanges } from '../store/structure.ts';

/** What a run has done in processes before this one, as far as it still holds. */
export interface Past {
  readonly history: History;
  readonly events: readonly RunEvent[];
  readonly taking: TakingUp;
  /** How often tasks have begun anew after what they had done was undone. */
  readonly undoneBefore: ReadonlyMap<string, number>;
}

/** What is known of a run that is taken up, beside its log. */
interface Found {
  readonly kept: StoredRun;
  /** What the workflow's structure is now. */
  readonly structure: string;
  /** The number of the last message that was said to it. */
  readonly messages: number;
  readonly at: number;
  readonly settings: Pick<RunSettings, 'retries' | 'allowChanged'>;
}

/**
 * Decides how a run goes on: where its log ends; or, where it is retried, with tasks that begin anew.
 *
 * @throws StructureChangedError, RunNotEndedError, NothingToRetryError
 */
export function takeUpLog(plan: Plan, log: readonly RunEvent[], found: Found): Past {
  const { retries } = found.settings;
  const before = historyOf(standingEvents(log));
  const { finished } = before;
  if (retries !== undefined) {
    if (finished === undefined) throw new RunNotEndedError(found.kept.id);
    if (finished.state === 'succeeded' && retries.from === undefined)
      throw new NothingToRetryError(found.kept.id);
  }
  const tasks = retries === undefined ? [] : tasksAnew(plan, before, retries.from);
  const changed = allowedChanges(plan, before, new Set(tasks), found);
  const retried = retries === undefined ? undefined : { tasks, messages: found.messages };
  const taking = { retried, changed };
  const past = (all: readonly RunEvent[]): Past => {
    const events = standingEvents(all);
    const history = historyOf(events, takenSignals(all));
    return { history, events, taking, undoneBefore: undoneBefore(all) };
  };
  if (retried === undefined && changed.length === 0) return past(log);
  const fact = { run: found.kept.id, at: found.at, changed };
  const taken: RunEvent =
    retried === undefined ? { type: 'run.resumed', ...fact } : { type: 'run.retried', ...fact, ...retried };
  return past([...log, taken]);
}

/** The tasks that are not as they were. @throws StructureChangedError where one of them has to be, or all have */
function allowedChanges(
  plan: Plan,
  { tasks, finished }: History,
  anew: ReadonlySet<string>,
  { kept, structure, settings }: Found,
): readonly string[] {
  const changes = structureChanges(kept.structure, structure);
  if (changes.size === 0) return [];
  const refuse = (ids: readonly string[], advice?: string): never => {
    const lines = ids.flatMap((id) => changes.get(id) ?? []);
    throw new StructureChangedError(kept.id, plan.id, lines, advice);
  };
  const ids = [...changes.keys()];
  const isOver = finished !== undefined && settings.retries === undefined;
  if (isOver) return refuse(ids);
  const begun = ids.filter((id) => {
    const past = tasks.get(id);
    return past !== undefined && !anew.has(id) && hasBegun(past);
  });
  if (settings.allowChanged)
    return begun.length === 0
      ? ids
      : refuse(
          begun,
          'These tasks have begun, or have ended: only what has not can change. Go on with the workflow as it was.',
        );
  return refuse(
    ids,
    begun.length === 0
      ? 'None of these tasks has begun: allow the change with allowChanged (--allow-changed).'
      : undefined,
  );
}
