import type { TaskIndex } from '@wf-sdk/core';
import { type Edges, type Lanes, OwnLanes, SharedLanes, type Sharing } from './sharing.ts';
import { drawRow, signOf } from './row.ts';

/*
 * How the lines run. A task that something depends on has a lane of its own, from its sign down to the last task that
 * depends on it. A task's row has a horizontal line to the lane of each task it depends on, unless its sign stands in
 * that lane itself. So whatever meets a lane from the side depends on the task at the top of that lane:
 *
 *   ├ ┼ ┤  it does, and the lane goes on         ╰ ┴ ╯  it does, as the last one; the lane ends
 *   ─│─    it does not: the horizontal line passes behind
 *
 * The sign says what else there would be to guess: hollow where it depends on nothing, square where nothing depends on it.
 *
 * Where that gets too wide, tasks on which just the same tasks depend share a lane. All but the first stand in it as a ring,
 * which does not depend on what is above it: the lane goes on through it, and whatever meets it below depends on all.
 */

/** The rows of a drawing without its words, by task; in `order` each task comes after those it depends on. */
export function layLanes(order: readonly TaskIndex[], edges: Edges): ReadonlyMap<TaskIndex, string> {
  return lay(order, edges, new OwnLanes()) ?? lay(order, edges, new SharedLanes(edges)) ?? new Map();
}

/** Gives nothing where it takes more lanes than may be. */
function lay(
  order: readonly TaskIndex[],
  edges: Edges,
  sharing: Sharing,
): Map<TaskIndex, string> | undefined {
  const left = countDependents(edges);
  const lanes: (TaskIndex | undefined)[] = [];
  const rows = new Map<TaskIndex, string>();
  for (const task of order) {
    const dependencies = edges[task] ?? [];
    for (const dependency of dependencies) left[dependency] = (left[dependency] ?? 0) - 1;
    const met = new Set(dependencies);
    const taps = [...lanes.keys()].filter((lane) => met.has(lanes[lane] ?? -1));
    const ended = taps.filter((lane) => left[lanes[lane] ?? -1] === 0);
    const goesOn = (left[task] ?? 0) > 0;
    const shared = goesOn ? sharing.laneFor(task, lanes, left) : undefined;
    // What stands in a lane as a ring does not depend on it: a task that does has a lane of its own.
    const ring = shared === undefined || taps.includes(shared) ? undefined : shared;
    const own = ring ?? ended[0] ?? nearestFree(lanes, taps);
    const sign = signOf({ isRing: ring !== undefined, hasDependencies: met.size > 0, goesOn });
    rows.set(task, drawRow({ lanes, taps: new Set(taps), ended: new Set(ended), own, sign }));
    for (const lane of ended) lanes[lane] = undefined;
    // Of those that share a lane the first speaks for all.
    if (ring === undefined) lanes[own] = goesOn ? task : undefined;
    while (lanes.length > 0 && lanes.at(-1) === undefined) lanes.pop();
    if (lanes.length > sharing.mostLanes) return undefined;
  }
  return rows;
}

function countDependents(edges: Edges): number[] {
  const counts = edges.map(() => 0);
  for (const dependency of edges.flat()) counts[dependency] = (counts[dependency] ?? 0) + 1;
  return counts;
}

/** The free lane to which the horizontal line is the shortest; of several the first. */
function nearestFree(lanes: Lanes, taps: readonly number[]): number {
  const [first, last] = [taps[0] ?? 0, taps.at(-1) ?? 0];
  let nearest = lanes.length;
  let shortest = Number.POSITIVE_INFINITY;
  for (let lane = 0; lane <= lanes.length; lane++) {
    if (lanes[lane] !== undefined) continue;
    const length = Math.max(last, lane) - Math.min(first, lane);
    if (length < shortest) [nearest, shortest] = [lane, length];
  }
  return nearest;
}
