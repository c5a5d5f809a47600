import type { RunResult } from '@wf-sdk/core';

/** When each task started first: the lower, the earlier. What never started is not in it. */
export interface Starts {
  readonly places: ReadonlyMap<string, number>;
  /** Whether two tasks at the same place did start in the same moment, as far as the result can tell. */
  readonly areTimes: boolean;
}

/** A test run knows the order of its starts; of any other run there are the times, in milliseconds. */
export function startsOf(result: RunResult & { readonly starts?: readonly string[] }): Starts {
  const places = new Map<string, number>();
  for (const [place, start] of (result.starts ?? []).entries()) {
    // A later attempt is said as `load#2`, an item as `thumbs[3]`.
    const task = start.replace(/[#[].*$/, '');
    if (!places.has(task)) places.set(task, place);
  }
  if (result.starts !== undefined) return { places, areTimes: false };
  for (const { id, startedAt } of Object.values(result.tasks))
    if (startedAt !== undefined) places.set(id, startedAt);
  return { places, areTimes: true };
}
