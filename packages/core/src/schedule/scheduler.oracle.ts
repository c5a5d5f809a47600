import type { FailurePolicy } from '../model/definition.ts';
import type { PlannedRule } from '../model/plan.ts';
import type { RunState, SkipReason, TaskState, TerminalTaskState } from '../model/state.ts';
import { finalVerdict, isUnsuccessful, knownVerdict, type Verdict } from './rules.oracle.ts';

/*
 * The scheduler as semantics.md describes it, in its plainest form: no counters, everything looked up anew each time.
 * The tests hold the real one equal to it.
 */

export interface OracleTask {
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly priority: number;
  readonly rule: PlannedRule;
  /** The task a teardown belongs to: one of its dependencies. */
  readonly setup: string | undefined;
  readonly conditional: boolean;
  readonly gated: boolean;
  readonly runsAlways: boolean;
  readonly mayFail: boolean;
}

type Graph = readonly OracleTask[];

/** Where a task is; `checking` looks `pending` from outside. */
export type Standing =
  | { readonly state: 'queued'; readonly ready: boolean }
  | { readonly state: 'running'; readonly slots: number; readonly wantsSlot: boolean }
  | { readonly state: 'skipped'; readonly reason: SkipReason }
  | { readonly state: Exclude<TaskState, 'queued' | 'running' | 'skipped'> | 'checking' };

export interface OracleState {
  readonly tasks: Readonly<Record<string, Standing>>;
  readonly phase: 'new' | 'going' | 'cancelled gently' | 'cancelled wholly';
}

/** What can happen to a run … */
export type Fact = { readonly type: 'begin' } | { readonly type: 'cancel'; readonly how: How } | TaskFact;

type How = 'gently' | 'wholly';

/** … and to a task. */
export type TaskFact =
  | { readonly type: 'skip'; readonly task: string; readonly reason: SkipReason }
  | {
      readonly type:
        | 'take'
        | 'share'
        | 'unshare'
        | 'giveBack'
        | 'pass'
        | 'admit'
        | 'retry'
        | 'wait'
        | 'requeue'
        | 'succeed'
        | 'fail'
        | 'cancelled';
      readonly task: string;
    };

/** What follows. Of the dependencies that each alone would have led to this end, any may be named as the cause. */
export type Command =
  | { readonly type: 'check' | 'queued' | 'cancelled'; readonly task: string }
  | {
      readonly type: 'skipped' | 'upstreamFailed';
      readonly task: string;
      readonly causes: readonly string[];
    };

export interface Step {
  readonly state: OracleState;
  readonly commands: readonly Command[];
}

export function initialState(graph: Graph): OracleState {
  return { tasks: Object.fromEntries(graph.map(({ id }) => [id, { state: 'pending' }])), phase: 'new' };
}

export function isOver({ state }: Standing): boolean {
  return state === 'succeeded' || state === 'skipped' || isUnsuccessful(state);
}

/** Whether a task is to end because its run is cancelled. */
export function isCancelled({ runsAlways }: OracleTask, { phase }: OracleState): boolean {
  return phase === 'cancelled wholly' || (phase === 'cancelled gently' && !runsAlways);
}

export function slotsHeld(graph: Graph, state: OracleState): number {
  return graph.reduce((sum, { id }) => sum + slotsOf(standingOf(state, id)), 0);
}

/** The task that gets the next slot, if one does. */
export function nextTask(graph: Graph, concurrency: number, state: OracleState): string | undefined {
  if (slotsHeld(graph, state) >= concurrency) return undefined;
  const ready = graph.filter(({ id }) => {
    const standing = standingOf(state, id);
    return standing.state === 'queued' ? standing.ready : wantsSlot(standing);
  });
  const [first] = ready.toSorted(
    (a, b) =>
      b.priority - a.priority ||
      remainingPath(graph, b) - remainingPath(graph, a) ||
      graph.indexOf(a) - graph.indexOf(b),
  );
  return first?.id;
}

