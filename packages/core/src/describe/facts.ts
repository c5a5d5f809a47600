import type { Branch, TaskDefinition } from '../model/definition.ts';
import type { FanOut } from '../model/fan-out.ts';
import type { Plan, PlannedTask, TaskIndex } from '../model/plan.ts';

/** Why one task waits for another, as a graph shows it. */
export interface Edge {
  readonly from: TaskIndex;
  readonly to: TaskIndex;
  /** `branch`: it depends on what the other gives. `teardown`, `before_teardown`: it undoes the other, or comes after it. */
  readonly kind: 'plain' | 'branch' | 'teardown' | 'before_teardown';
  /** Under `branch` the labels, in the order in which they were given. */
  readonly labels: readonly string[];
}

/**
 * The edges of a task, in the order of its dependencies. Of what a teardown has to wait for, those are left out that
 * another one waits for: there may be many, and the order is the same without.
 */
export function edgesOf(
  { index, definition, dependsOn, reads, setup }: PlannedTask,
  plan: Plan,
): readonly Edge[] {
  const all = setup === undefined ? undefined : new Set(dependsOn);
  return Array.from(dependsOn, (from, place): Edge | undefined => {
    const edge = { from, to: index, labels: [] };
    if (from === setup) return { ...edge, kind: 'teardown' };
    if (place >= reads.length) {
      const isLast = !Array.from(plan.dependents[from] ?? []).some(
        (dependent) => all?.has(dependent) === true,
      );
      return isLast ? { ...edge, kind: 'before_teardown' } : undefined;
    }
    const labels = labelsOf(definition.branches, reads[place]);
    return labels.length > 0 ? { ...edge, kind: 'branch', labels } : { ...edge, kind: 'plain' };
  }).filter((edge) => edge !== undefined);
}

function labelsOf(
  branches: readonly Branch[] | undefined,
  dependency: string | undefined,
): readonly string[] {
  const labels = (branches ?? [])
    .filter(({ task }) => task === dependency)
    .flatMap((branch) => branch.labels);
  return [...new Set(labels)].map(String);
}

/** What decides whether, how often and as what a task runs, beside its dependencies: a few words each. */
export function factsOf({ definition, rule, setup }: PlannedTask, { tasks }: Plan): readonly string[] {
  const { conditions, runAlways, allowFailure, fanOut, child, sleep, signal, secrets = [] } = definition;
  return [
    rule === 'all_success' || rule === 'teardown' ? '' : rule,
    setup === undefined ? '' : `teardown of ${tasks[setup]?.id ?? '?'}`,
    conditions === undefined ? '' : 'on a condition',
    runAlways === true ? 'runs always' : '',
    fanOut === undefined ? '' : showFanOut(fanOut),
    child === undefined ? '' : showChild(child),
    sleep === undefined ? '' : showSleep(sleep),
    signal === undefined ? '' : showSignal(signal),
    allowFailure === true ? 'may fail' : '',
    secrets.length === 0 ? '' : `needs ${secrets.join(', ')}`,
  ].filter((fact) => fact !== '');
}

function showFanOut(fanOut: FanOut): string {
  if (fanOut.kind === 'each') return 'for each item';
  const axes = Object.entries(fanOut.axes);
  return `matrix of ${axes.map(([axis, values]) => `${values.length} ${axis}`).join(' × ')}`;
}

/** One that is looked up by a function is not: a graph is drawn without calling the user's code. */
function showChild({ workflow }: NonNullable<TaskDefinition['child']>): string {
  return typeof workflow === 'function' ? 'runs a workflow' : `runs workflow ${workflow.definition.id}`;
}

function showSignal({ name, timeout, onTimeout }: NonNullable<TaskDefinition['signal']>): string {
  const most =
    timeout === undefined ? '' : ` for ${typeof timeout === 'number' ? `${timeout}ms` : timeout} at most`;
  const then =
    onTimeout === undefined || onTimeout.kind === 'fail'
      ? ''
      : `, else ${onTimeout.kind === 'skip' ? 'is skipped' : 'has a value'}`;
  return `waits for signal ${name}${most}${then}`;
}

function showSleep(sleep: NonNullable<TaskDefinition['sleep']>): string {
  if (typeof sleep === 'function') return 'sleeps';
  if (typeof sleep === 'object') return `sleeps until ${sleep.toISOString()}`;
  return `sleeps ${typeof sleep === 'number' ? `${sleep}ms` : sleep}`;
}
