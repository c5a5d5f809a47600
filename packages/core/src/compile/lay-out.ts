import type { PlannedPolicies } from './policies.ts';

/** The edges of a graph the other way round, and what follows from them for the order in which tasks start. */
export interface Layout {
  readonly dependents: readonly (readonly number[])[];
  /** Every task after those it depends on. Shorter than the graph where there is a cycle. */
  readonly order: readonly number[];
  readonly level: readonly number[];
  readonly rank: readonly number[];
  readonly place: readonly number[];
  readonly byPlace: readonly number[];
}

const NO_DEPENDENTS: readonly number[] = Object.freeze([]);

export function layOut(
  dependsOn: readonly (readonly number[])[],
  policies: readonly PlannedPolicies[],
): Layout {
  const size = dependsOn.length;
  const dependents: (number[] | undefined)[] = new Array<number[] | undefined>(size);
  const waitingFor = new Array<number>(size);
  const order: number[] = [];
  for (let task = 0; task < size; task++) {
    const dependencies = dependsOn[task] ?? [];
    waitingFor[task] = dependencies.length;
    if (dependencies.length === 0) order.push(task);
    for (const dependency of dependencies) {
      const known = dependents[dependency];
      if (known === undefined) dependents[dependency] = [task];
      else known.push(task);
    }
  }
  const level = new Array<number>(size).fill(0);
  for (let done = 0; done < order.length; done++) {
    const task = order[done] ?? 0;
    const next = (level[task] ?? 0) + 1;
    for (const dependent of dependents[task] ?? NO_DEPENDENTS) {
      if ((level[dependent] ?? 0) < next) level[dependent] = next;
      const left = (waitingFor[dependent] ?? 0) - 1;
      waitingFor[dependent] = left;
      if (left === 0) order.push(dependent);
    }
  }
  const rank = new Array<number>(size).fill(1);
  for (let done = order.length - 1; done >= 0; done--) {
    const task = order[done] ?? 0;
    let longest = 0;
    for (const dependent of dependents[task] ?? NO_DEPENDENTS)
      longest = Math.max(longest, rank[dependent] ?? 0);
    rank[task] = longest + 1;
  }
  const byPlace = startOrder(rank, policies);
  const place = new Array<number>(size);
  for (let position = 0; position < size; position++) place[byPlace[position] ?? 0] = position;
  return {
    dependents: Array.from(dependents, (tasks) => tasks ?? NO_DEPENDENTS),
    order,
    level,
    rank,
    place,
    byPlace,
  };
}

/** Tasks by priority, then by the longest way that is left, then by definition. */
function startOrder(rank: readonly number[], policies: readonly PlannedPolicies[]): number[] {
  const tasks = Array.from(rank, (_, task) => task);
  return tasks.sort(
    (a, b) =>
      (policies[b]?.priority ?? 0) - (policies[a]?.priority ?? 0) || (rank[b] ?? 0) - (rank[a] ?? 0) || a - b,
  );
}
