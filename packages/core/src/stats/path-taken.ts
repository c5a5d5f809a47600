/** What there is to know of one task of a run in order to find its critical path. */
export interface TimedTask {
  readonly task: string;
  /** Which tasks it depends on. Where that is not known, it is taken to have waited for whatever ended last before it. */
  readonly dependsOn?: readonly string[] | undefined;
  /** The places of its first event and of the one that ended it, in the run's log: two events can be of the same instant. */
  readonly begins: number;
  readonly ends: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly endedAt: number;
  /** Something of it ran or waited; not so of a task that was skipped at once. */
  readonly ran: boolean;
}

/** One task of the path, with the time for which it held the run up: from the end of what it had waited for to its own. */
export interface PathStep {
  readonly task: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The critical path that a run has taken: from the task that ended last back over the dependency that ended last before each
 * began, up to the run's begin. Its steps lie end to end, so that their lengths add up to the time from there to the end of the
 * last task. Had one of them been faster, so would have been the run, until another path is the longest.
 *
 * @param tasks Those that have ended.
 * @param startedAt When the run began, in milliseconds since the epoch.
 * @returns First to last.
 */
export function pathTaken(tasks: Iterable<TimedTask>, startedAt: number): readonly PathStep[] {
  const byId = new Map<string, TimedTask>();
  for (const task of tasks) byId.set(task.task, task);
  const ended = [...byId.values()].toSorted((one, other) => one.ends - other.ends);
  const path: TimedTask[] = [];
  let current = ended.findLast(({ ran }) => ran);
  // What ended last before the current one began: it only goes back.
  let place = ended.length;
  while (current !== undefined) {
    path.push(current);
    const { dependsOn, begins }: TimedTask = current;
    while (place > 0 && (ended[place - 1]?.ends ?? 0) >= begins) place--;
    current = dependsOn === undefined ? ended[place - 1] : lastBefore(begins, dependsOn, byId);
  }
  let from = startedAt;
  return path.toReversed().map(({ task, endedAt }) => {
    const step = { task, from, to: Math.max(from, endedAt) };
    from = step.to;
    return step;
  });
}

function lastBefore(
  begins: number,
  candidates: readonly string[],
  byId: ReadonlyMap<string, TimedTask>,
): TimedTask | undefined {
  let last: TimedTask | undefined;
  for (const id of candidates) {
    const task = byId.get(id);
    if (task !== undefined && task.ends < begins && task.ends > (last?.ends ?? -1)) last = task;
  }
  return last;
}
