/** A task of a run, as far as the path through the run is concerned. */
export interface PathTask {
  readonly task: string;
  /** What it waited for. What is not among the tasks is passed over. */
  readonly dependsOn: readonly string[];
  /** Whether it did anything: was queued, ran, waited. One that was skipped at once did not. */
  readonly began: boolean;
  /** The place of its being released among all that happened in the run. */
  readonly readyOrder: number;
  /** The place of its end; infinite where it has not ended. */
  readonly endOrder: number;
}

/**
 * The tasks that a run's length hung on: from the one that ended last back over the dependency that ended last before each
 * was released, in the order in which they ran. Of several that have not ended it is the one released first.
 *
 * Linear in the number of tasks and dependencies.
 */
export function criticalPathOf(tasks: Iterable<PathTask>): readonly string[] {
  const byId = new Map<string, PathTask>();
  let last: PathTask | undefined;
  for (const task of tasks) {
    byId.set(task.task, task);
    if (task.began && (last === undefined || endsAfter(task, last))) last = task;
  }
  const path: string[] = [];
  for (let step = last; step !== undefined; step = releaserOf(step, byId)) path.push(step.task);
  return path.reverse();
}

function endsAfter(one: PathTask, other: PathTask): boolean {
  return one.endOrder === other.endOrder ? one.readyOrder < other.readyOrder : one.endOrder > other.endOrder;
}

/** What ended after it was released, as under `one_success`, did not keep it waiting. */
function releaserOf(
  { dependsOn, readyOrder }: PathTask,
  byId: ReadonlyMap<string, PathTask>,
): PathTask | undefined {
  let found: PathTask | undefined;
  for (const id of dependsOn) {
    const dependency = byId.get(id);
    if (dependency === undefined || dependency.endOrder >= readyOrder) continue;
    if (found === undefined || dependency.endOrder > found.endOrder) found = dependency;
  }
  return found;
}