export function reduce(graph: Graph, concurrency: number, state: OracleState, fact: Fact): Step {
  if (fact.type === 'begin') return consequences(graph, { ...state, phase: 'going' });
  if (fact.type === 'cancel') return cancel(graph, state, fact.how);
  if (fact.type === 'take' && nextTask(graph, concurrency, state) !== fact.task)
    throw new Error(`${fact.task} is not next`);
  return reduceTask(graph, state, fact);
}

function reduceTask(graph: Graph, state: OracleState, fact: TaskFact): Step {
  const now = standingOf(state, fact.task);
  const slots = slotsOf(now);
  const to = (standing: Standing): OracleState => moved(state, fact.task, standing);
  const only = (standing: Standing): Step => ({ state: to(standing), commands: [] });
  switch (fact.type) {
    case 'take':
      return only({ state: 'running', slots: slots + 1, wantsSlot: false });
    case 'share':
      return only({ state: 'running', slots, wantsSlot: true });
    case 'unshare':
      return only({ state: 'running', slots, wantsSlot: false });
    case 'giveBack':
      return only({ state: 'running', slots: slots - 1, wantsSlot: wantsSlot(now) });
    case 'pass':
    case 'requeue':
      return queue(graph, state, fact.task);
    case 'admit':
      return only({ state: 'queued', ready: true });
    case 'retry':
      return only({ state: 'retrying' });
    case 'wait':
      return only({ state: 'waiting' });
    case 'succeed':
      return consequences(graph, to({ state: 'succeeded' }));
    case 'fail':
      return consequences(graph, to({ state: 'failed' }));
    case 'skip':
      return consequences(graph, to({ state: 'skipped', reason: fact.reason }));
    case 'cancelled':
      return consequences(graph, to({ state: 'cancelled' }));
  }
}

/** How a run ends whose tasks have all ended. */
export function runState(graph: Graph, policy: FailurePolicy, state: OracleState): RunState {
  if (state.phase.startsWith('cancelled')) return 'cancelled';
  const end = (id: string): string => standingOf(state, id).state;
  const unhandled = (id: string): boolean => {
    const task = graph.find((other) => other.id === id);
    if (task === undefined || end(id) === 'failed') return task?.mayFail === false;
    return end(id) === 'upstream_failed' && causesOf(state, task, 'upstream_failed').some(unhandled);
  };
  const isLeaf = ({ id, rule }: OracleTask): boolean =>
    rule !== 'teardown' && !graph.some((other) => other.rule !== 'teardown' && other.dependsOn.includes(id));
  const decisive =
    policy === 'leaves' ? graph.filter(isLeaf) : graph.filter(({ id }) => end(id) === 'failed');
  return decisive.some(({ id }) => unhandled(id)) ? 'failed' : 'succeeded';
}

/** Gives its verdict over every pending task until nothing changes any more. */
function consequences(graph: Graph, from: OracleState): Step {
  const commands: Command[] = [];
  let state = from;
  for (let changed = true; changed;) {
    changed = false;
    for (const task of graph.filter(({ id }) => standingOf(from, id).state === 'pending')) {
      const verdict = standingOf(state, task.id).state === 'pending' ? verdictOn(task, state) : undefined;
      if (verdict === undefined) continue;
      const step = conclude(graph, state, task, verdict);
      state = step.state;
      commands.push(...step.commands);
      changed = true;
    }
  }
  return { state, commands: commands.map((command) => withCauses(graph, state, command)) };
}

function verdictOn({ rule, setup = '', dependsOn }: OracleTask, state: OracleState): Verdict | undefined {
  const ended = dependsOn.map((id) => standingOf(state, id)).filter(isOver);
  const open = dependsOn.length - ended.length;
  if (rule !== 'teardown') return knownVerdict(rule, new Set(ended.map(endOf)), open);
  const prepared = standingOf(state, setup);
  if (prepared.state === 'skipped') return 'skipped';
  if (isUnsuccessful(prepared.state)) return 'upstream_failed';
  return open === 0 ? 'run' : undefined;
}

