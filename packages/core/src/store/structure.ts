import type { TaskDefinition } from '../model/definition.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';

/** What of a task decides what a log means: policies can change between two processes, this cannot. */
interface TaskShape {
  readonly id: string;
  readonly [trait: string]: unknown;
}

/** A plan's structure as text: the same text, the same structure. Order of definition does not count. */
export function structureOf({ tasks }: Plan): string {
  return JSON.stringify(tasks.map(shapeOf).toSorted((one, other) => (one.id < other.id ? -1 : 1)));
}

/** The tasks that are not as they were, each with a line for each thing that has changed. */
export function structureChanges(before: string, after: string): ReadonlyMap<string, readonly string[]> {
  const changes = new Map<string, readonly string[]>();
  if (before === after) return changes;
  const was = shapesIn(before);
  const is = shapesIn(after);
  for (const [id, shape] of was) {
    const now = is.get(id);
    const lines = now === undefined ? [`task '${id}' is no longer there`] : traitChanges(id, shape, now);
    if (lines.length > 0) changes.set(id, lines);
  }
  for (const id of is.keys()) if (!was.has(id)) changes.set(id, [`task '${id}' is new`]);
  return changes;
}

function shapeOf(
  { id, definition, rule, setup, dependsOn }: PlannedTask,
  _: number,
  tasks: readonly PlannedTask[],
): TaskShape {
  const {
    branches,
    conditions,
    fanOut,
    sleep,
    signal,
    child,
    compensate,
    allowFailure,
    runAlways,
  }: TaskDefinition = definition;
  return {
    id,
    dependsOn: Array.from(dependsOn, (index) => tasks[index]?.id ?? '').toSorted(),
    rule,
    ...(setup !== undefined && { teardownOf: tasks[setup]?.id }),
    ...(branches !== undefined && { branches }),
    ...(conditions !== undefined && { conditions: conditions.length }),
    ...(fanOut !== undefined && { fanOut: fanOut.kind === 'each' ? 'each' : fanOut.axes }),
    ...(sleep !== undefined && { sleeps: true }),
    ...(signal !== undefined && { signal: signal.name }),
    ...(child !== undefined && { child: true }),
    ...(compensate !== undefined && { compensates: true }),
    ...(allowFailure === true && { allowFailure }),
    ...(runAlways === true && { runAlways }),
  };
}

function shapesIn(structure: string): Map<string, TaskShape> {
  return new Map((JSON.parse(structure) as TaskShape[]).map((shape) => [shape.id, shape]));
}

function traitChanges(id: string, was: TaskShape, is: TaskShape): string[] {
  const traits = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...traits].flatMap((trait) => {
    const [before, after] = [show(was[trait]), show(is[trait])];
    return before === after ? [] : [`task '${id}': ${trait} was ${before}, is ${after}`];
  });
}

function show(value: unknown): string {
  return value === undefined ? 'not said' : JSON.stringify(value);
}
