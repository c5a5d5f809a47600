import type { TaskDefinition } from '../model/definition.ts';

/**
 * Makes each teardown wait for everything that uses its setup: all tasks that come after the setup and not after one of
 * its teardowns. Adds these edges to `dependsOn`, behind those that were declared.
 */
export function addTeardownEdges(
  tasks: readonly TaskDefinition[],
  indexOf: ReadonlyMap<string, number>,
  dependsOn: number[][],
): void {
  const teardowns = new Map<number, number[]>();
  for (const [index, { teardownOf }] of tasks.entries()) {
    const setup = teardownOf === undefined ? undefined : indexOf.get(teardownOf);
    if (setup === undefined || setup === index) continue;
    const others = teardowns.get(setup);
    if (others === undefined) teardowns.set(setup, [index]);
    else others.push(index);
  }
  if (teardowns.size === 0) return;
  const declared = dependsOn.map((edges) => [...edges]);
  const dependents = dependentsOf(declared);
  for (const [setup, own] of teardowns) {
    const before = reach([setup], declared, new Set());
    // What tears down something from before the setup comes after this teardown: it is no user of the setup.
    const outer = Array.from(teardowns).flatMap(([other, its]) => (before.has(other) ? its : []));
    const after = reach(own, dependents, new Set());
    const users = reach([setup], dependents, new Set(outer));
    for (const teardown of own) {
      const edges = dependsOn[teardown] ?? [];
      const known = new Set(edges);
      for (const user of users) {
        if (user !== setup && !after.has(user) && !known.has(user)) edges.push(user);
      }
    }
  }
}

function dependentsOf(dependsOn: readonly (readonly number[])[]): number[][] {
  const dependents: number[][] = dependsOn.map(() => []);
  for (const [task, dependencies] of dependsOn.entries()) {
    for (const dependency of dependencies) dependents[dependency]?.push(task);
  }
  return dependents;
}

/** These tasks and all that can be reached from them over some edges, by ways that avoid some tasks. */
function reach(
  from: readonly number[],
  edges: readonly (readonly number[])[],
  avoiding: ReadonlySet<number>,
): Set<number> {
  const reached = new Set(from);
  for (const task of reached) {
    for (const next of edges[task] ?? []) if (!avoiding.has(next)) reached.add(next);
  }
  return reached;
}