function conclude(graph: Graph, state: OracleState, { id, conditional }: OracleTask, verdict: Verdict): Step {
  const to = (standing: Standing, command: Command): Step => ({
    state: moved(state, id, standing),
    commands: [command],
  });
  if (verdict === 'skipped')
    return to({ state: 'skipped', reason: 'dependency' }, { type: 'skipped', task: id, causes: [] });
  if (verdict === 'upstream_failed')
    return to({ state: 'upstream_failed' }, { type: 'upstreamFailed', task: id, causes: [] });
  return conditional ? to({ state: 'checking' }, { type: 'check', task: id }) : queue(graph, state, id);
}

function queue(graph: Graph, state: OracleState, id: string): Step {
  const ready = graph.find((task) => task.id === id)?.gated === false;
  return {
    state: moved(state, id, { state: 'queued', ready }),
    commands: [{ type: 'queued', task: id }],
  };
}

function cancel(graph: Graph, state: OracleState, how: How): Step {
  const phase = state.phase === 'new' ? 'cancelled wholly' : (`cancelled ${how}` as const);
  if (state.phase === phase || state.phase === 'cancelled wholly') return { state, commands: [] };
  const begun: OracleState = { ...state, phase };
  const hit = graph.filter((task) => isCancelled(task, begun) && !isOver(standingOf(state, task.id)));
  const ended = hit.filter(({ id }) => standingOf(state, id).state !== 'running');
  const after = hit.reduce((sofar, { id }): OracleState => {
    const standing = standingOf(sofar, id);
    const running = standing.state === 'running';
    return moved(sofar, id, running ? { ...standing, wantsSlot: false } : { state: 'cancelled' });
  }, begun);
  const { state: last, commands } = consequences(graph, after);
  return {
    state: last,
    commands: [...ended.map(({ id }) => ({ type: 'cancelled', task: id }) as const), ...commands],
  };
}

function withCauses(graph: Graph, state: OracleState, command: Command): Command {
  if (command.type !== 'skipped' && command.type !== 'upstreamFailed') return command;
  const task = graph.find(({ id }) => id === command.task);
  const verdict = command.type === 'skipped' ? 'skipped' : 'upstream_failed';
  return { ...command, causes: task === undefined ? [] : causesOf(state, task, verdict) };
}

/** The dependencies each of which alone would have led to this verdict. */
function causesOf(
  state: OracleState,
  { rule, setup = '', dependsOn }: OracleTask,
  verdict: Verdict,
): readonly string[] {
  if (rule === 'teardown') return [setup];
  return dependsOn.filter((id) => {
    const standing = standingOf(state, id);
    return isOver(standing) && finalVerdict(rule, new Set([endOf(standing)])) === verdict;
  });
}

const remainingPaths = new WeakMap<Graph, ReadonlyMap<string, number>>();

/** How many tasks are on the longest way from here to an end. */
function remainingPath(graph: Graph, { id }: OracleTask): number {
  const known = remainingPaths.get(graph) ?? longestPaths(graph);
  remainingPaths.set(graph, known);
  return known.get(id) ?? 1;
}

function longestPaths(graph: Graph): ReadonlyMap<string, number> {
  const lengths = new Map(graph.map(({ id }) => [id, 1]));
  for (let changed = true; changed;) {
    changed = false;
    for (const { id, dependsOn } of graph) {
      const through = (lengths.get(id) ?? 1) + 1;
      for (const dependency of dependsOn.filter((other) => (lengths.get(other) ?? 1) < through)) {
        lengths.set(dependency, through);
        changed = true;
      }
    }
  }
  return lengths;
}

export function standingOf(state: OracleState, task: string): Standing {
  const found = state.tasks[task];
  if (found === undefined) throw new Error(`no task ${task}`);
  return found;
}

function endOf({ state }: Standing): TerminalTaskState {
  return state as TerminalTaskState;
}

function slotsOf(standing: Standing): number {
  return standing.state === 'running' ? standing.slots : 0;
}

function wantsSlot(standing: Standing): boolean {
  return standing.state === 'running' && standing.wantsSlot;
}

function moved(state: OracleState, task: string, to: Standing): OracleState {
  if (isOver(standingOf(state, task))) throw new Error(`${task} is over and cannot become ${to.state}`);
  return { ...state, tasks: { ...state.tasks, [task]: to } };
}
