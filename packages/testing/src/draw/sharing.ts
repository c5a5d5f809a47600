import type { TaskIndex } from '@wf-sdk/core';

/** What each task depends on. */
export type Edges = readonly (readonly TaskIndex[])[];

/** The task at the top of each lane that is in use. */
export type Lanes = readonly (TaskIndex | undefined)[];

/** Whether tasks share lanes, and which. */
export interface Sharing {
  readonly mostLanes: number;
  /** The lane that has the same tasks still to come as the task has in all. */
  laneFor(task: TaskIndex, lanes: Lanes, left: readonly number[]): number | undefined;
}

/** So many lanes beside each other are still readable; more are only drawn where sharing them does not help. */
const MOST_LANES = 40;

export class OwnLanes implements Sharing {
  readonly mostLanes: number = MOST_LANES;

  laneFor(): undefined {
    return undefined;
  }
}

export class SharedLanes implements Sharing {
  readonly mostLanes: number = Number.POSITIVE_INFINITY;
  readonly #edges: readonly ReadonlySet<TaskIndex>[];
  readonly #dependents: Edges;

  constructor(edges: Edges) {
    this.#edges = edges.map((dependencies) => new Set(dependencies));
    const dependents: TaskIndex[][] = edges.map(() => []);
    for (const [task, dependencies] of edges.entries())
      for (const dependency of dependencies) dependents[dependency]?.push(task);
    this.#dependents = dependents;
  }

  laneFor(task: TaskIndex, lanes: Lanes, left: readonly number[]): number | undefined {
    const dependents = this.#dependents[task] ?? [];
    const found = lanes.findIndex((top) => {
      if (top === undefined || left[top] !== dependents.length) return false;
      return dependents.every((dependent) => this.#edges[dependent]?.has(top) === true);
    });
    return found === -1 ? undefined : found;
  }
}
