import type { TaskState } from '../model/state.ts';

/*
 * The scheduler as semantics.md describes it, in its plainest form: no counters, everything looked up anew each time.
 * The tests hold the real one equal to it.
 */

export interface OracleTask {
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly priority: number;
}

export interface OracleState {
  readonly tasks: Readonly<Record<string, TaskState>>;
  readonly cancelling: boolean;
}

/** What can happen to a run. */
export type Fact =
  | { readonly type: 'begin' }
  | { readonly type: 'start'; readonly task: string }
  | { readonly type: 'succeed'; readonly task: string }
  | { readonly type: 'fail'; readonly task: string }
  | { readonly type: 'retry'; readonly task: string }
  | { readonly type: 'requeue'; readonly task: string }
  | { readonly type: 'cancel' }
  | { readonly type: 'cancelled'; readonly task: string };

/** What follows. Of a task that several failed dependencies bring down, any of them may be named as the cause. */
type Command =
  | { readonly type: 'queued'; readonly task: string }
  | { readonly type: 'upstreamFailed'; readonly task: string; readonly causes: readonly string[] }
  | { readonly type: 'cancelled'; readonly task: string };

export interface Step {
  readonly state: OracleState;
  readonly commands: readonly Command[];
}

const FINAL: readonly TaskState[] = ['succeeded', 'failed', 'upstream_failed', 'cancelled'];
const NOT_SUCCEEDED: readonly TaskState[] = ['failed', 'upstream_failed', 'cancelled'];

export function initialState(plan: readonly OracleTask[]): OracleState {
  return { tasks: Object.fromEntries(plan.map(({ id }) => [id, 'pending'])), cancelling: false };
}

/** The task that is started next, if one is. */
export function nextTask(
  plan: readonly OracleTask[],
  concurrency: number,
  state: OracleState,
): string | undefined {
  if (state.cancelling || inState(plan, state, 'running').length >= concurrency) return undefined;
  const [first] = inState(plan, state, 'queued').toSorted(
    (a, b) =>
      b.priority - a.priority ||
      remainingPath(plan, b) - remainingPath(plan, a) ||
      plan.indexOf(a) - plan.indexOf(b),
  );
  return first?.id;
}

export function reduce(
  plan: readonly OracleTask[],
  concurrency: number,
  state: OracleState,
  fact: Fact,
): Step {
  switch (fact.type) {
    case 'begin':
      return consequences(plan, state);
    case 'start':
      if (nextTask(plan, concurrency, state) !== fact.task)
        throw new Error(`${fact.task} is not the next task`);
      return { state: moved(state, fact.task, 'running'), commands: [] };
    case 'succeed':
      return consequences(plan, moved(state, fact.task, 'succeeded'));
    case 'fail':
      return consequences(plan, moved(state, fact.task, 'failed'));
    case 'retry':
      return { state: moved(state, fact.task, 'retrying'), commands: [] };
    case 'requeue':
      return { state: moved(state, fact.task, 'queued'), commands: [{ type: 'queued', task: fact.task }] };
    case 'cancel':
      return cancelAll(plan, state);
    case 'cancelled':
      return { state: moved(state, fact.task, 'cancelled'), commands: [] };
  }
}

/** Gives the verdict `all_success` over every pending task until nothing changes any more. */
function consequences(plan: readonly OracleTask[], from: OracleState): Step {
  const commands: Command[] = [];
  let state = from;
  for (let changed = true; changed;) {
    changed = false;
    for (const { id, dependsOn } of inState(plan, state, 'pending')) {
      const causes = dependsOn.filter((dependency) => NOT_SUCCEEDED.includes(stateOf(state, dependency)));
      if (causes.length > 0) {
        state = moved(state, id, 'upstream_failed');
        commands.push({ type: 'upstreamFailed', task: id, causes: [] });
        changed = true;
      } else if (dependsOn.every((dependency) => stateOf(state, dependency) === 'succeeded')) {
        state = moved(state, id, 'queued');
        commands.push({ type: 'queued', task: id });
        changed = true;
      }
    }
  }
  return { state, commands: commands.map((command) => withCauses(plan, state, command)) };
}

function cancelAll(plan: readonly OracleTask[], state: OracleState): Step {
  const waiting: readonly TaskState[] = ['pending', 'queued', 'retrying'];
  const ended = state.cancelling ? [] : plan.filter(({ id }) => waiting.includes(stateOf(state, id)));
  const after = ended.reduce((sofar, { id }) => moved(sofar, id, 'cancelled'), state);
  return {
    state: { ...after, cancelling: true },
    commands: ended.map(({ id }) => ({ type: 'cancelled', task: id })),
  };
}

function withCauses(plan: readonly OracleTask[], state: OracleState, command: Command): Command {
  if (command.type !== 'upstreamFailed') return command;
  const dependsOn = plan.find(({ id }) => id === command.task)?.dependsOn ?? [];
  return {
    ...command,
    causes: dependsOn.filter((dependency) => NOT_SUCCEEDED.includes(stateOf(state, dependency))),
  };
}

const remainingPaths = new WeakMap<readonly OracleTask[], ReadonlyMap<string, number>>();

/** How many tasks are on the longest way from here to an end. */
function remainingPath(plan: readonly OracleTask[], { id }: OracleTask): number {
  const known = remainingPaths.get(plan) ?? longestPaths(plan);
  remainingPaths.set(plan, known);
  return known.get(id) ?? 1;
}

function longestPaths(plan: readonly OracleTask[]): ReadonlyMap<string, number> {
  const lengths = new Map(plan.map(({ id }) => [id, 1]));
  for (let changed = true; changed;) {
    changed = false;
    for (const { id, dependsOn } of plan) {
      const through = (lengths.get(id) ?? 1) + 1;
      for (const dependency of dependsOn.filter((other) => (lengths.get(other) ?? 1) < through)) {
        lengths.set(dependency, through);
        changed = true;
      }
    }
  }
  return lengths;
}

function inState(plan: readonly OracleTask[], state: OracleState, wanted: TaskState): OracleTask[] {
  return plan.filter(({ id }) => stateOf(state, id) === wanted);
}

function stateOf(state: OracleState, task: string): TaskState {
  const found = state.tasks[task];
  if (found === undefined) throw new Error(`no task ${task}`);
  return found;
}

function moved(state: OracleState, task: string, to: TaskState): OracleState {
  if (FINAL.includes(stateOf(state, task))) throw new Error(`${task} is over and cannot become ${to}`);
  return { ...state, tasks: { ...state.tasks, [task]: to } };
}
