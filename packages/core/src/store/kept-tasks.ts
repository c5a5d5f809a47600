import type { StoredRun } from '../model/store.ts';

/** What a store knows of a task of a run without its workflow. */
export interface KeptTask {
  readonly id: string;
  readonly dependsOn: readonly string[];
  /** It is made once for each item. */
  readonly fansOut: boolean;
  readonly allowFailure: boolean;
  /** The name of the signal that it waits for, if it does. */
  readonly signal?: string;
}

/** The traits of a stored structure that are read here; `structureOf` writes it. */
interface Shape {
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly fanOut?: unknown;
  readonly allowFailure?: boolean;
  readonly signal?: string;
}

/** The tasks of a run that is kept, each after those it depends on. */
export function keptTasks({ structure }: Pick<StoredRun, 'structure'>): readonly KeptTask[] {
  const shapes = JSON.parse(structure) as readonly Shape[];
  const left = new Map(shapes.map((shape) => [shape.id, new Set(shape.dependsOn)]));
  const dependents = new Map<string, string[]>(shapes.map(({ id }) => [id, []]));
  for (const { id, dependsOn } of shapes) for (const cause of dependsOn) dependents.get(cause)?.push(id);
  // Grows while it is walked: a task comes in with the last of its dependencies.
  const order = shapes.filter(({ dependsOn }) => dependsOn.length === 0).map(({ id }) => id);
  for (const id of order) {
    for (const dependent of dependents.get(id) ?? []) {
      const waitsFor = left.get(dependent);
      waitsFor?.delete(id);
      if (waitsFor?.size === 0) order.push(dependent);
    }
  }
  const byId = new Map(shapes.map((shape) => [shape.id, shape]));
  return order.flatMap((id) => {
    const shape = byId.get(id);
    return shape === undefined ? [] : [toTask(shape)];
  });
}

function toTask({ id, dependsOn, fanOut, allowFailure, signal }: Shape): KeptTask {
  return {
    id,
    dependsOn,
    fansOut: fanOut !== undefined,
    allowFailure: allowFailure === true,
    ...(signal !== undefined && { signal }),
  };
}
