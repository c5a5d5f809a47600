/**
 * One cycle of each knot of tasks that wait for each other, as the tasks along it. `dependsOn[i]` are the tasks that
 * task `i` waits for. Loops, never recurses: a chain may be as long as memory allows.
 */
export function findCycles(dependsOn: readonly (readonly number[])[]): number[][] {
  const cycles: number[][] = [];
  const WHITE = 0;
  const ON_PATH = 1;
  const DONE = 2;
  const colour = new Uint8Array(dependsOn.length);
  const knotted = new Set<number>();
  for (let root = 0; root < dependsOn.length; root++) {
    if (colour[root] !== WHITE) continue;
    const path = [root];
    const next = [0];
    colour[root] = ON_PATH;
    while (path.length > 0) {
      const task = path[path.length - 1] ?? 0;
      const edge = next[next.length - 1] ?? 0;
      const dependency = dependsOn[task]?.[edge];
      if (dependency === undefined) {
        colour[task] = DONE;
        path.pop();
        next.pop();
        continue;
      }
      next[next.length - 1] = edge + 1;
      if (colour[dependency] === WHITE) {
        colour[dependency] = ON_PATH;
        path.push(dependency);
        next.push(0);
      } else if (colour[dependency] === ON_PATH) {
        const cycle = path.slice(path.indexOf(dependency));
        if (!cycle.some((member) => knotted.has(member))) cycles.push(cycle);
        for (const member of cycle) knotted.add(member);
      }
    }
  }
  return cycles;
}
