/** What there is to know of one task of a run in order to find its critical path. */
export interface TimedTask {
  readonly task: string;
  /** Which tasks it depends on. Where that is not known, it is taken to have waited for whatever ended last before it. */
  readonly dependsOn?: readonly string[] | undefined;
  /** The place at which it began among all that happened in the run: two events can be of the same instant. */
  readonly begins: number;
  /** The place of its end; infinite where it has not ended. */
  readonly ends: number;
  /** Something of it ran or waited; not so of a task that was skipped at once. */
  readonly ran: boolean;
}

/**
 * The critical path that a run has taken: from the task that ended last back over the dependency that ended last before each
 * began, up to the run's begin. Had one of them been faster, so would have been the run, until another path is the longest. Of
 * several that have not ended it ends with the one that began first.
 *
 * @param tasks In any order. What others depend on and is not among them is passed over.
 * @returns Those of them that are on it, first to last.
 */
export function pathTaken<Timed extends TimedTask>(tasks: Iterable<Timed>): readonly Timed[] {
  const byId = new Map<string, Timed>();
  let last: Timed | undefined;
  for (const task of tasks) {
    byId.set(task.task, task);
    if (task.ran && (last === undefined || endsAfter(task, last))) last = task;
  }
  const ended = [...byId.values()].toSorted((one, other) => one.ends - other.ends || 0);
  const path: Timed[] = [];
  let current = last;
  // What ended last before the current one began: it only goes back.
  let place = ended.length;
  while (current !== undefined) {
    path.push(current);
    const { dependsOn, begins }: TimedTask = current;
    while (place > 0 && (ended[place - 1]?.ends ?? 0) >= begins) place--;
    current = dependsOn === undefined ? ended[place - 1] : lastBefore(begins, dependsOn, byId);
  }
  return path.reverse();
}

function endsAfter(one: TimedTask, other: TimedTask): boolean {
  return one.ends === other.ends ? one.begins < other.begins : one.ends > other.ends;
}

/** One task of the path, with the time for which it held the run up: from the end of what it had waited for to its own. */
export interface PathStep {
  readonly task: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The steps of a path, end to end: their lengths add up to the time from the run's begin to the end of the last task.
 *
 * @param path Tasks with when each ended. All times are milliseconds since the epoch.
 * @param startedAt When the run began.
 */
export function stepsOf(
  path: readonly { readonly task: string; readonly endedAt: number }[],
  startedAt: number,
): readonly PathStep[] {
  let from = startedAt;
  return path.map(({ task, endedAt }) => {
    const step = { task, from, to: Math.max(from, endedAt) };
    from = step.to;
    return step;
  });
}

/** What ended after it began, as under `one_success`, did not keep it waiting. */
function lastBefore<Timed extends TimedTask>(
  begins: number,
  candidates: readonly string[],
  byId: ReadonlyMap<string, Timed>,
): Timed | undefined {
  let last: Timed | undefined;
  for (const id of candidates) {
    const task = byId.get(id);
    if (task !== undefined && task.ends < begins && task.ends > (last?.ends ?? -1)) last = task;
  }
  return last;
}
